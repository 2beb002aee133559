// Spectra of a tile of lanes: the numbers of a window, the transform and the power density, in pieces of any length.
#include "dsp/kernels/source/parts.hpp"
#include "dsp/kernels/source/registers.hpp"

namespace myod::dsp::MYOD_KERNELS {
namespace {

struct Complex {
  Register re, im;
  Complex operator+(Complex o) const { return {re + o.re, im + o.im}; }
  Complex operator-(Complex o) const { return {re - o.re, im - o.im}; }
};
Complex operator*(double k, Complex z) { return {k * z.re, k * z.im}; }
Complex minus_i_times(Complex z) { return {z.im, -z.re}; }

constexpr std::size_t element = 2 * lane_tile;  // doubles: real parts of the tile, then imaginary parts

Complex load(const double* z, std::size_t r) { return {at(z, r), at(z + lane_tile, r)}; }
void store(double* z, std::size_t r, Complex v) { at(z, r) = v.re, at(z + lane_tile, r) = v.im; }

template <std::size_t N>
struct Roots;  // cos and sin of 2 pi k / N
template <>
struct Roots<3> {
  static constexpr double c[3] = {1.0, -0.5, -0.5};
  static constexpr double s[3] = {0.0, 0.86602540378443864676, -0.86602540378443864676};
};
template <>
struct Roots<5> {
  static constexpr double c[5] = {1.0, 0.30901699437494742410, -0.80901699437494742410, -0.80901699437494742410,
                                  0.30901699437494742410};
  static constexpr double s[5] = {0.0, 0.95105651629515357212, 0.58778525229247312917, -0.58778525229247312917,
                                  -0.95105651629515357212};
};
template <>
struct Roots<7> {
  static constexpr double c[7] = {1.0,
                                  0.62348980185873353053,
                                  -0.22252093395631440429,
                                  -0.90096886790241912624,
                                  -0.90096886790241912624,
                                  -0.22252093395631440429,
                                  0.62348980185873353053};
  static constexpr double s[7] = {0.0,
                                  0.78183148246802980871,
                                  0.97492791218182360702,
                                  0.43388373911755812048,
                                  -0.43388373911755812048,
                                  -0.97492791218182360702,
                                  -0.78183148246802980871};
};

/// Discrete Fourier transform of N values in place. Odd N: the values k and N - k share their sums and differences.
/// Twice an odd number: by its two factors, in the order of Good and Thomas, without turns between them.
template <std::size_t N>
[[gnu::always_inline]] inline void transform(Complex (&a)[N]) {
  if constexpr (N == 2) {
    const Complex sum = a[0] + a[1];
    a[1] = a[0] - a[1];
    a[0] = sum;
  } else if constexpr (N == 4) {
    const Complex even = a[0] + a[2], even_difference = a[0] - a[2];
    const Complex odd = a[1] + a[3], odd_difference = minus_i_times(a[1] - a[3]);
    a[0] = even + odd;
    a[1] = even_difference + odd_difference;
    a[2] = even - odd;
    a[3] = even_difference - odd_difference;
  } else if constexpr (N % 4 == 2) {
    constexpr std::size_t half = N / 2;
    Complex even[half], odd[half];
    for (std::size_t k = 0; k < half; ++k) even[k] = a[2 * k], odd[k] = a[(2 * k + half) % N];
    transform<half>(even);
    transform<half>(odd);
    for (std::size_t k = 0; k < half; ++k) {
      const std::size_t whole = k % 2 == 0 ? k : k + half;  // the even one of k and k + half
      a[whole] = even[k] + odd[k];
      a[(whole + half) % N] = even[k] - odd[k];
    }
  } else {
    constexpr std::size_t half = N / 2;
    Complex sum[half + 1], difference[half + 1], total = a[0];
    for (std::size_t k = 1; k <= half; ++k) {
      sum[k] = a[k] + a[N - k];
      difference[k] = a[k] - a[N - k];
      total = total + sum[k];
    }
    const Complex first = a[0];
    a[0] = total;
    for (std::size_t j = 1; j <= half; ++j) {
      Complex even = first + Roots<N>::c[j] * sum[1], odd = Roots<N>::s[j] * difference[1];
      for (std::size_t k = 2; k <= half; ++k) {
        even = even + Roots<N>::c[j * k % N] * sum[k];
        odd = odd + Roots<N>::s[j * k % N] * difference[k];
      }
      a[j] = even + minus_i_times(odd);
      a[N - j] = even - minus_i_times(odd);
    }
  }
}

/// Turns and stores, `step` values apart. `last`: a single group, whose twiddles are 1.
template <std::size_t N, bool last>
[[gnu::always_inline]] inline void put(double* target, std::size_t step, const Complex (&a)[N], const double* w,
                                       std::size_t r) {
  store(target, r, a[0]);
  for (std::size_t j = 1; j < N; ++j) {
    const double c = w[2 * j - 2], s = w[2 * j - 1];
    store(target + j * step * element, r, last ? a[j] : Complex{a[j].re * c - a[j].im * s, a[j].re * s + a[j].im * c});
  }
}

template <std::size_t N, bool last>
void butterflies(double* out, const double* in, const TransformPass& pass, std::size_t from, std::size_t to) {
  std::size_t p = from / pass.stride, q = from % pass.stride;
  for (std::size_t i = from; i < to; ++i) {
    const double* source = in + (q + pass.stride * p) * element;
    double* target = out + (q + pass.stride * N * p) * element;
    for (std::size_t r = 0; r < tile; ++r) {
      Complex a[N];
      for (std::size_t j = 0; j < N; ++j) a[j] = load(source + j * pass.stride * pass.length * element, r);
      transform<N>(a);
      put<N, last>(target, pass.stride, a, pass.twiddles + p * 2 * (N - 1), r);
    }
    if (++q == pass.stride) q = 0, ++p;
  }
}

/// `paired`: two rows of samples are a complex value.
template <std::size_t N, bool paired>
void tapered_butterflies(double* out, const double* const* in, const TransformPass& pass, std::size_t from,
                         std::size_t to, const double* mean, const double* window) {
  constexpr std::size_t rows = paired ? 2 : 1;
  for (std::size_t i = from; i < to; ++i)
    for (std::size_t r = 0; r < tile; ++r) {
      const auto tapered = [&](std::size_t j, std::size_t part) -> Register {
        const double* y = in[rows * j + part] + (i - from) * rows * lane_tile;
        return (at(y, r) - at(mean, r)) * window[(i + j * pass.length) * rows + part];
      };
      Complex a[N];
      for (std::size_t j = 0; j < N; ++j) a[j] = {tapered(j, 0), paired ? tapered(j, rows - 1) : Register{}};
      transform<N>(a);
      put<N, false>(out + i * N * element, 1, a, pass.twiddles + i * 2 * (N - 1), r);
    }
}

template <std::size_t N>
struct Radix {
  static constexpr std::size_t value = N;
};
/// f of the radix as a constant.
template <typename F>
void with_radix(std::size_t radix, F f) {
  switch (radix) {
    case 2:
      return f(Radix<2>());
    case 3:
      return f(Radix<3>());
    case 4:
      return f(Radix<4>());
    case 5:
      return f(Radix<5>());
    case 6:
      return f(Radix<6>());
    case 7:
      return f(Radix<7>());
    default:
      return f(Radix<10>());
  }
}

}  // namespace

void transform_pass(double* out, const double* in, const TransformPass& pass, std::size_t from, std::size_t to) {
  with_radix(pass.radix, [&]<typename R>(R) {
    const auto work = pass.length == 1 ? butterflies<R::value, true> : butterflies<R::value, false>;
    work(out, in, pass, from, to);
  });
}

void tapered_pass(double* out, const double* const* in, bool paired, const TransformPass& pass, std::size_t from,
                  std::size_t to, const double* mean, const double* window) {
  with_radix(pass.radix, [&]<typename R>(R) {
    const auto work = paired ? tapered_butterflies<R::value, true> : tapered_butterflies<R::value, false>;
    work(out, in, pass, from, to, mean, window);
  });
}

void sum(TileSum& total, const double* y, std::size_t rows, std::size_t first) {
  for (std::size_t r = 0; r < tile; ++r) {
    Register parts[sum_parts];
    for (std::size_t k = 0; k < sum_parts; ++k) parts[k] = at(total.parts[(first + k) % sum_parts], r);
    std::size_t i = 0;
    for (; i + sum_parts <= rows; i += sum_parts)
      for (std::size_t k = 0; k < sum_parts; ++k) parts[k] += at(y + (i + k) * lane_tile, r);
    for (std::size_t k = 0; i + k < rows; ++k) parts[k] += at(y + (i + k) * lane_tile, r);
    for (std::size_t k = 0; k < sum_parts; ++k) at(total.parts[(first + k) % sum_parts], r) = parts[k];
  }
}

void taper(double* out, std::size_t out_step, const double* y, std::size_t rows, const double* mean,
           const double* window) {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t r = 0; r < tile; ++r)
      at(out + i * out_step, r) = (at(y + i * lane_tile, r) - at(mean, r)) * window[i];
}

