#include "daemon/recognition.hpp"

#include <algorithm>
#include <set>

#include "daemon/assembler.hpp"

namespace myod::daemon {

namespace {

constexpr std::uint64_t enough_frames = 16, skipped_at_most = 10;  // one in so many bytes
constexpr std::size_t most_unread = 4096;

bool is_made_of(std::span<const std::uint8_t> bytes, const sensors::SensorRow& row, const sensors::Setup& setup) {
  Assembler assembler(row, setup, [](const PlacedFrame&) {});
  assembler.feed(bytes, 0);
  const AssemblerCounts& counts = assembler.counts();
  return counts.frames >= enough_frames && counts.skipped_bytes * skipped_at_most <= bytes.size();
}

sensors::Setup setup_of(const sensors::SensorRow& row, std::uint32_t channels) {
  sensors::Setup wished;
  wished.channels = channels;
  return sensors::complete_setup(row, wished);
}

/// Every number of channels, but one of those whose frames have the same size; only 0 where the data tell it.
std::vector<std::uint32_t> layouts(const sensors::SensorRow& row) {
  if (row.default_channels == 0) return {0};
  std::vector<std::uint32_t> list;
  std::set<std::size_t> sizes;
  for (std::uint32_t n = row.min_channels; n <= row.max_channels; ++n)
    if (!row.fixed_size || sizes.insert(sensors::frame_size(row, setup_of(row, n))).second) list.push_back(n);
  return list;
}

std::string article(std::string_view name) {
  return std::string("aeiou").find(name.front()) == std::string::npos ? "a " : "an ";
}

}  // namespace

std::vector<Recognised> recognise(std::span<const std::uint8_t> bytes) {
  std::vector<Recognised> found;
  for (const sensors::SensorRow* row : sensors::sensor_table())
    for (const std::uint32_t channels : layouts(*row))
      if (is_made_of(bytes, *row, setup_of(*row, channels))) {
        found.push_back({row, channels});
        break;
      }
  return found;
}

std::string words(const std::vector<Recognised>& kinds) {
  std::string text;
  for (const Recognised& kind : kinds) {
    text += (text.empty() ? "" : " or ") + article(kind.row->name) + std::string(kind.row->name);
    if (kind.channels != 0 && kind.row->min_channels != kind.row->max_channels)
      text += " with " + std::to_string(kind.channels) + (kind.channels == 1 ? " channel" : " channels");
  }
  return text;
}

void UnreadBytes::add(std::span<const std::uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  if (bytes_.size() > most_unread) bytes_.erase(bytes_.begin(), bytes_.end() - most_unread);
}

std::string UnreadBytes::from_another(const sensors::SensorRow& row, const sensors::Setup& setup) const {
  const auto kinds = recognise(bytes_);
  const bool own = is_made_of(bytes_, row, setup) || std::any_of(kinds.begin(), kinds.end(), [&row](const auto& kind) {
                     return kind.row == &row && kind.channels == 0;
                   });
  return own ? std::string() : words(kinds);
}

}  // namespace myod::daemon
