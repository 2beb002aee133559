// `dump`: every number of one kind of frame as it comes, a line per channel: CSV with a header, or JSON. What was lost
// on the way is said on stderr.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "dsp/words.hpp"
#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/csv_file.hpp"
#include "tools/myoctl/link.hpp"
#include "tools/myoctl/text.hpp"
#include "tools/myoctl/watch_lines.hpp"
#include "tools/myoctl/watch_model.hpp"

namespace myod::myoctl {
namespace {

std::string csv_float(float value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::string csv_header(const Reading& reading) {
  std::string line = "t_s,time_ns,sensor,channel";
  for (const auto& feature : reading.features()) line += "," + feature.name();
  return line + ",valid_fraction,quality";
}

std::string csv_line(const Reading& reading) {
  const v1::Frame& frame = reading.frame;
  std::string line = csv_number(reading.t_s) + "," + std::to_string(frame.last_time_ns()) + "," +
                     printable(reading.stream.sensor()) + "," + printable(reading.view.name);
  for (int f = 0; f < reading.features().size(); ++f) line += "," + csv_float(reading.value(f));
  if (reading.channel >= frame.status_size()) return line + ",,";
  const auto& status = frame.status(reading.channel);
  return line + "," + csv_number(status.valid_fraction()) + ",\"" + printable(status.quality()) + "\"";
}

}  // namespace

int run_dump(const std::string& address, const DumpArguments& arguments) {
  Signals signals;
  Link link(signals, address);
  WatchModel model(arguments.channels);
  model.connected(link.hello(), monotonic_ns());
  v1::Subscribe wish;
  const auto kind = dsp::from_word<dsp::FrameKind>(dsp::frame_kind_words, arguments.kind);
  constexpr std::array<v1::Kind, 3> kinds{v1::KIND_FEATURES, v1::KIND_SPECTRUM, v1::KIND_CONTROL};
  wish.add_kinds(kinds.at(static_cast<std::size_t>(kind.value())));
  link.subscribe(wish);
  const std::int64_t begin = monotonic_ns(), second_ns = 1'000'000'000;
  bool headed = arguments.json;
  for (std::int64_t now = begin; arguments.seconds == 0 || static_cast<double>(now - begin) < arguments.seconds * 1e9;
       now = monotonic_ns()) {
    const auto message = link.wait(now + second_ns / 10);
    if (!message) continue;
    model.take(*message, monotonic_ns());
    if (const std::string why = model.unknown_channel(); !why.empty()) throw Failure(exit_wrong_value, why);
    if (message->has_loss())
      std::fprintf(stderr, "myoctl: %llu frames of stream %u were lost: %s\n",
                   static_cast<unsigned long long>(message->loss().frames()), message->loss().stream(),
                   printable(message->loss().reason()).c_str());
    if (!message->has_frame()) continue;
    for (const Reading& reading : model.readings(message->frame())) {
      if (!headed) print_line(csv_header(reading));
      headed = true;
      print_line(arguments.json ? json_line(reading) : csv_line(reading));
    }
  }
  return 0;
}

}  // namespace myod::myoctl