void turn(double* out, const double* z, std::size_t rows, const double* w) {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t r = 0; r < tile; ++r) {
      const Complex a = load(z + i * element, r);
      const double c = w[2 * i], s = w[2 * i + 1];
      store(out + i * element, r, {a.re * c - a.im * s, a.re * s + a.im * c});
    }
}

void density_of_pairs(double* out, const double* z, std::size_t length, std::size_t first, std::size_t bins,
                      const double* twiddles, const double* factor) {
  for (std::size_t i = 0; i < bins; ++i) {
    const std::size_t k = first + i;
    const double *front = z + (k == length ? 0 : k) * element, *back = z + (k == 0 ? 0 : length - k) * element;
    const double c = twiddles[2 * i], s = twiddles[2 * i + 1];
    for (std::size_t r = 0; r < tile; ++r) {
      const Complex a = load(front, r), b = load(back, r);
      // Twice the transforms of the even and of the odd samples.
      const Complex even{a.re + b.re, a.im - b.im}, odd{a.im + b.im, b.re - a.re};
      const Register re = 0.5 * (even.re + (odd.re * c - odd.im * s)), im = 0.5 * (even.im + (odd.re * s + odd.im * c));
      at(out + i * lane_tile, r) = (re * re + im * im) * factor[i];
    }
  }
}

