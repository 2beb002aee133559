// The kernels of samples, and the table of all, compiled once per instruction set with MYOD_KERNELS naming it. Plain
// loops over a tile of lanes whose state stays in registers.
#include "dsp/kernels/source/parts.hpp"
#include "dsp/kernels/source/registers.hpp"

namespace myod::dsp::MYOD_KERNELS {
namespace {

void scale(double* y, std::size_t rows, std::size_t lanes, const double* offset, const double* factor) {
  for (std::size_t i = 0; i < rows; ++i, y += lanes)
    for (std::size_t c = 0; c < lanes; ++c) y[c] = (y[c] - offset[c]) * factor[c];
}

void rectify(double* y, const double* x, std::size_t rows, std::size_t lanes) {
  for (std::size_t i = 0; i < rows * lanes; ++i) y[i] = __builtin_fabs(x[i]);
}

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

enum class Term { square, magnitude };

template <Term term>
void moving_sum(const double* now, const double* old, std::size_t rows, std::size_t lanes, double* sum, double* fresh) {
  for (std::size_t first = 0; first < lanes; first += lane_tile) {
    Register total[tile], begun[tile];
    for (std::size_t r = 0; r < tile; ++r) total[r] = at(sum + first, r), begun[r] = at(fresh + first, r);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t row = i * lanes + first;
      for (std::size_t r = 0; r < tile; ++r) {
        Register in = at(now + row, r);
        Register gone = at(old + row, r);
        if constexpr (term == Term::square) {
          in = in * in, gone = gone * gone;
        } else {
          in = magnitude(in), gone = magnitude(gone);
        }
        total[r] += in - gone;
        begun[r] += in;
      }
    }
    for (std::size_t r = 0; r < tile; ++r) at(sum + first, r) = total[r], at(fresh + first, r) = begun[r];
  }
}

}  // namespace

#define MYOD_TEXT(x) #x
#define MYOD_NAME(x) MYOD_TEXT(x)
extern const Kernels table;
const Kernels table{MYOD_NAME(MYOD_KERNELS),
                    scale,
                    rectify,
                    cascade,
                    moving_sum<Term::square>,
                    moving_sum<Term::magnitude>,
                    sum,
                    taper,
                    transform_pass,
                    density_of_pairs,
                    density,
                    moments,
                    activity,
                    onset};

}  // namespace myod::dsp::MYOD_KERNELS
