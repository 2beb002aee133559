#include "dsp/pairs/pairs.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "dsp/features/table.hpp"

namespace myod::dsp {

namespace {

std::size_t place(std::string_view name) {
  const auto rows = feature_rows(FrameKind::amplitude);
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const FeatureRow& r) { return r.name == name; });
  return static_cast<std::size_t>(row - rows.begin());
}

}  // namespace

Pairs::Pairs(std::span<const PairNames> names, std::span<const Stream> streams)
    : uv_(place("rms_uv")), net_uv_(place("net_uv")), pct_(place("ref_pct")), active_(place("active")) {
  const auto side = [&](const std::string& name) {
    for (std::size_t s = 0; s < streams.size(); ++s)
      for (std::size_t c = 0; c < streams[s].channels.size(); ++c)
        if (streams[s].channels[c].name == name) {
          Side found;
          found.stream = static_cast<std::uint32_t>(s);
          found.channel = c;
          return found;
        }
    throw std::invalid_argument("pair: no sensor has a channel named " + name);
  };
  for (const PairNames& n : names) pairs_.push_back(Pair{{side(n.first), side(n.second)}, n.basis, -1});
}

/// A frame at time_ns: at the grid points before it the amplitude was the last one, when that is not older than a step.
void Pairs::Side::progress(std::int64_t time_ns, const Amplitude& amplitude) noexcept {
  const std::int64_t newest = (time_ns - 1) / grid_ns;  // last point before the frame
  for (std::int64_t p = std::max(passed + 1, newest - kept + 1); p <= newest; ++p) {
    const std::int64_t age = p * grid_ns - last_ns;
    at[static_cast<std::size_t>(p % kept)] = age >= 0 && age < grid_ns ? last : Amplitude{};
  }
  passed = std::max(passed, newest);
  last_ns = time_ns;
  last = amplitude;
}

Pairs::Amplitude Pairs::Side::amplitude(std::int64_t point) const noexcept {
  const bool there = point <= passed && point > passed - kept;
  return there ? at[static_cast<std::size_t>(point % kept)] : Amplitude{};
}

PairFrame Pairs::compare(const Amplitude& a, const Amplitude& b, PairBasis basis) noexcept {
  PairFrame frame;
  frame.valid = !std::isnan(a.uv) && !std::isnan(b.uv);
  frame.basis = basis;
  frame.first_uv = a.uv, frame.second_uv = b.uv;
  frame.first_pct = a.pct, frame.second_pct = b.pct;
  const bool active = frame.valid && (a.active == 1.0 || b.active == 1.0);
  const bool percent = basis == PairBasis::reference;
  frame.cci_pct = active ? falconer_winter_pct(a.pct, b.pct) : unknown;
  frame.rudolph_pct = active ? rudolph_pct(a.pct, b.pct) : unknown;
  frame.symmetry_pct = active ? symmetry_pct(percent ? a.pct : a.net_uv, percent ? b.pct : b.net_uv) : unknown;
  return frame;
}

void Pairs::push(const FeatureFrame& frame, PairSink& sink) noexcept {
  if (frame.head.kind != FrameKind::amplitude) return;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    Pair& pair = pairs_[i];
    bool concerned = false;
    for (Side& side : pair.sides) {
      if (side.stream != frame.head.stream) continue;
      const double* values = frame.values.data() + side.channel * frame.head.features;
      side.progress(frame.head.host_time_ns, {values[uv_], values[net_uv_], values[pct_], values[active_]});
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
    PairFrame frame = compare(a.amplitude(pair.next), b.amplitude(pair.next), pair.basis);
    frame.pair = index;
    frame.time_ns = pair.next * grid_ns;
    sink.pair(frame);
  }
}

}  // namespace myod::dsp
