#include "daemon/scale_watch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace myod::daemon {

namespace {

constexpr std::uint64_t no_chance = 3;  // one such number may be a damaged line
constexpr double unused_share = 0.25;   // rest is at the middle: two bits fewer, and nothing comes near it

}  // namespace

ScaleWatch::ScaleWatch(std::vector<dsp::Channel> channels, const sensors::Setup& setup)
    : channels_(std::move(channels)),
      bits_(setup.bits),
      enough_(static_cast<std::uint64_t>(looked_at_s * setup.rate_hz)),
      largest_(-std::numeric_limits<double>::infinity()),
      beyond_(channels_.size()) {}

void ScaleWatch::add(const sensors::Frame& frame) {
  ++frames_;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const double x = frame.counts[c];
    largest_ = std::max(largest_, x);
    if (x >= channels_[c].rail_low && x <= channels_[c].rail_high) continue;
    Beyond& b = beyond_[c];
    const double middle = 0.5 * (channels_[c].rail_low + channels_[c].rail_high);
    if (b.count++ == 0 || std::abs(x - middle) > std::abs(b.value - middle)) b.value = x;
  }
}

dsp::Text<200> ScaleWatch::hint() const {
  dsp::Text<200> text;
  const auto bits = static_cast<double>(bits_);
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    if (beyond_[c].count < no_chance) continue;
    (text << channels_[c].name << " sends ").number(beyond_[c].value, 0) << ", a converter of bits = ";
    (text.number(bits, 0) << " gives 0..").number(channels_[c].rail_high, 0);
    text << ": correct bits and full_scale, until then uV are wrong and peaks are cut";
    return text;
  }
  if (channels_.empty() || frames_ < enough_) return text;
  const double top = channels_.front().rail_high;
  if (!(largest_ < unused_share * (top + 1.0))) return text;
  (text << "the largest number so far is ").number(largest_, 0) << ", a converter of bits = ";
  (text.number(bits, 0) << " gives up to ").number(top, 0) << ": are bits and full_scale right?";
  return text;
}

}  // namespace myod::daemon
