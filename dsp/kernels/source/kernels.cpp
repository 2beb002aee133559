// The kernels of samples, and the table of all, compiled once per instruction set with MYOD_KERNELS naming it. Plain
// loops over a tile of lanes whose state stays in registers.
#include "dsp/kernels/source/parts.hpp"
#include "dsp/kernels/source/registers.hpp"

namespace myod::dsp::MYOD_KERNELS {
namespace {

/// `N` sections at once: their recursions overlap in the CPU, which one alone would leave waiting for its own result.
template <std::size_t N>
void cascade_of(double* y, std::size_t rows, std::size_t lanes, const Section* sections, double* state) {
  for (std::size_t first = 0; first < lanes; first += lane_tile) {
    Register z[N][2][tile];
    for (std::size_t k = 0; k < 2 * N; ++k)
      for (std::size_t r = 0; r < tile; ++r) z[k / 2][k % 2][r] = at(state + k * lanes + first, r);
    double* row = y + first;
    for (std::size_t i = 0; i < rows; ++i, row += lanes) {
      for (std::size_t r = 0; r < tile; ++r) {
        Register x = at(row, r);
        for (std::size_t s = 0; s < N; ++s) {
          const Section& q = sections[s];
          const Register out = q.b0 * x + z[s][0][r];
          z[s][0][r] = q.b1 * x - q.a1 * out + z[s][1][r];
          z[s][1][r] = q.b2 * x - q.a2 * out;
          x = out;
        }
        at(row, r) = x;
      }
    }
    for (std::size_t k = 0; k < 2 * N; ++k)
      for (std::size_t r = 0; r < tile; ++r) at(state + k * lanes + first, r) = z[k / 2][k % 2][r];
  }
}

void cascade(double* y, std::size_t rows, std::size_t lanes, const Section* sections, std::size_t count,
             double* state) {
  constexpr std::size_t together = width >= 4 ? 2 : 1;  // narrow registers keep the CPU busy as it is, and run out
  for (; count >= together; count -= together, sections += together, state += 2 * together * lanes)
    cascade_of<together>(y, rows, lanes, sections, state);
  if (count == 1) cascade_of<1>(y, rows, lanes, sections, state);
}

template <std::size_t N>
void envelopes_of(double* out, const double* y, std::size_t rows, std::size_t lanes, const Section* sections,
                  double* state) {
  for (std::size_t first = 0; first < lanes; first += lane_tile) {
    Register z[N][2][tile], last[N][tile] = {};
    for (std::size_t k = 0; k < 2 * N; ++k)
      for (std::size_t r = 0; r < tile; ++r) z[k / 2][k % 2][r] = at(state + k * lanes + first, r);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t r = 0; r < tile; ++r) {
        const Register x = magnitude(at(y + i * lanes + first, r));
        for (std::size_t s = 0; s < N; ++s) {
          const Section& q = sections[s];
          last[s][r] = q.b0 * x + z[s][0][r];
          z[s][0][r] = q.b1 * x - q.a1 * last[s][r] + z[s][1][r];
          z[s][1][r] = q.b2 * x - q.a2 * last[s][r];
        }
      }
    for (std::size_t k = 0; k < 2 * N; ++k)
      for (std::size_t r = 0; r < tile; ++r) at(state + k * lanes + first, r) = z[k / 2][k % 2][r];
    for (std::size_t s = 0; s < N; ++s)
      for (std::size_t r = 0; r < tile; ++r) at(out + s * lanes + first, r) = last[s][r];
  }
}

void envelopes(double* out, const double* y, std::size_t rows, std::size_t lanes, const Section* sections,
               std::size_t count, double* state) {
  const auto work = count == envelope_count ? envelopes_of<envelope_count> : envelopes_of<1>;
  work(out, y, rows, lanes, sections, state);
}

void mix(double* sums, const double* y, std::size_t rows, std::size_t lanes, const double* turn) {
  for (std::size_t first = 0; first < lanes; first += lane_tile)
    for (std::size_t r = 0; r < tile; ++r) {
      double *re = sums + first, *im = re + lanes, *squares = im + lanes;
      Register a = at(re, r), b = at(im, r), c = at(squares, r);
      for (std::size_t i = 0; i < rows; ++i) {
        const Register x = at(y + i * lanes + first, r);
        a += x * turn[2 * i], b += x * turn[2 * i + 1], c += x * x;
      }
      at(re, r) = a, at(im, r) = b, at(squares, r) = c;
    }
}

void root_means(double* __restrict out, const double* __restrict sums, const int* __restrict counts,
                std::size_t lanes) {
  for (std::size_t i = 0; i < lanes; ++i) {
    const double mean = sums[i] / static_cast<double>(counts[i]);
    out[i] = __builtin_sqrt(mean < 0.0 ? 0.0 : mean);
  }
}

enum class Term { square, magnitude };

template <Term term, bool all_valid>
void moving_sum_of(double* sum, double* fresh, std::size_t rows, const double* now, const double* old,
                   const unsigned char* now_valid, const unsigned char* old_valid) {
  for (std::size_t r = 0; r < tile; ++r) {
    Register total = at(sum, r), begun = at(fresh, r);
    for (std::size_t i = 0; i < rows * lane_tile; i += lane_tile) {
      soon(old + i + rows_ahead * lane_tile);
      Register in = at(now + i, r), gone = at(old + i, r);
      if constexpr (!all_valid)
        in = only_where(good(now_valid + i, r), in), gone = only_where(good(old_valid + i, r), gone);
      if constexpr (term == Term::square) {
        in = in * in, gone = gone * gone;
      } else {
        in = magnitude(in), gone = magnitude(gone);
      }
      total += in - gone;
      begun += in;
    }
    at(sum, r) = total, at(fresh, r) = begun;
  }
}

template <Term term>
void moving_sum(double* sum, double* fresh, std::size_t rows, const double* now, const double* old,
                const unsigned char* now_valid, const unsigned char* old_valid) {
  const auto work = now_valid == nullptr ? moving_sum_of<term, true> : moving_sum_of<term, false>;
  work(sum, fresh, rows, now, old, now_valid, old_valid);
}

void integrate(double* total, double* counted, const double* y, const unsigned char* valid, std::size_t rows) {
  for (std::size_t r = 0; r < tile; ++r) {
    Register sum = at(total, r), count = at(counted, r);
    for (std::size_t i = 0; i < rows * lane_tile; i += lane_tile) {
      const Mask here = good(valid + i, r);
      sum += only_where(here, magnitude(at(y + i, r)));
      count += one_where(here);
    }
    at(total, r) = sum, at(counted, r) = count;
  }
}

}  // namespace

#define MYOD_TEXT(x) #x
#define MYOD_NAME(x) MYOD_TEXT(x)
extern const Kernels table;
const Kernels table{MYOD_NAME(MYOD_KERNELS),
                    intake,
                    cascade,
                    envelopes,
                    mix,
                    root_means,
                    moving_sum<Term::square>,
                    moving_sum<Term::magnitude>,
                    integrate,
                    sum,
                    taper,
                    turn,
                    transform_pass,
                    tapered_pass,
                    density_of_pairs,
                    density,
                    moments,
                    autocorrelation,
                    half_power,
                    moving_extremes,
                    activity,
                    onset};

}  // namespace myod::dsp::MYOD_KERNELS