void density(double* out, const double* z, std::size_t first, std::size_t bins, const double* factor) {
  for (std::size_t i = 0; i < bins; ++i)
    for (std::size_t r = 0; r < tile; ++r) {
      const Complex a = load(z + (first + i) * element, r);
      at(out + i * lane_tile, r) = (a.re * a.re + a.im * a.im) * factor[i];
    }
}

void moments(double* out, const double* density, std::size_t bins, const double* weights) {
  for (std::size_t r = 0; r < tile; ++r) {
    Register sums[moment_count] = {};
    for (std::size_t i = 0; i < bins; ++i)
      for (std::size_t k = 0; k < moment_count; ++k)
        sums[k] += at(density + i * lane_tile, r) * weights[i * moment_count + k];
    for (std::size_t k = 0; k < moment_count; ++k) at(out + k * lane_tile, r) = sums[k];
  }
}

void half_power(HalfPowerTile& out, const double* density, std::size_t bins, const double* total) {
  for (std::size_t r = 0; r < tile; ++r) {
    const Register half = 0.5 * at(total, r);
    Register below{}, bin{}, missing{}, there{};
    Mask found{};
    for (std::size_t i = 0; i < bins; ++i) {
      const Register p = at(density + i * lane_tile, r), with = below + p;
      const Mask here = (with >= half) & ~found;
      bin = here ? Register{} + static_cast<double>(i) : bin;
      missing = here ? half - below : missing;
      there = here ? p : there;
      found |= here;
      below = with;
    }
    at(out.bin, r) = bin, at(out.missing, r) = missing, at(out.density, r) = there;
  }
}

