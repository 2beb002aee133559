#include "dsp/features/signal_quality.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/condition/flags.hpp"

namespace myod::dsp {
namespace {

constexpr std::array<double, 2> nominal_hz{50.0, 60.0};
constexpr double memory_s = 4.0;        // of the mains ratio
constexpr double active_enough = 0.9;   // of a window that SN and Omega judge
constexpr double jump_ratio = 100.0;    // +20 dB of hum, with a rise of all power, is an electrode that came off
constexpr double jump_power = 10.0;     // (dsp-spec 2.1; how large a rise: own choice)
constexpr double settled_weight = 2.0;  // windows, before a jump can be told
constexpr double back_ratio = 10.0;     // it is on again when the hum is within 10 dB of what it was
constexpr double back_offset = 0.9;     // or the offset within so much of the limit
constexpr double not_beyond = std::numeric_limits<double>::quiet_NaN();

std::array<double, 2> lines_hz(double pinned_hz) {
  return pinned_hz > 0.0 ? std::array{pinned_hz, pinned_hz} : nominal_hz;
}

}  // namespace

SignalQuality::SignalQuality(const Setup& setup)
    : setup_(setup),
      history_(setup.window + setup.spread, setup.lanes),
      spectrum_(setup.window, setup.rate_hz, 0.5 * setup.rate_hz / static_cast<double>(setup.window), setup.rate_hz),
      reader_(spectrum_, setup.features.band_low_hz, setup.features.band_high_hz, lines_hz(setup.pinned_mains_hz)),
      flags_(history_.rows() * setup.lanes, sample_settling),
      mains_(setup.channels),
      beyond_uv_(setup.channels, not_beyond),
      found_(setup.channels, 0),
      reasons_(setup.channels, 0) {}

void SignalQuality::mark(std::uint64_t first, std::size_t rows, const std::uint8_t* flags) noexcept {
  std::copy_n(flags, rows * setup_.lanes, flags_.data() + history_.slot(first) * setup_.lanes);
}

void SignalQuality::lose(std::uint64_t first, std::size_t rows) noexcept {
  history_.lose(first, rows);
  std::fill_n(flags_.data() + history_.slot(first) * setup_.lanes, rows * setup_.lanes, sample_missing);
}

void SignalQuality::clear() noexcept {
  history_.clear();
  std::fill(flags_.begin(), flags_.end(), sample_missing);
  std::fill(mains_.begin(), mains_.end(), Mains{});
  std::fill(beyond_uv_.begin(), beyond_uv_.end(), not_beyond);
  std::fill(reasons_.begin(), reasons_.end(), 0U);
}

double SignalQuality::share(std::size_t lane, std::uint64_t end, std::uint8_t flag) const noexcept {
  std::size_t count = 0;
  const std::uint64_t window = std::min<std::uint64_t>(end, setup_.window);
  for (std::uint64_t i = end - window; i < end; ++i)
    if (flags_[history_.slot(i) * setup_.lanes + lane] == flag) ++count;
  return static_cast<double>(count) / static_cast<double>(setup_.window);
}

void SignalQuality::begin() noexcept {
  for (std::size_t lane = 0; lane < found_.size(); ++lane)
    found_[lane] = mains_[lane].off || !std::isnan(beyond_uv_[lane]) ? reason_lead_off : 0U;
}

/// An electrode makes no such offset: the input hangs free (dsp-spec 2.1).
void SignalQuality::look_at_offset(std::size_t lane, std::uint64_t end) noexcept {
  const double most = setup_.most_offset_uv[lane];
  if (!(most > 0.0)) return;
  double sum = 0.0;
  for (std::uint64_t i = end - setup_.window; i < end; ++i) sum += history_.y(lane / lane_tile, i)[lane % lane_tile];
  const double offset = sum / static_cast<double>(setup_.window);
  const double limit = std::isnan(beyond_uv_[lane]) ? most : back_offset * most;
  beyond_uv_[lane] = std::abs(offset) > limit ? offset : not_beyond;
}

/// Hum that jumps together with all power until it is most of it: an electrode that hangs free is an antenna.
void SignalQuality::look_for_jump(Mains& mains, const MainsPower& now, const MainsPower& usual) const noexcept {
  const double ratio = now.line / now.rest;
  if (mains.off) {
    mains.off = ratio > back_ratio * mains.before_ratio;
    return;
  }
  if (mains.weight < settled_weight) return;
  mains.before_ratio = std::max(usual.line / usual.rest, 1e-4);
  const double power = (usual.line + usual.rest) / mains.weight;
  mains.off = ratio > 1.0 && ratio > jump_ratio * mains.before_ratio && now.line + now.rest > jump_power * power;
}

SignalVerdict SignalQuality::judge(std::size_t lane, std::uint64_t end, double active_fraction,
                                   bool hum_removed) noexcept {
  SignalVerdict v;
  v.indices = reader_.indices(lane % lane_tile);

  Mains& mains = mains_[lane];
  const std::array now{reader_.mains(lane % lane_tile, 0), reader_.mains(lane % lane_tile, 1)};
  const std::size_t stronger = now[1].line > now[0].line ? 1 : 0;  // NaN: beyond the band
  look_for_jump(mains, now[stronger], mains.at[stronger]);
  if (!mains.off) {
    const double keep = std::max(0.0, 1.0 - setup_.features.spectrum_hop_ms / (1000.0 * memory_s));
    for (std::size_t i = 0; i < now.size(); ++i) {
      mains.at[i].line = keep * mains.at[i].line + now[i].line;
      mains.at[i].rest = keep * mains.at[i].rest + now[i].rest;
    }
    mains.weight = keep * mains.weight + 1.0;
    mains.seen_s += 0.001 * setup_.features.spectrum_hop_ms;
  }
  v.mains_db = mains_ratio_db(mains.off ? now[stronger] : mains.at[mains.at[1].line > mains.at[0].line ? 1 : 0]);

  look_at_offset(lane, end);
  if (mains.off || !std::isnan(beyond_uv_[lane])) v.reasons |= reason_lead_off;
  const bool sure = mains.seen_s >= memory_s;  // in less, the steps of 8 bits read like a line (dsp-spec 0b.5)
  if (sure && v.mains_db > most_mains_db && !hum_removed) v.reasons |= reason_mains;
  const bool noisy =
      (setup_.rate_hz >= least_sn_rate_hz && v.indices.sn_db < least_sn_db) || v.indices.omega > most_omega;
  if (active_fraction >= active_enough && noisy) v.reasons |= reason_noise;
  found_[lane] = v.reasons;
  return v;
}

}  // namespace myod::dsp
