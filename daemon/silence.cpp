#include "daemon/silence.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/clock.hpp"

namespace myod::daemon {

namespace {

/// By SkipReason: of frames, of lines.
using Words = std::array<std::string_view, sensors::skip_reason_words.size()>;
constexpr Words of_frames{"",
                          "bytes that begin no frame",
                          "frames that fail their check",
                          "frames of a wrong length",
                          "frames with a field that cannot be",
                          "messages",
                          "messages that do not end",
                          "",
                          "packets of another unit"};
constexpr Words of_lines{"",
                         "",
                         "",
                         "",
                         "lines that are not all numbers",
                         "lines of text",
                         "no line end for 256 bytes",
                         "lines of another number of columns",
                         ""};
constexpr std::int64_t window_ns = 2'000'000'000;
constexpr std::uint64_t enough_bytes = 1000;

/// Counts begin anew when the layout is looked for again.
std::uint64_t since(std::uint64_t before, std::uint64_t now) { return now >= before ? now - before : now; }

std::string columns(std::uint32_t channels, const sensors::Setup& setup) {
  const std::uint32_t others = (setup.counter_column != 0 ? 1U : 0U) + (setup.timestamp_column != 0 ? 1U : 0U);
  return std::to_string(channels + others);
}

}  // namespace

std::string time_of_day(std::int64_t at_ns) {
  const std::time_t t = std::time(nullptr) - (monotonic_ns() - at_ns) / 1'000'000'000;
  std::tm parts{};
  localtime_r(&t, &parts);
  std::array<char, 16> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &parts)};
}

std::string seen_instead(const AssemblerCounts& before, const AssemblerCounts& now, const sensors::SensorRow& row,
                         const sensors::Setup& setup) {
  constexpr std::size_t most_told = 2;
  std::vector<std::pair<std::uint64_t, std::size_t>> seen;  // how often, what
  for (std::size_t i = 1; i < now.skips.size(); ++i)
    if (const std::uint64_t times = since(before.skips[i], now.skips[i]); times != 0) seen.emplace_back(times, i);
  std::ranges::stable_sort(seen, std::greater<>(), &std::pair<std::uint64_t, std::size_t>::first);
  std::string text;
  for (const auto& [times, i] : std::span(seen).first(std::min(seen.size(), most_told))) {
    const bool counted =
        static_cast<sensors::SkipReason>(i) == sensors::SkipReason::wrong_columns && setup.channels != 0;
    text += (text.empty() ? "" : ", ") +
            (counted ? "lines have " + columns(now.channels_seen, setup) + " columns, expected " +
                           columns(setup.channels, setup)
                     : std::string((row.text_lines ? of_lines : of_frames)[i])) +
            " (" + std::to_string(times) + " times)";
  }
  if (!text.empty()) return text;
  const std::uint64_t bytes = since(before.skipped_bytes, now.skipped_bytes);
  return bytes == 0 ? text : std::to_string(bytes) + " bytes that belong to no frame or line";
}

bool SkippedWatch::due(std::int64_t now_ns, std::uint64_t arrived_bytes, const AssemblerCounts& counts) {
  if (now_ns - since_ns_ < window_ns) return false;
  const std::uint64_t arrived = since(arrived_, arrived_bytes);
  mostly_ = arrived >= enough_bytes && 2 * since(before_.skipped_bytes, counts.skipped_bytes) > arrived;
  earlier_ = std::exchange(before_, counts);
  arrived_ = arrived_bytes;
  since_ns_ = now_ns;
  return true;
}

}  // namespace myod::daemon