void moving_extremes(ExtremesTile& so_far, const double* y, std::size_t points, std::size_t from, std::size_t to) {
  for (std::size_t r = 0; r < tile; ++r) {
    const auto row = [&](std::size_t i) -> Register { return at(y + i * lane_tile, r); };
    Register sum = at(so_far.sum, r), highest = at(so_far.highest, r), lowest = at(so_far.lowest, r);
    Register place = at(so_far.highest_row, r);
    for (std::size_t i = from; i < to; ++i) {
      sum += i < points ? row(i) : row(i) - row(i - points);
      if (i + 1 < points) continue;
      const Mask higher = sum > highest;
      highest = higher ? sum : highest;
      place = higher ? Register{} + static_cast<double>(i) : place;
      lowest = sum < lowest ? sum : lowest;
    }
    at(so_far.sum, r) = sum, at(so_far.highest, r) = highest, at(so_far.lowest, r) = lowest;
    at(so_far.highest_row, r) = place;
  }
}

namespace {

/// `whole`: every sample is valid, and so were the two before.
template <bool whole>
void activity_of(ActivityTile& sums, const double* y, const unsigned char* valid, std::size_t rows,
                 const double* threshold) {
  const Register one = Register{} + 1.0, zero{};
  for (std::size_t r = 0; r < tile; ++r) {
    const Register t = at(threshold, r);
    Register last = at(sums.last, r), before = at(sums.before, r), last_step = at(sums.last_step, r);
    Mask last_valid = at(sums.last_valid, r) != 0.0, step_valid = at(sums.step_valid, r) != 0.0;
    Register crossings = at(sums.crossings, r), turns = at(sums.turns, r), steps = at(sums.steps, r);
    Register length = at(sums.length, r), magnitudes = at(sums.magnitudes, r), squares = at(sums.squares, r);
    Register energies = at(sums.energies, r), triples = at(sums.triples, r);
    Register last_size = magnitude(last_step);
    for (std::size_t i = 0; i < rows; ++i) {
      const Register v = at(y + i * lane_tile, r), step = v - last, size = magnitude(step);
      const Register energy = last * last - before * v;
      if constexpr (whole) {
        const Register large = size >= t ? one : zero;  // the larger of two sizes is at least t where one of them is
        crossings += last * v < 0.0 ? large : zero;
        turns += last_step * step < 0.0 ? ((size > last_size ? size : last_size) >= t ? one : zero) : zero;
        steps += large;
        length += size, magnitudes += magnitude(v), squares += v * v, energies += energy;
      } else {
        const Mask here = valid == nullptr ? Mask{} - 1 : good(valid + i * lane_tile, r);
        const Mask both = here & last_valid, three = both & step_valid, large = size >= t;
        crossings += one_where(both & large & (last * v < 0.0));
        turns += one_where(three & (last_step * step < 0.0) & (large | (last_size >= t)));
        steps += one_where(both & large);
        length += only_where(both, size);
        magnitudes += only_where(here, magnitude(v));
        squares += only_where(here, v * v);
        energies += only_where(three, energy);
        triples += one_where(three);
        last_valid = here, step_valid = both;
      }
      before = last, last = v, last_step = step, last_size = size;
    }
    if constexpr (whole) triples += static_cast<double>(rows);
    at(sums.last, r) = last, at(sums.before, r) = before, at(sums.last_step, r) = last_step;
    at(sums.last_valid, r) = one_where(last_valid), at(sums.step_valid, r) = one_where(step_valid);
    at(sums.crossings, r) = crossings, at(sums.turns, r) = turns, at(sums.steps, r) = steps;
    at(sums.energies, r) = energies, at(sums.triples, r) = triples;
    at(sums.length, r) = length, at(sums.magnitudes, r) = magnitudes, at(sums.squares, r) = squares;
  }
}

}  // namespace

void activity(ActivityTile& sums, const double* y, const unsigned char* valid, std::size_t rows,
              const double* threshold) {
  bool whole = valid == nullptr;
  for (std::size_t lane = 0; lane < lane_tile; ++lane) whole &= sums.step_valid[lane] != 0.0;
  if (whole) return activity_of<true>(sums, y, valid, rows, threshold);
  const std::size_t first = rows < 2 || valid != nullptr ? rows : 2;  // after two valid samples all is whole
  activity_of<false>(sums, y, valid, first, threshold);
  if (first < rows) activity(sums, y + first * lane_tile, valid, rows - first, threshold);
}

}  // namespace myod::dsp::MYOD_KERNELS
