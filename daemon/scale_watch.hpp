// Do the numbers that come fit the converter they are said to come from? Frames in, a hint out: of numbers the
// converter cannot give, or of a range that is never used. Pure. For kinds whose scale the user states (Setup::bits);
// it is a hint, for both can have other reasons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/sensors/sensor.hpp"
#include "dsp/stream.hpp"
#include "dsp/text.hpp"

namespace myod::daemon {

class ScaleWatch {
 public:
  static constexpr double looked_at_s = 5.0;  ///< before it is said that a range is not used

  ScaleWatch(std::vector<dsp::Channel> channels, const sensors::Setup& setup);

  void add(const sensors::Frame& frame);
  /// Empty: nothing to be said.
  dsp::Text<200> hint() const;

 private:
  const std::vector<dsp::Channel> channels_;
  const std::int64_t bits_;
  const std::uint64_t enough_;  // frames
  std::uint64_t frames_ = 0;
  double largest_;  // of all channels
  struct Beyond {
    std::uint64_t count = 0;
    double value = 0.0;
  };
  std::vector<Beyond> beyond_;  // per channel: numbers outside the rails, the farthest of them
};

}  // namespace myod::daemon
