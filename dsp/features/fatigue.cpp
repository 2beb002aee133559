#include "dsp/features/fatigue.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

constexpr std::size_t least_points = 10;
constexpr double least_hold_s = 20.0;
constexpr double full_scale_fall = 0.4;  // of the mean frequency: index 100
constexpr double no_fall = 0.1;          // a smaller fall is none
constexpr double amplitude_band = 0.5;   // around the median

using Point = TrendPoints::Point;

Point sum(const Point& a, const Point& b) {
  return {a.t_s + b.t_s, a.mnf_hz + b.mnf_hz, a.mdf_hz + b.mdf_hz, a.log_arv + b.log_arv, a.log_finsm5 + b.log_finsm5};
}
Point divided(const Point& a, double n) {
  return {a.t_s / n, a.mnf_hz / n, a.mdf_hz / n, a.log_arv / n, a.log_finsm5 / n};
}
Point point(double t_s, const FatigueValues& v) {
  return {t_s, v.mnf_hz, v.mdf_hz, math::log(v.amplitude_uv), math::log(v.finsm5)};
}
bool usable(const FatigueValues& v) {
  return v.mnf_hz > 0.0 && v.mdf_hz > 0.0 && v.amplitude_uv > 0.0 && v.finsm5 > 0.0;
}

double clamped_percent(double share) { return 100.0 * std::clamp(share, 0.0, 1.0); }

void judge(FatigueSummary& s) {
  const TrendLine &m = s.mnf_hz, &a = s.log_arv;
  if (std::isnan(m.half_width) || std::isnan(a.half_width) || m.disagrees() || a.disagrees()) return;
  const double fall = -m.slope * s.span_s / m.at_start;
  const double largest_fall = -(m.slope - m.half_width) * s.span_s / m.at_start;
  const double certain = 1.0 - m.half_width / std::abs(m.slope);
  if ((m.falls() || m.rises()) && (a.falls() || a.rises())) {
    s.jasa = m.falls() ? (a.rises() ? Jasa::fatigue : Jasa::force_decrease)
                       : (a.rises() ? Jasa::force_increase : Jasa::recovery);
    if (s.jasa == Jasa::force_decrease) return;
    const double amplitude_certain = 1.0 - a.half_width / std::abs(a.slope);
    s.confidence = clamped_percent(s.jasa == Jasa::fatigue ? std::min(certain, amplitude_certain) : certain);
  } else if (largest_fall < no_fall) {
    s.confidence = clamped_percent(1.0 - largest_fall / no_fall);
  } else {
    return;
  }
  s.index = clamped_percent(fall / full_scale_fall);
}

}  // namespace

void TrendPoints::add(const Point& p) noexcept {
  waiting = sum(waiting, p);
  if (++in_waiting < merged) return;
  if (count == trend_capacity) {
    for (std::uint32_t i = 0; i < count / 2; ++i) points[i] = divided(sum(points[2 * i], points[2 * i + 1]), 2.0);
    count /= 2;
    merged *= 2;
    return;  // the one that came waits for its partner
  }
  points[count++] = divided(waiting, merged);
  waiting = {};
  in_waiting = 0;
}

FatigueSummary judge_fatigue(const TrendPoints& points, std::size_t lags) noexcept {
  FatigueSummary s;
  s.points = points.seen();
  if (points.count < 2) return s;
  // What waits is a point of its own once it is half of one: else the trend ends up to a whole point before the hold.
  const bool half = points.count < trend_capacity && 2 * points.in_waiting >= points.merged;
  const Point last = half ? divided(points.waiting, points.in_waiting) : points.points[points.count - 1];
  s.span_s = last.t_s - points.points[0].t_s;
  if (points.count < least_points) return s;
  const std::size_t n = points.count + (half ? 1 : 0);
  const auto at = [&](std::size_t i) -> const Point& { return i < points.count ? points.points[i] : last; };
  std::array<double, trend_capacity> t, y;  // NOLINT: filled below
  for (std::size_t i = 0; i < n; ++i) t[i] = at(i).t_s;
  const auto line = [&](double Point::*member, bool judged) {
    for (std::size_t i = 0; i < n; ++i) y[i] = at(i).*member;
    TrendLine fitted = fit_trend({t.data(), n}, {y.data(), n}, lags);
    if (judged) add_robust_twin({t.data(), n}, {y.data(), n}, fitted);
    return fitted;
  };
  s.mnf_hz = line(&Point::mnf_hz, true);
  s.mdf_hz = line(&Point::mdf_hz, false);
  s.log_arv = line(&Point::log_arv, true);
  s.log_finsm5 = line(&Point::log_finsm5, false);
  judge(s);
  return s;
}

