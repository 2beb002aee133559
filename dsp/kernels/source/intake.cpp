// Raw counts of a tile of lanes: rails, missing values, repeats and the scale in one go (condition/intake.hpp).
#include <limits>

#include "dsp/condition/flags.hpp"
#include "dsp/kernels/source/parts.hpp"
#include "dsp/kernels/source/registers.hpp"

namespace myod::dsp::MYOD_KERNELS {

namespace {

/// Rows as nearly all are: within the rails, each another than the one before. What they change is known from their
/// number. False when there is another one, and then nothing happened. What has no scale is padding and not looked at.
bool ordinary(ConverterTile& c, std::size_t r, double* y, unsigned char* flags, std::size_t rows, std::size_t lanes,
              const double* raw, std::size_t raw_step) {
  const Register low = at(c.low, r), high = at(c.high, r), offset = at(c.offset, r), scale = at(c.scale, r);
  const Register run = at(c.run, r);
  const Mask looked_at = scale != 0.0, known = looked_at & (run > 0.0);
  Register before = at(c.last, r), step = at(c.step, r);
  Mask others{}, ended = known;
  for (std::size_t i = 0; i < rows; ++i) {
    soon(raw + (i + rows_ahead) * raw_step);
    const Register x = at(raw + i * raw_step, r), difference = magnitude(x - before);
    others |= ~((x > low) & (x < high) & (x != before));
    step = ended & (difference < step) ? difference : step;
    before = x, ended = looked_at;
  }
  if (some(others & looked_at)) return false;
  for (std::size_t i = 0; i < rows; ++i) {
    at(y + i * lanes, r) = (at(raw + i * raw_step, r) - offset) * scale;
    store_bytes(flags + i * lanes, r, Mask{});
  }
  const Mask told = known & (run < at(c.limit, r));
  const Register later = only_where(looked_at, Register{} + static_cast<double>(rows - 1));  // runs of a sample each
  at(c.block_samples, r) += only_where(told, run) + later;
  at(c.block_runs, r) += one_where(told) + later;
  at(c.run, r) = looked_at ? Register{} + 1.0 : run;
  at(c.last, r) = before, at(c.step, r) = step;
  return true;
}

}  // namespace

constexpr long long railed = sample_railed, missing = sample_missing, stands = sample_stuck;

bool intake(ConverterTile& c, double* y, unsigned char* flags, std::size_t rows, std::size_t lanes, const double* raw,
            std::size_t raw_step) {
  const Register unknown = Register{} + __builtin_nan("");
  Mask any{};
  for (std::size_t r = 0; r < tile; ++r) {
    if (ordinary(c, r, y, flags, rows, lanes, raw, raw_step)) continue;
    const Register low = at(c.low, r), high = at(c.high, r), offset = at(c.offset, r), scale = at(c.scale, r);
    const Register limit = at(c.limit, r);
    Register last = at(c.last, r), run = at(c.run, r), step = at(c.step, r);
    Register block_samples = at(c.block_samples, r), block_runs = at(c.block_runs, r);
    for (std::size_t i = 0; i < rows; ++i) {
      soon(raw + (i + rows_ahead) * raw_step);
      const Register x = at(raw + i * raw_step, r), longer = run + 1.0, difference = magnitude(x - last);
      const Mask inside = (x > low) & (x < high), same = x == last;
      const Mask repeated = inside & same, ended = inside & ~same & (run > 0.0), told = ended & (run < limit);
      const Mask stuck = repeated & (longer >= limit);
      step = ended & (difference < step) ? difference : step;
      block_samples += only_where(told, run);
      block_runs += one_where(told);
      run = only_where(inside, same ? longer : Register{} + 1.0);
      last = inside ? x : unknown;  // a rail repeats itself, and is another defect
      const Register clamped = x < low ? low : (x > high ? high : x);
      const Mask finite = magnitude(x) <= std::numeric_limits<double>::max();
      at(y + i * lanes, r) = ((finite ? clamped : offset) - offset) * scale;  // no filter swallows the absurd
      const Mask flag = (stuck & stands) | (finite & ~inside & railed) | (~finite & missing);
      store_bytes(flags + i * lanes, r, flag);
      any |= flag;
    }
    at(c.last, r) = last, at(c.run, r) = run, at(c.step, r) = step;
    at(c.block_samples, r) = block_samples, at(c.block_runs, r) = block_runs;
  }
  return !some(any);
}

}  // namespace myod::dsp::MYOD_KERNELS
