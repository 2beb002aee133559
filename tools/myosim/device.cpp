#include "tools/myosim/device.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "daemon/sensors/counts.hpp"

namespace myod::myosim {

namespace {

constexpr std::int64_t late_ns = 50'000'000;
constexpr std::uint64_t fault_stream = 1000;  // of the seed: apart from the muscles'
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Device::Device(const Options& options, std::unique_ptr<Source> source, TruthFile& truth)
    : options_(options),
      row_(*options.row),
      source_(std::move(source)),
      truth_(truth),
      faults_(options.seed, fault_stream),
      inputs_(source_->inputs()) {}

std::string Device::power_up(std::int64_t now_ns) {
  if (!row_.streams_unasked) return {};
  state_.streaming = true;
  begin_stream(now_ns);
  return std::string(row_.banner);
}

std::string Device::receive(std::span<const std::uint8_t> bytes, std::int64_t now_ns) {
  std::string answer;
  for (const std::uint8_t b : bytes) {
    const bool streamed = state_.streaming;
    const double rate_hz = state_.rate_hz;
    const std::uint32_t channel_mask = state_.channel_mask;
    answer += row_.device(options_.setup, state_, b);
    const bool other = state_.rate_hz != rate_hz || state_.channel_mask != channel_mask;
    if (state_.streaming && (!streamed || other)) begin_stream(now_ns);
  }
  return answer;
}

/// The host may have chosen rate and channels. Muscles and a file go on where they were when the last stream stopped.
void Device::begin_stream(std::int64_t now_ns) {
  if (true_rate_hz_ > 0.0) streamed_s_ += static_cast<double>(in_stream_) / true_rate_hz_;
  setup_ = options_.setup;
  if (state_.rate_hz > 0.0) setup_.rate_hz = state_.rate_hz;
  inputs_of_frame_.clear();
  if (state_.channel_mask != 0) setup_.channels = static_cast<std::uint32_t>(std::popcount(state_.channel_mask));
  for (std::size_t i = 0; inputs_of_frame_.size() < setup_.channels; ++i)
    if (state_.channel_mask == 0 || (state_.channel_mask >> i & 1U) != 0) inputs_of_frame_.push_back(i);
  channels_ = row_.channels(setup_);
  for (std::size_t c = 0; c < setup_.channels; ++c)
    if (const double gain = state_.gain[inputs_of_frame_[c]]; gain > 0.0) channels_[c].scale *= setup_.gain / gain;
  for (std::size_t i = options_.setup.channels; inputs_of_frame_.size() < channels_.size(); ++i)
    inputs_of_frame_.push_back(i);
  values_.assign(channels_.size(), nothing);
  true_rate_hz_ = setup_.rate_hz * (1.0 + options_.drift_ppm * 1e-6);
  source_->set_rate(true_rate_hz_);
  begin_ns_ = now_ns;
  in_stream_ = 0;
}

/// Faults are drawn for every frame, so that one does not move the others.
Fate Device::fate_of_next(double time_s, bool heard) {
  const bool drop = faults_.uniform() < options_.drop;
  const bool corrupt = faults_.uniform() < options_.corrupt;
  for (const Stall& s : options_.stalls)
    if (time_s >= s.at_s && time_s < s.at_s + s.length_s) return Fate::stalled;
  if (drop) return Fate::dropped;
  if (!heard) return Fate::unheard;
  return corrupt ? Fate::corrupted : Fate::sent;
}

void Device::begin_frame(Fate fate, std::vector<std::uint8_t>& out) {
  if (fate == Fate::stalled && fate_ != Fate::stalled) out.insert(out.end(), row_.outage.begin(), row_.outage.end());
  fate_ = fate;
  ++counts_.at(static_cast<std::size_t>(fate));
}

void Device::put_instant(std::uint64_t instant) {
  for (std::size_t c = 0; c < channels_.size(); ++c)
    values_[c] = inputs_of_frame_[c] < inputs_.size() ? inputs_[inputs_of_frame_[c]].value : nothing;
  const auto counts = std::span(frame_.counts).subspan(instant * channels_.size(), channels_.size());
  sensors::put_instant(row_, setup_, channels_, in_stream_, values_, counts);
  for (std::size_t c = 0; c < setup_.channels; ++c)
    if ((state_.off_mask >> inputs_of_frame_[c] & 1U) != 0) counts[c] = channels_[c].offset;
}

void Device::append_frame(Fate fate, std::vector<std::uint8_t>& out) {
  frame_.values = row_.instants * static_cast<std::uint32_t>(channels_.size());
  const std::uint64_t counter = (row_.counts_from_zero ? in_stream_ : index_) + 1 - row_.instants;
  const std::uint64_t modulus = sensors::counter_modulus(row_, setup_);
  frame_.counter = modulus != 0 ? counter % modulus : counter;
  const std::size_t at = out.size();
  out.resize(at + row_.max_frame_bytes);
  const std::size_t size = row_.format(setup_, frame_, std::span(out).subspan(at));
  out.resize(at + size);
  if (fate != Fate::corrupted) return;
  const std::uint64_t bit = faults_.bits() % (8 * size);
  out[at + bit / 8] = static_cast<std::uint8_t>(out[at + bit / 8] ^ (1U << bit % 8));
}

bool Device::produce(std::int64_t now_ns, bool heard, std::size_t most, std::vector<std::uint8_t>& out) {
  if (!state_.streaming || exhausted_) return true;
  const double streamed_s = static_cast<double>(std::max<std::int64_t>(0, now_ns - begin_ns_)) * 1e-9;
  const auto due = static_cast<std::uint64_t>(streamed_s * true_rate_hz_);
  for (; in_stream_ < due; ++in_stream_, ++index_) {
    if (most-- == 0) return false;
    if (!source_->next(inputs_)) {
      exhausted_ = true;
      return true;
    }
    const double in_stream_s = static_cast<double>(in_stream_) / true_rate_hz_;
    const auto sample_ns = begin_ns_ + static_cast<std::int64_t>((in_stream_s + 1.0 / true_rate_hz_) * 1e9);
    const std::uint64_t instant = in_stream_ % row_.instants;
    if (instant == 0) begin_frame(fate_of_next(streamed_s_ + in_stream_s, heard), out);
    put_instant(instant);
    if (instant + 1 == row_.instants && (fate_ == Fate::sent || fate_ == Fate::corrupted)) {
      append_frame(fate_, out);
      if (now_ns - sample_ns > late_ns) ++late_;
    }
    truth_.write(index_, streamed_s_ + in_stream_s, sample_ns, fate_, inputs_);
  }
  return true;
}

}  // namespace myod::myosim
