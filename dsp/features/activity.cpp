#include "dsp/features/activity.hpp"

namespace myod::dsp {
namespace {

double magnitude(double v) { return v < 0.0 ? -v : v; }

/// Sum of f(previous, this) over neighbours that are both valid.
template <typename F>
double over_steps(const SpectrumInput& in, F f) {
  double sum = 0.0;
  for (std::size_t i = 1; i < in.y.size(); ++i)
    if (in.valid[i - 1] != 0 && in.valid[i] != 0) sum += f(in.y[i - 1], in.y[i]);
  return sum;
}

template <typename F>
double over_samples(const SpectrumInput& in, F f) {
  double sum = 0.0;
  for (std::size_t i = 0; i < in.y.size(); ++i)
    if (in.valid[i] != 0) sum += f(in.y[i]);
  return sum;
}

}  // namespace

double zero_crossings(const SpectrumInput& in) {
  const double t = in.threshold_uv;
  return over_steps(in, [t](double a, double b) { return a * b < 0.0 && magnitude(b - a) >= t ? 1.0 : 0.0; });
}

double slope_sign_changes(const SpectrumInput& in) {
  double count = 0.0;
  for (std::size_t i = 1; i + 1 < in.y.size(); ++i) {
    if (in.valid[i - 1] == 0 || in.valid[i] == 0 || in.valid[i + 1] == 0) continue;
    const double before = in.y[i] - in.y[i - 1], after = in.y[i] - in.y[i + 1];
    if (before * after > 0.0 && (magnitude(before) >= in.threshold_uv || magnitude(after) >= in.threshold_uv)) ++count;
  }
  return count;
}

double willison_amplitude(const SpectrumInput& in) {
  const double t = in.threshold_uv;
  return over_steps(in, [t](double a, double b) { return magnitude(b - a) >= t ? 1.0 : 0.0; });
}

double waveform_length_uv(const SpectrumInput& in) {
  return over_steps(in, [](double a, double b) { return magnitude(b - a); });
}

double sum_of_magnitudes_uv(const SpectrumInput& in) { return over_samples(in, magnitude); }

double mean_square_uv2(const SpectrumInput& in) {
  return over_samples(in, [](double v) { return v * v; }) / in.valid_samples;
}

double teager_kaiser_uv2(const SpectrumInput& in) {
  double sum = 0.0, count = 0.0;
  for (std::size_t i = 1; i + 1 < in.y.size(); ++i) {
    if (in.valid[i - 1] == 0 || in.valid[i] == 0 || in.valid[i + 1] == 0) continue;
    sum += in.y[i] * in.y[i] - in.y[i - 1] * in.y[i + 1];
    count += 1.0;
  }
  return count > 0.0 ? sum / count : unknown;
}

}  // namespace myod::dsp
