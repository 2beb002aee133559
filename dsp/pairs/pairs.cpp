#include "dsp/pairs/pairs.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "dsp/features/table.hpp"
#include "dsp/math/axis.hpp"
#include "dsp/pairs/indices.hpp"

namespace myod::dsp {

namespace {

std::size_t place(std::string_view name) {
  const auto rows = feature_rows(FrameKind::amplitude);
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const FeatureRow& r) { return r.name == name; });
  return static_cast<std::size_t>(row - rows.begin());
}

}  // namespace

Pairs::Pairs(std::span<const PairNames> names)
    : uv_(place("rms_uv")), net_uv_(place("net_uv")), pct_(place("ref_pct")), active_(place("active")) {
  for (const PairNames& n : names) pairs_.push_back(Pair{n, {}, -1});
}

void Pairs::begin(std::uint32_t index, const Stream& stream) noexcept {
  for (Pair& pair : pairs_) {
    bool concerned = false;
    for (Side& side : pair.sides) {
      const std::string& name = &side == pair.sides.data() ? pair.names.first : pair.names.second;
      const auto found = std::ranges::find(stream.channels, name, &Channel::name);
      const bool here = found != stream.channels.end();
      if (!here && !(side.known && side.stream == index)) continue;
      side.known = here;
      side.stream = index;
      side.channel = static_cast<std::size_t>(found - stream.channels.begin());
      side.rate_mhz = stream.rate_mhz;
      concerned = true;
    }
    if (!concerned) continue;
    for (Side& side : pair.sides) side.forget();
    pair.next = -1;
  }
}

bool Pairs::whole(std::size_t pair) const noexcept { return std::ranges::all_of(pairs_[pair].sides, &Side::known); }

void Pairs::Side::forget() noexcept {
  last_ns = -grid_ns;
  last = {};
  passed = -1;
  at.fill({});
}

/// At the grid points before this frame the amplitude was the last one, when that is not older than a step.
void Pairs::Side::progress(const FrameHead& head, const Amplitude& amplitude) noexcept {
  const std::int64_t time_ns = head.host_time_ns;
  sample_0_ns = time_ns - math::nanoseconds(static_cast<std::int64_t>(head.end_index) - 1, rate_mhz);
  const std::int64_t newest = (time_ns - 1) / grid_ns;  // last point before the frame
  for (std::int64_t p = std::max(passed + 1, newest - kept + 1); p <= newest; ++p) {
    const std::int64_t age = p * grid_ns - last_ns;
    at[static_cast<std::size_t>(p % kept)] = age >= 0 && age < grid_ns ? last : Amplitude{};
  }
  passed = std::max(passed, newest);
  last_ns = time_ns;
  last = amplitude;
}

double Pairs::Side::seconds(std::int64_t time_ns) const noexcept {
  if (last_ns < 0) return unknown;  // it has said nothing yet
  const std::int64_t half_us = time_ns >= sample_0_ns ? 500 : -500;
  const std::int64_t us = (time_ns - sample_0_ns + half_us) / 1000;
  return static_cast<double>(us) / 1e6;
}

Pairs::Amplitude Pairs::Side::amplitude(std::int64_t point) const noexcept {
  const bool there = point <= passed && point > passed - kept;
  return there ? at[static_cast<std::size_t>(point % kept)] : Amplitude{};
}

PairFrame Pairs::compare(const Amplitude& a, const Amplitude& b, const PairNames& what) noexcept {
  PairFrame frame;
  const bool valid = !std::isnan(a.uv) && !std::isnan(b.uv);
  frame.valid = valid ? 1 : 0;
  frame.first_uv = a.uv, frame.second_uv = b.uv;
  frame.first_pct = a.pct, frame.second_pct = b.pct;
  if (!valid || (a.active != 1.0 && b.active != 1.0)) return frame;
  if (what.kind == PairKind::co_contraction) {
    frame.cci_pct = falconer_winter_pct(a.pct, b.pct);
    frame.rudolph_pct = rudolph_pct(a.pct, b.pct);
  } else {
    const bool percent = what.basis == PairBasis::reference;
    frame.symmetry_pct = symmetry_pct(percent ? a.pct : a.net_uv, percent ? b.pct : b.net_uv);
  }
  return frame;
}

void Pairs::push(const FeatureFrame& frame, PairSink& sink) noexcept {
  if (frame.head.kind != FrameKind::amplitude) return;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    Pair& pair = pairs_[i];
    if (!whole(i)) continue;
    bool concerned = false;
    for (Side& side : pair.sides) {
      if (side.stream != frame.head.stream) continue;
      const double* values = frame.values.data() + side.channel * frame.head.features;
      side.progress(frame.head, {values[uv_], values[net_uv_], values[pct_], values[active_]});
      concerned = true;
    }
    if (!concerned) continue;
    if (pair.next < 0) pair.next = frame.head.host_time_ns / grid_ns + 1;
    settle(i, sink);
  }
}

void Pairs::settle(std::size_t index, PairSink& sink) noexcept {
  Pair& pair = pairs_[index];
  const auto& [a, b] = pair.sides;
  const std::int64_t ahead = std::max(a.passed, b.passed), behind = std::min(a.passed, b.passed);
  pair.next = std::max(pair.next, ahead - kept + 1);  // after a long silence only what is still known
  for (; pair.next <= behind || pair.next <= ahead - patience; ++pair.next) {
    PairFrame frame = compare(a.amplitude(pair.next), b.amplitude(pair.next), pair.names);
    frame.pair = index;
    frame.time_ns = pair.next * grid_ns;
    frame.t_s = a.seconds(frame.time_ns);
    sink.pair(frame);
  }
}

}  // namespace myod::dsp