double FatigueSummary::finsm5_ratio() const noexcept { return math::exp(log_finsm5.slope * span_s); }

bool Fatigue::window(double start_s, double t_s, const FatigueValues& values) noexcept {
  if (!usable(values)) return false;
  if (start_s != start_s_) {
    start_s_ = start_s;
    trends_->windows = {};
    hold_ = {};
    told_ = work_.jasa == Jasa::fatigue;
  }
  const Point now = point(t_s, values);
  if (trends_->windows.count > 0) {
    std::array<double, trend_capacity> amplitudes;  // NOLINT: filled below
    for (std::size_t i = 0; i < trends_->windows.count; ++i) amplitudes[i] = trends_->windows.points[i].log_arv;
    const auto middle = amplitudes.begin() + trends_->windows.count / 2;
    std::nth_element(amplitudes.begin(), middle, amplitudes.begin() + trends_->windows.count);
    if (std::abs(math::exp(now.log_arv - *middle) - 1.0) > amplitude_band) return false;
  }
  if (trends_->windows.seen() == 0) first_s_ = t_s;
  trends_->windows.add(now);
  if (t_s - first_s_ + window_s_ < least_hold_s) return false;
  const double merged = trends_->windows.merged, hop_s = hop_s_ * merged,
               window_s = window_s_ + (merged - 1.0) * hop_s_;
  const auto lags = static_cast<std::size_t>(std::max(0.0, std::ceil(window_s / hop_s - 1e-9) - 1.0));
  hold_ = judge_fatigue(trends_->windows, lags);
  return hold_.enough() && tell();
}

bool Fatigue::repetition(double t_s, const FatigueValues& values) noexcept {
  if (!usable(values)) return false;
  trends_->repetitions.add(point(t_s, values));
  work_ = judge_fatigue(trends_->repetitions, 0);
  return !hold_.enough() && tell();
}

void Fatigue::plant(const TrendPoints& repetitions) noexcept {
  trends_->repetitions = repetitions;
  work_ = judge_fatigue(trends_->repetitions, 0);
  told_ = work_.jasa == Jasa::fatigue;
}

/// Once for each time it comes: an answer that is not known for a while is not told again.
bool Fatigue::tell() noexcept {
  const FatigueSummary& s = summary();
  if (std::isnan(s.index) && s.jasa == Jasa::indeterminate) return false;
  const bool news = s.jasa == Jasa::fatigue && !told_;
  told_ = s.jasa == Jasa::fatigue;
  return news;
}

Text<120> Fatigue::words() const noexcept {
  constexpr std::array<std::string_view, 5> known{"no fatigue", "tiring", "force rises", "recovering", "force falls"};
  const FatigueSummary& s = summary();
  const TrendLine &m = s.mnf_hz, &a = s.log_arv;
  Text<120> text;
  if (!s.enough()) return text << "too little to tell";
  const bool unclear = s.jasa == Jasa::indeterminate && std::isnan(s.index);
  text << (unclear ? "cannot tell" : known.at(static_cast<std::size_t>(s.jasa))) << ": MNF ";
  text.number(6000.0 * m.slope / m.at_start, 1) << " +- ";
  text.number(6000.0 * m.half_width / m.at_start, 1) << " %/min, ARV ";
  text.number(6000.0 * a.slope, 1) << " +- ";
  text.number(6000.0 * a.half_width, 1) << " %/min, ";
  text.number(static_cast<double>(s.points), 0) << (hold_.enough() ? " windows" : " repetitions");
  if (!std::isnan(s.confidence)) (text << ", confidence ").number(s.confidence, 0) << " %";
  return text;
}

}  // namespace myod::dsp
