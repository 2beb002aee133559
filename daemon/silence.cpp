#include "daemon/silence.hpp"

#include <array>
#include <ctime>
#include <string_view>

#include "daemon/clock.hpp"

namespace myod::daemon {

namespace {

/// By SkipReason.
constexpr std::array<std::string_view, sensors::skip_reason_words.size()> seen_words{
    "",
    "bytes that begin no frame",
    "frames that fail their check",
    "frames of a wrong length",
    "lines that are not all numbers",
    "lines of text",
    "no line end for 256 bytes",
    "lines of another number of columns",
    "packets of another unit"};

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

std::string seen_instead(const AssemblerCounts& before, const AssemblerCounts& now, const sensors::Setup& setup) {
  std::string text;
  for (std::size_t i = 1; i < now.skips.size(); ++i) {
    const std::uint64_t times = since(before.skips[i], now.skips[i]);
    if (times == 0) continue;
    const bool counted =
        static_cast<sensors::SkipReason>(i) == sensors::SkipReason::wrong_columns && setup.channels != 0;
    text += (text.empty() ? "" : ", ") +
            (counted ? "lines have " + columns(now.channels_seen, setup) + " columns, expected " +
                           columns(setup.channels, setup)
                     : std::string(seen_words[i])) +
            " (" + std::to_string(times) + " times)";
  }
  if (!text.empty()) return text;
  const std::uint64_t bytes = since(before.skipped_bytes, now.skipped_bytes);
  return bytes == 0 ? text : std::to_string(bytes) + " bytes that belong to no frame or line";
}

}  // namespace myod::daemon
