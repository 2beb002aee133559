#include "daemon/record/timing.hpp"

#include <algorithm>
#include <charconv>

#include "daemon/record/xml.hpp"

namespace myod::record {

namespace {

constexpr double to_s = 1e-9, to_ms = 1e3, to_ppm = 1e6;
constexpr double settled_s = 10.0;  // a timebase that begins is slewed up to here
constexpr std::uint32_t by_guess = dsp::block_restarted | dsp::block_gap_uncertain;

std::string element(std::string_view name, double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 3).ptr;
  return xml::element(name, std::string(buffer, end));
}

}  // namespace

void Timing::begin(const dsp::BlockHead& block) {
  begun_ = true;
  first_index_ = block.first_index;
  first_ns_ = block.host_time_ns;
  first_error_ns_ = largest_error_ns_ = block.uncertainty_ns;
}

void Timing::add(const dsp::BlockHead& block, double rate_hz) {
  if (!begun_ || (block.flags & by_guess) != 0) begin(block);
  samples_s_ = static_cast<double>(block.first_index - first_index_) / rate_hz;
  passed_s_ = static_cast<double>(block.host_time_ns - first_ns_) * to_s;
  newest_error_ns_ = block.uncertainty_ns;
  largest_error_ns_ = std::max(largest_error_ns_, newest_error_ns_);
  const double length_s = static_cast<double>(block.instants - 1) / rate_hz;
  late_.add(static_cast<double>(block.arrival_ns - block.host_time_ns) * to_s - length_s);
}

std::string Timing::xml() const {
  if (!begun_) return {};
  std::string inside = element("error_ms", static_cast<double>(largest_error_ns_) * to_s * to_ms) +
                       element("late_p50_ms", late_.percentile(50.0) * to_ms) +
                       element("late_p99_ms", late_.percentile(99.0) * to_ms);
  if (samples_s_ >= settled_s && passed_s_ > 0.0) {
    const double error_s = static_cast<double>(first_error_ns_ + newest_error_ns_) * to_s;
    inside += element("drift_ppm", (samples_s_ / passed_s_ - 1.0) * to_ppm) +
              element("drift_error_ppm", error_s / passed_s_ * to_ppm);
  }
  return xml::parent("timebase", inside);
}

}  // namespace myod::record
