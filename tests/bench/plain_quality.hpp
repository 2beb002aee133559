// Signal quality as a person writes it for one channel: Sinderby's indices and the mains ratio from the Hann spectrum
// of the last second before the filters, in one loop over the bins as far as that goes. The formulas are those of
// dsp/features/quality_indices.hpp, the memory of the mains ratio and the jump of a lost electrode those of
// signal_quality.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace myod::bench {

class PlainQuality {
 public:
  /// power: bins of 1 Hz from 1 Hz on. Adds up what is told.
  double push(std::span<const double> power) {
    const std::size_t bins = power.size(), top = bins / 5;
    double m0 = 0, m1 = 0, m2 = 0, band = 0, noise = 0;
    for (std::size_t i = 0; i < bins; ++i) {
      const double f = static_cast<double>(i + 1), p = power[i];
      m0 += p, m1 += p * f, m2 += p * (f * f);
    }
    for (std::size_t i = at(20); i <= at(450); ++i) band += power[i];
    for (std::size_t i = bins - top; i < bins; ++i) noise += power[i];

    double sum = 0, highest = 0, highest_hz = 1, drop_from = 0, drop_to = std::numeric_limits<double>::infinity();
    for (std::size_t i = at(35); i < at(35) + points - 1; ++i) sum += power[i];
    for (std::size_t i = at(35) + points - 1; i < bins; ++i) {
      sum += power[i];
      if (sum > highest) highest = sum, highest_hz = static_cast<double>(i + 1 - points / 2);
      if (i <= at(600)) drop_from = std::max(drop_from, sum), drop_to = std::min(drop_to, sum);
      sum -= power[i + 1 - points];
    }
    const double slope = highest / static_cast<double>(points) / highest_hz;
    double motion = 0;
    for (std::size_t i = 0; i < at(20); ++i) motion += std::max(0.0, power[i] - slope * static_cast<double>(i + 1));

    std::array<Mains, 2> now{};
    for (std::size_t k = 0; k < now.size(); ++k) now[k] = mains(power, k == 0 ? 50 : 60, band);
    const double mains_db = follow(now);
    const double sn_db = db(m0 * static_cast<double>(top) / (noise * static_cast<double>(bins)));
    return std::sqrt(m0 * m2) / m1 + sn_db + db(m0 / std::max(motion, 1e-9)) + db(drop_from / drop_to) + mains_db;
  }

 private:
  static constexpr std::size_t points = 13;
  struct Mains {
    double line = 0, rest = 0;
  };
  static constexpr std::size_t at(std::size_t hz) { return hz - 1; }
  static double db(double ratio) { return 10.0 * std::log10(ratio); }

  static Mains mains(std::span<const double> power, std::size_t hz, double band) {
    double line = 0, floor = 0;
    for (std::size_t i = at(hz - 2); i <= at(hz + 2); ++i) line += power[i];
    for (std::size_t off = 3; off <= 6; ++off) floor += power[at(hz - off)] + power[at(hz + off)];
    line -= floor / 8.0 * 5.0;
    return {line, band - line};
  }
  /// The ratio over 4 s, and whether it jumped.
  double follow(const std::array<Mains, 2>& now) {
    const std::size_t stronger = now[1].line > now[0].line ? 1 : 0;
    const double ratio = now[stronger].line / now[stronger].rest;
    const Mains& usual = usual_[stronger];
    if (off_) {
      off_ = ratio > 10.0 * before_ratio_;
    } else if (weight_ >= 2.0) {
      before_ratio_ = std::max(usual.line / usual.rest, 1e-4);
      off_ = ratio > 1.0 && ratio > 100.0 * before_ratio_ &&
             now[stronger].line + now[stronger].rest > 10.0 * (usual.line + usual.rest) / weight_;
    }
    if (off_) return db(std::max(ratio, 1e-4));
    for (std::size_t k = 0; k < now.size(); ++k) {
      usual_[k].line = 0.875 * usual_[k].line + now[k].line;
      usual_[k].rest = 0.875 * usual_[k].rest + now[k].rest;
    }
    weight_ = 0.875 * weight_ + 1.0;
    const Mains& told = usual_[usual_[1].line > usual_[0].line ? 1 : 0];
    return db(std::max(told.line / told.rest, 1e-4));
  }

  std::array<Mains, 2> usual_{};
  double weight_ = 0, before_ratio_ = 0;
  bool off_ = false;
};

}  // namespace myod::bench
