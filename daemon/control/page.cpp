#include "daemon/control/page.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "dsp/features/table.hpp"

namespace myod::control {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// The reasons and severities of the page are those of the signal processing.
static_assert(std::uint32_t{dsp::reason_gap} == myod_control_gap &&
              std::uint32_t{dsp::reason_saturated} == myod_control_saturated &&
              std::uint32_t{dsp::reason_stuck} == myod_control_stuck &&
              std::uint32_t{dsp::reason_flat} == myod_control_flat &&
              std::uint32_t{dsp::reason_lead_off} == myod_control_lead_off &&
              std::uint32_t{dsp::reason_blanked} == myod_control_blanked &&
              std::uint32_t{dsp::reason_mains} == myod_control_mains &&
              std::uint32_t{dsp::reason_noise} == myod_control_noise &&
              std::uint32_t{dsp::reason_rate} == myod_control_rate &&
              std::uint32_t{dsp::reason_uncalibrated} == myod_control_uncalibrated &&
              std::uint32_t{dsp::reason_settling} == myod_control_settling &&
              std::uint32_t{dsp::reason_earlier_reference} == myod_control_earlier_reference &&
              std::uint32_t{dsp::reason_not_emg} == myod_control_not_emg &&
              std::uint32_t{dsp::reason_resolution} == myod_control_resolution);
static_assert(static_cast<int>(dsp::Severity::ok) == myod_control_ok &&
              static_cast<int>(dsp::Severity::limited) == myod_control_limited &&
              static_cast<int>(dsp::Severity::degraded) == myod_control_degraded &&
              static_cast<int>(dsp::Severity::invalid) == myod_control_invalid);
static_assert(static_cast<int>(dsp::ChannelKind::emg) == 0);

/// Which row of the control table stands where in a channel.
struct Field {
  std::string_view row;
  double myod_control_channel::*member;
};
constexpr std::array fields{
    Field{"rms_uv", &myod_control_channel::rms_uv}, Field{"envelope_uv", &myod_control_channel::envelope_uv},
    Field{"ref_pct", &myod_control_channel::rms_pct}, Field{"envelope_pct", &myod_control_channel::envelope_pct},
    Field{"active", &myod_control_channel::active}};

/// For each of the fields, its row.
const std::array<std::size_t, fields.size()>& places() {
  static const auto found = [] {
    const auto rows = dsp::feature_rows(dsp::FrameKind::control);
    std::array<std::size_t, fields.size()> at{};
    for (std::size_t f = 0; f < fields.size(); ++f) {
      const auto row = std::ranges::find(rows, fields[f].row, &dsp::FeatureRow::name);
      if (row == rows.end()) throw std::logic_error("no control feature " + std::string(fields[f].row));
      at[f] = static_cast<std::size_t>(row - rows.begin());
    }
    return at;
  }();
  return found;
}

myod_control_page first_page(std::uint32_t stream, const std::string& boot_id) {
  myod_control_page page{};
  page.magic = MYOD_CONTROL_MAGIC;
  page.version = MYOD_CONTROL_VERSION;
  page.bytes = sizeof page;
  std::string digits;
  std::ranges::copy_if(boot_id, std::back_inserter(digits), [](char c) { return c != '-'; });
  for (std::size_t half = 0; half < 2; ++half)
    page.boot_id[half] = std::stoull(digits.substr(16 * half, 16), nullptr, 16);
  page.pid = static_cast<std::uint64_t>(getpid());
  page.stream = stream;
  page.newest_uncertainty_s = unknown;
  places();  // now, so that no thread under the real-time rule waits for it
  return page;
}

void forget_numbers(myod_control_channel& channel) {
  for (const Field& field : fields) channel.*field.member = unknown;
  channel.valid_fraction = 0.0;
  channel.grade = myod_control_invalid;
  channel.reasons = myod_control_settling;
}

}  // namespace

