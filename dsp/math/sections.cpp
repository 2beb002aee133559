#include "dsp/math/sections.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "dsp/math/math.hpp"

namespace myod::dsp::math {
namespace {

void check(std::int64_t poles, double corner_hz, double rate_hz) {
  if (poles < 1 || poles > 12)
    throw std::invalid_argument("filter with " + std::to_string(poles) + " poles: must be 1..12");
  if (!(corner_hz > 0.0 && corner_hz < 0.5 * rate_hz))
    throw std::invalid_argument("filter corner " + std::to_string(corner_hz) + " Hz: must lie between 0 and " +
                                std::to_string(0.5 * rate_hz) + " Hz");
}

/// c0 / (s^2 + c1 s + c0) at k = tan(pi fc / fs); a highpass is its mirror s -> 1/s.
Section second_order(double c1, double c0, double k, bool highpass) {
  const double kk = k * k;
  if (highpass) {
    const double n = 1.0 / (1.0 + c1 * k + kk);
    return {n, -2.0 * n, n, 2.0 * n * (kk - 1.0), n * (1.0 - c1 * k + kk)};
  }
  const double n = 1.0 / (1.0 + c1 * k + c0 * kk);
  const double b = c0 * kk * n;
  return {b, 2.0 * b, b, 2.0 * n * (c0 * kk - 1.0), n * (1.0 - c1 * k + c0 * kk)};
}

Section first_order(double k, bool highpass) {
  const double n = 1.0 / (1.0 + k);
  const double b = highpass ? n : k * n;
  return {b, highpass ? -b : b, 0.0, (k - 1.0) * n, 0.0};
}

std::vector<Section> butterworth(std::int64_t poles, double corner_hz, double rate_hz, bool highpass) {
  check(poles, corner_hz, rate_hz);
  const double k = tan(pi * corner_hz / rate_hz);
  std::vector<Section> sections;
  if (poles % 2 != 0) sections.push_back(first_order(k, highpass));
  for (std::int64_t i = 0; i < poles / 2; ++i) {  // lowest Q first: the poles furthest from the unit circle
    const double angle = pi * static_cast<double>(2 * i + 1 + poles % 2) / static_cast<double>(2 * poles);
    sections.push_back(second_order(2.0 * cos(angle), 1.0, k, highpass));
  }
  double gain = 1.0;
  for (Section& s : sections) {
    gain *= s.b0;
    s.b1 /= s.b0, s.b2 /= s.b0, s.b0 = 1.0;
  }
  Section& first = sections.front();
  first.b0 = gain, first.b1 *= gain, first.b2 *= gain;
  return sections;
}

}  // namespace

std::vector<Section> butterworth_highpass(std::int64_t poles, double corner_hz, double rate_hz) {
  return butterworth(poles, corner_hz, rate_hz, true);
}

std::vector<Section> butterworth_lowpass(std::int64_t poles, double corner_hz, double rate_hz) {
  return butterworth(poles, corner_hz, rate_hz, false);
}

std::vector<Section> bessel2_lowpass(double corner_hz, double rate_hz) {
  check(2, corner_hz, rate_hz);
  // 3 / (s^2 + 3 s + 3) falls to -3 dB at w with w^4 + 3 w^2 - 9 = 0; scaled to w = 1.
  constexpr double w = 1.361654128716130520;
  return {second_order(3.0 / w, 3.0 / (w * w), tan(pi * corner_hz / rate_hz), false)};
}

std::vector<Section> notch(double hz, double bandwidth_hz, double rate_hz) {
  check(2, hz, rate_hz);
  const double gain = 1.0 / (1.0 + tan(pi * bandwidth_hz / rate_hz));
  const double middle = -2.0 * gain * cos(2.0 * pi * hz / rate_hz);
  return {{gain, middle, gain, middle, 2.0 * gain - 1.0}};
}

std::vector<std::array<double, 2>> steady_state(std::span<const Section> sections) {
  std::vector<std::array<double, 2>> states;
  double level = 1.0;
  for (const Section& s : sections) {
    const double c0 = s.b1 - s.a1 * s.b0, c1 = s.b2 - s.a2 * s.b0;
    const double z0 = (c0 + c1) / ((1.0 + s.a1) + s.a2);
    states.push_back({level * z0, level * ((1.0 + s.a1) * z0 - c0)});
    level *= (s.b0 + s.b1 + s.b2) / (1.0 + s.a1 + s.a2);
  }
  return states;
}

namespace {

using States = std::vector<std::array<double, 2>>;

double one_sample(std::span<const Section> sections, States& z, double y) {
  for (std::size_t k = 0; k < sections.size(); ++k) {
    const Section& s = sections[k];
    const double x = y;
    y = s.b0 * x + z[k][0];
    z[k] = {s.b1 * x - s.a1 * y + z[k][1], s.b2 * x - s.a2 * y};
  }
  return y;
}

}  // namespace

double noise_gain(std::span<const Section> lowpass) {
  constexpr double forgotten = 1e-9;
  States z(lowpass.size(), {0.0, 0.0});
  double power = 0.0;  // of the answer to one sample of 1
  const std::size_t long_enough = settling_samples(lowpass, forgotten);
  for (std::size_t i = 0; i < long_enough; ++i) {
    const double y = one_sample(lowpass, z, i == 0 ? 1.0 : 0.0);
    power += y * y;
  }
  return std::sqrt(power);
}

std::size_t settling_samples(std::span<const Section> lowpass, double share) {
  States z(lowpass.size(), {0.0, 0.0});
  std::size_t settled = 0;  // one past the last sample of the step's answer that is off
  // Between its overshoots an answer is right for less than as long again as it took to get there.
  for (std::size_t i = 0; i < 4 * (settled + 1); ++i) {
    const double y = one_sample(lowpass, z, 1.0);
    if (y < 1.0 - share || y > 1.0 + share) settled = i + 1;
  }
  return settled;
}

double group_delay_samples(std::span<const Section> sections, double hz, double rate_hz) {
  const double w = 2.0 * pi * hz / rate_hz;
  const double c1 = cos(w), s1 = sin(w), c2 = cos(2.0 * w), s2 = sin(2.0 * w);
  // Delay of p0 + p1 z^-1 + p2 z^-2 is Re(sum of k pk z^-k over sum of pk z^-k).
  const auto delay = [&](double p0, double p1, double p2) {
    const double re = p0 + p1 * c1 + p2 * c2, im = -(p1 * s1 + p2 * s2);
    const double dre = p1 * c1 + 2.0 * p2 * c2, dim = -(p1 * s1 + 2.0 * p2 * s2);
    return (dre * re + dim * im) / (re * re + im * im);
  };
  double sum = 0.0;
  for (const Section& s : sections) sum += delay(s.b0, s.b1, s.b2) - delay(1.0, s.a1, s.a2);
  return sum;
}

}  // namespace myod::dsp::math
