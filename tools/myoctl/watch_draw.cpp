// The picture of `watch`; see watch_draw.hpp.
#include "tools/myoctl/watch_draw.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "dsp/quality.hpp"
#include "tools/myoctl/picture.hpp"
#include "tools/myoctl/text.hpp"
#include "tools/myoctl/watch_lines.hpp"

namespace myod::myoctl {
namespace {

constexpr std::array<std::string_view, 4> activity_words{"unknown", "learning rest", "rest", "ACTIVE"};
constexpr std::string_view old_word = "old value";  // no meaning rests on the grey alone
constexpr std::array<Ink, 4> activity_inks{Ink::dim, Ink::dim, Ink::rest, Ink::active};

// Columns of a channel line: the margin, then the parts with their gaps; the bar takes what is left.
constexpr std::size_t margin = 2, scale_width = 7, uv_width = 9, percent_width = 6, state_width = 13;
constexpr std::size_t least_name = 6, most_name = 20;

struct Layout {
  std::size_t name = least_name;
  std::size_t bar = 0;
  bool narrow = false;  // shorter words
  bool terse = false;   // one line per sensor, no blank lines
  std::size_t lines_per_channel = 3;
  std::size_t channels_shown = 0;
  bool pairs = true;  // a line each, below the sensors
};

std::string time_of_day(std::int64_t mono_ns, const Window& window) {
  constexpr std::int64_t day_s = 86400;
  const std::int64_t s = (((mono_ns + window.local_offset_ns) / 1'000'000'000) % day_s + day_s) % day_s;
  const auto two = [](std::int64_t v) { return std::string(v < 10 ? "0" : "") + std::to_string(v); };
  return two(s / 3600) + ":" + two(s / 60 % 60) + ":" + two(s % 60);
}

std::string since(std::int64_t mono_ns, const Window& window) {
  const std::int64_t s = (window.now_ns - mono_ns) / 1'000'000'000;
  return "since " + time_of_day(mono_ns, window) + " (" + std::to_string(s) + " s)";
}

std::string grade_word(const ChannelView& channel) { return channel.quality.substr(0, channel.quality.find(':')); }

// What is wrong with the connection, below the first line; one line is always kept for it.
std::vector<std::string> trouble(const View& view, const Window& window) {
  if (!view.connected) {
    auto lines = wrap(printable(view.link_reason), window.width);
    if (!lines.empty()) return lines;
  } else if (view.events_lost > 0) {
    return {counted(view.events_lost, "event was", "events were") + " lost inside the daemon: counts may be short"};
  }
  return {""};
}

void draw_header(Picture& picture, const View& view, const Layout& layout, const Window& window) {
  if (view.connected) {
    picture.add(printable(view.program), Ink::strong).add(" at " + printable(window.address));
    picture.right("connected", Ink::rest);
  } else {
    picture.add(" NOT CONNECTED " + since(view.link_since_ns, window) + ", trying again ", Ink::alarm);
  }
  picture.end_line();
  const auto lines = trouble(view, window);
  for (std::size_t i = 0; i < (layout.terse ? 1 : lines.size()); ++i) picture.add(lines[i], Ink::warning).end_line();
}

bool streaming(const SensorView& sensor) { return sensor.state.empty() || sensor.state == "streaming"; }

// Why nothing comes from a sensor, in as many lines as it takes.
std::vector<std::string> excuse(const View& view, const SensorView& sensor, const Window& window) {
  if (!view.connected || sensor.state.empty() || !needs_words(sensor.state, sensor.detail)) return {};
  return wrap(state_text(sensor.state, sensor.detail), window.width - margin);
}

// The most the window has room for: three lines a channel, then two, then one; then one line a sensor; then fewer
// channels.
Layout lay_out(const View& view, const Window& window) {
  Layout layout;
  std::size_t channels = 0;
  for (const auto& sensor : view.sensors) {
    channels += sensor.channels.size();
    for (const auto& c : sensor.channels) layout.name = std::max(layout.name, std::min(columns(c.name), most_name));
  }
  const std::size_t fixed =
      margin + layout.name + 1 + 1 + scale_width + 1 + uv_width + 1 + percent_width + 2 + state_width;
  layout.narrow = window.width < 80;
  layout.bar = window.width > fixed + 4 ? window.width - fixed : 4;
  constexpr std::size_t header_and_footer = 4;
  std::size_t around = header_and_footer - 1 + trouble(view, window).size();
  for (const auto& sensor : view.sensors) around += 2 + excuse(view, sensor, window).size();
  const std::size_t pairs = view.pairs.empty() ? 0 : view.pairs.size() + 1;
  layout.pairs = pairs == 0 || around + channels + pairs <= window.height;
  if (layout.pairs) around += pairs;
  layout.terse = around + channels > window.height;
  if (layout.terse) around = header_and_footer + view.sensors.size();
  const std::size_t room = window.height > around ? window.height - around : 1;
  while (layout.lines_per_channel > 1 && channels * layout.lines_per_channel > room) --layout.lines_per_channel;
  layout.channels_shown = std::min(channels, room);
  return layout;
}

void draw_sensor(Picture& picture, const View& view, const SensorView& sensor, const Layout& layout,
                 const Window& window) {
  const std::string when = sensor.last_frame_ns ? " " + since(*sensor.last_frame_ns, window) : "";
  picture.add(printable(sensor.name), Ink::strong).add("  ");
  if (!view.connected) {
    picture.add("old values" + when, Ink::warning);
  } else if (!streaming(sensor)) {
    picture.add("NOT STREAMING" + when, Ink::warning);
  } else if (!sensor.last_frame_ns) {
    picture.add("no data yet", Ink::warning);
  } else if (stale(view, sensor, window.now_ns)) {
    picture.add("NO DATA" + when, Ink::warning);
  } else {
    picture.add("streaming", Ink::rest);
  }
  if (layout.terse && !excuse(view, sensor, window).empty())
    picture.add("  " + state_text(sensor.state, sensor.detail));
  if (view.connected && streaming(sensor)) {
    if (sensor.rate_hz > 0) picture.add("  " + number(sensor.rate_hz, 0) + " Hz");
    picture.add("  " + counted(sensor.lost, "sample", "samples") + " lost", sensor.lost > 0 ? Ink::warning : Ink::dim);
    if (sensor.gaps > 0) picture.add(" in " + counted(sensor.gaps, "gap", "gaps"), Ink::warning);
    if (sensor.corrupted > 0) picture.add("  " + std::to_string(sensor.corrupted) + " corrupted", Ink::warning);
    if (sensor.frames_missed > 0)
      picture.add("  " + counted(sensor.frames_missed, "frame", "frames") + " missed", Ink::warning);
  }
  picture.end_line();
  if (layout.terse) return;
  for (const auto& line : excuse(view, sensor, window)) picture.to(margin).add(line).end_line();
}

void draw_amplitude(Picture& picture, const ChannelView& channel, const Layout& layout, bool old) {
  const auto ink = [&](Ink fresh) { return old ? Ink::dim : fresh; };
  const auto state = static_cast<std::size_t>(channel.activity);
  const double fraction = channel.has_reference ? channel.percent / 100 : channel.uv / channel.scale_uv;
  const std::string scale = channel.has_reference  ? "100 %"
                            : channel.scale_uv > 0 ? number(channel.scale_uv, 0) + " µV"
                                                   : "";
  picture.to(margin).add(fit(printable(channel.name), layout.name), ink(Ink::strong)).add(" ");
  picture.add(bar(fraction, layout.bar), ink(channel.activity == Activity::active ? Ink::active : Ink::rest));
  picture.add("▏" + fit(scale, scale_width), Ink::dim).add(" ");
  picture.add(fit_left(amplitude(channel.uv) + " µV", uv_width), ink(Ink::plain)).add(" ");
  picture.add(fit_left(channel.has_reference ? number(channel.percent, 0) + " %" : "–", percent_width),
              ink(Ink::plain));
  picture.add("  ").add(old ? old_word : activity_words.at(state), ink(activity_inks.at(state)));
  picture.end_line();
}

void draw_details(Picture& picture, const ChannelView& channel, const Layout& layout, bool old) {
  const auto ink = [&](Ink fresh) { return old ? Ink::dim : fresh; };
  const std::string many = layout.narrow ? "reps" : "repetitions", one = layout.narrow ? "rep" : "repetition";
  picture.to(margin + layout.name + 1);
  if (channel.repetitions > 0) {
    std::string text = counted(channel.repetitions, one, many);
    if (const auto& last = channel.last_repetition)
      text += ", last " + number(last->end_s() - last->start_s(), 1) + " s " + amplitude(last->peak_uv()) + " µV";
    picture.add(text, ink(Ink::plain));
  } else {
    picture.add("no " + one + " seen yet", ink(Ink::plain));
  }
  picture.add("   MDF " + number(effort_mdf_hz(channel), 0) + " Hz",
              ink(channel.activity == Activity::active ? Ink::plain : Ink::dim));
  if (!channel.quality.empty() && !old) {
    const std::string word = grade_word(channel);
    picture.add(layout.narrow ? "   " : "   quality ", Ink::dim);
    picture.add(printable(word), word == "ok" ? Ink::rest : Ink::warning);
  }
  picture.end_line();
}

void draw_pairs(Picture& picture, const View& view, const Window& window) {
  for (const auto& pair : view.pairs) {
    const bool old = stale(view, pair, window.now_ns);
    picture.add(printable(pair.frame.name()), old ? Ink::dim : Ink::strong).add("  ");
    picture.add(old ? std::string(old_word) : pair_text(pair.frame), old ? Ink::dim : Ink::plain).end_line();
  }
  if (!view.pairs.empty()) picture.end_line();
}

// The worst channel speaks for all when there is no room below each.
void draw_footer(Picture& picture, const View& view, const Layout& layout, std::size_t hidden, const Window& window) {
  if (layout.lines_per_channel < 3) {
    const ChannelView* worst = nullptr;
    for (const auto& sensor : view.sensors)
      for (const auto& c : sensor.channels)
        if (c.reasons != 0 && !stale(view, sensor, window.now_ns) &&
            (worst == nullptr || dsp::worst(c.reasons) > dsp::worst(worst->reasons)))
          worst = &c;
    if (worst != nullptr) {
      const std::string name = printable(worst->name) + ": ";
      picture.add(name + remedy(*worst, window.width - std::min(columns(name), window.width)), Ink::warning);
    }
    picture.end_line();
  }
  std::string text = "q leaves · not a medical device";
  if (!layout.pairs) text += " · " + counted(view.pairs.size(), "pair", "pairs") + " more: enlarge the window";
  if (hidden > 0) text += " · " + counted(hidden, "channel", "channels") + " more: enlarge the window or use --channel";
  picture.add(text, Ink::dim);
  picture.end_line();
}

}  // namespace

std::string_view activity_word(Activity activity) { return activity_words.at(static_cast<std::size_t>(activity)); }

std::string remedy(const ChannelView& channel, std::size_t room) {
  const dsp::ReasonRow* worst = nullptr;
  for (const auto& row : dsp::reason_table)
    if ((channel.reasons & row.reason) != 0 && (worst == nullptr || row.severity > worst->severity)) worst = &row;
  if (worst == nullptr) return {};
  std::string help(worst->remedy);
  for (const auto& text : {std::string(worst->meaning) + ": " + help, std::string(worst->word) + ": " + help})
    if (columns(text) <= room) return text;
  return help;
}

std::string draw(const View& view, const Window& window) {
  const Layout layout = lay_out(view, window);
  Picture picture(window.width, window.colour);
  draw_header(picture, view, layout, window);
  std::size_t shown = 0, channels = 0;
  if (view.sensors.empty()) {
    picture.add("No sensor has been named yet.");
    picture.end_line();
  }
  for (const auto& sensor : view.sensors) {
    draw_sensor(picture, view, sensor, layout, window);
    const bool old = stale(view, sensor, window.now_ns);
    channels += sensor.channels.size();
    for (const auto& channel : sensor.channels) {
      if (shown == layout.channels_shown) break;
      ++shown;
      draw_amplitude(picture, channel, layout, old);
      if (layout.lines_per_channel > 1) draw_details(picture, channel, layout, old);
      if (layout.lines_per_channel > 2) {
        const std::size_t indent = margin + layout.name + 1;
        if (!old) picture.to(indent).add(remedy(channel, window.width - indent), Ink::warning);
        picture.end_line();
      }
    }
    if (!layout.terse && (layout.lines_per_channel < 3 || sensor.channels.empty())) picture.end_line();
  }
  if (layout.pairs) draw_pairs(picture, view, window);
  draw_footer(picture, view, layout, channels - shown, window);
  return picture.text(window.height);
}

}  // namespace myod::myoctl