Page::Page(const std::string& folder, const std::string& sensor, std::uint32_t stream, const std::string& boot_id)
    : page_(first_page(stream, boot_id)), file_(folder + "/myod-control-" + sensor, page_) {}

Page::~Page() {
  page_.ended = 1;
  file_.write(page_);
}

void Page::begin(const dsp::Stream& stream, std::uint32_t epoch, std::uint64_t config_id) noexcept {
  page_.config_id = config_id;
  page_.epoch = epoch;
  page_.rate_mhz = stream.rate_mhz;
  page_.frame_sequence = page_.frame_end_index = 0;
  page_.frame_ns = 0;
  const bool first = page_.channels == 0;
  page_.channels = std::min<std::size_t>(stream.channels.size(), MYOD_CONTROL_MOST_CHANNELS);
  for (std::size_t c = 0; c < page_.channels; ++c) {
    myod_control_channel& channel = page_.channel[c];
    forget_numbers(channel);
    channel.kind = static_cast<std::uint64_t>(stream.channels[c].kind);
    if (!first) continue;  // the channels of a stream are those it began with
    const std::string& name = stream.channels[c].name;
    std::copy_n(name.begin(), std::min(name.size(), sizeof channel.name - 1), channel.name);
    channel.onset_event_s = channel.onset_decision_s = unknown;
  }
}

void Page::calibrated(std::span<const dsp::ChannelSeed> levels) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a over what a percentage and a threshold rest on
  const auto add = [&hash](std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte, word >>= 8U) hash = (hash ^ (word & 0xffU)) * 0x100000001b3U;
  };
  for (const dsp::ChannelSeed& level : levels) {
    for (const double number : {level.calibrated_rest_uv, level.reference_uv, level.reference_percent})
      add(std::isnan(number) ? 0 : std::bit_cast<std::uint64_t>(number));
    add(static_cast<std::uint64_t>(level.reference_kind));
    add(level.reference_earlier ? 1 : 0);
  }
  page_.calibration_id = hash;
}

void Page::block(const dsp::BlockHead& block) noexcept {
  page_.acquired += block.instants;
  page_.end_index = block.first_index + block.instants;
  const double after_first = static_cast<double>(block.instants - 1) * 1e12 / static_cast<double>(page_.rate_mhz);
  page_.newest_ns = block.host_time_ns + std::llround(after_first);
  // A timebase that knows nothing yet says 0, which no clock and no line could be.
  page_.newest_uncertainty_s = block.uncertainty_ns > 0 ? static_cast<double>(block.uncertainty_ns) * 1e-9 : unknown;
}

void Page::frame(const dsp::FeatureFrame& frame, std::uint64_t sequence) noexcept {
  if (frame.head.kind != dsp::FrameKind::control) return;
  page_.frame_sequence = sequence;
  page_.frame_end_index = frame.head.end_index;
  page_.frame_ns = frame.head.host_time_ns;
  for (std::size_t c = 0; c < page_.channels; ++c) {
    myod_control_channel& channel = page_.channel[c];
    for (std::size_t f = 0; f < fields.size(); ++f)
      channel.*fields[f].member = frame.values[c * frame.head.features + places()[f]];
    channel.valid_fraction = frame.status[c].valid_fraction;
    channel.grade = static_cast<std::uint64_t>(frame.status[c].grade);
    channel.reasons = frame.status[c].reasons;
  }
}

void Page::event(const dsp::Event& event) noexcept {
  if (event.kind != dsp::EventKind::onset || event.channel < 0) return;
  myod_control_channel& channel = page_.channel[static_cast<std::size_t>(event.channel)];
  ++channel.onset_count;
  channel.onset_event_s = event.t_event_s;
  channel.onset_decision_s = event.t_decision_s;
  channel.onset_event_ns = event.host_time_ns;
}

void Page::write(std::int64_t now_ns) noexcept {
  page_.written_ns = now_ns;
  file_.write(page_);
}

}  // namespace myod::control
