#include "dsp/pairs/pairs.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "dsp/features/table.hpp"

namespace myod::dsp {

Pairs::Pairs(std::span<const PairNames> names, std::span<const Stream> streams) {
  const auto rows = feature_rows(FrameKind::amplitude);
  const auto row = std::find_if(rows.begin(), rows.end(), [](const FeatureRow& r) { return r.name == "rms_uv"; });
  feature_ = static_cast<std::size_t>(row - rows.begin());
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
  for (const PairNames& n : names) pairs_.push_back(Pair{{side(n.first), side(n.second)}, -1});
}

/// A frame at time_ns: at the grid points before it the amplitude was the last one, when that is not older than a step.
void Pairs::Side::progress(std::int64_t time_ns, double uv) noexcept {
  const std::int64_t newest = (time_ns - 1) / grid_ns;  // last point before the frame
  for (std::int64_t p = std::max(passed + 1, newest - kept + 1); p <= newest; ++p) {
    const std::int64_t age = p * grid_ns - last_ns;
    at[static_cast<std::size_t>(p % kept)] =
        age >= 0 && age < grid_ns ? last_uv : std::numeric_limits<double>::quiet_NaN();
  }
  passed = std::max(passed, newest);
  last_ns = time_ns;
  last_uv = uv;
}

double Pairs::Side::uv(std::int64_t point) const noexcept {
  const bool there = point <= passed && point > passed - kept;
  return there ? at[static_cast<std::size_t>(point % kept)] : std::numeric_limits<double>::quiet_NaN();
}

void Pairs::push(const FeatureFrame& frame, PairSink& sink) noexcept {
  if (frame.head.kind != FrameKind::amplitude) return;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    Pair& pair = pairs_[i];
    bool concerned = false;
    for (Side& side : pair.sides) {
      if (side.stream != frame.head.stream) continue;
      side.progress(frame.head.host_time_ns, frame.values[side.channel * frame.head.features + feature_]);
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
    PairFrame frame{index, pair.next * grid_ns, a.uv(pair.next), b.uv(pair.next), false};
    frame.valid = !std::isnan(frame.first_uv) && !std::isnan(frame.second_uv);
    sink.pair(frame);
  }
}

}  // namespace myod::dsp
