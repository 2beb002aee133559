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
constexpr std::array<std::string_view, 4> short_activity_words{"?", "learns", "rest", "ACTIVE"};
constexpr std::string_view old_word = "old value";  // no meaning rests on the grey alone
constexpr std::array<Ink, 4> activity_inks{Ink::dim, Ink::dim, Ink::rest, Ink::active};

// Columns of a channel line: the margin, then the parts with their gaps. State, amplitude and, where no line below says
// it, quality are always there; then come percent, bar and scale as there is room. The bar takes what is left.
constexpr std::size_t margin = 2, scale_width = 7, uv_width = 9, percent_width = 6, state_width = 13;
constexpr std::size_t short_uv_width = 7, short_state_width = 6, quality_width = 10, least_bar = 4, least_name = 6,
                      most_name = 20;

struct Layout {
  std::size_t name = least_name;
  std::size_t uv = uv_width;
  std::size_t bar = 0;                        // 0: none
  bool scale = false, percent = false;        // shown
  bool quality = false, short_state = false;  // on the channel's line
  bool narrow = false;                        // shorter words
  bool terse = false;                         // one line per sensor, no blank lines
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

// The reasons; the grade where there are none.
std::string reason_words(const ChannelView& channel) {
  const auto colon = channel.quality.find(':');
  return colon == std::string::npos ? channel.quality : channel.quality.substr(colon + 1);
}

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
  const std::size_t shown = !layout.terse ? lines.size() : lines.front().empty() ? 0 : 1;
  for (std::size_t i = 0; i < shown; ++i) picture.add(lines[i], Ink::warning).end_line();
}

bool streaming(const SensorView& sensor) { return sensor.state.empty() || sensor.state == "streaming"; }

// Why nothing comes from a sensor, or what looks wrong with it; empty: nothing.
std::string excuse_text(const View& view, const SensorView& sensor) {
  if (!view.connected || sensor.state.empty()) return {};
  return needs_words(sensor.state, sensor.detail) ? state_text(sensor.state, sensor.detail) : printable(sensor.hint);
}

// The same in as many lines as it takes.
std::vector<std::string> excuse(const View& view, const SensorView& sensor, const Window& window) {
  return wrap(excuse_text(view, sensor), window.width - margin);
}

// The columns of a channel line: what is left over goes to percent, then bar, then scale.
void lay_out_line(Layout& layout, bool any_reference, std::size_t width) {
  layout.quality = layout.lines_per_channel == 1;
  layout.short_state = layout.quality && layout.narrow;
  layout.uv = layout.short_state ? short_uv_width : uv_width;
  const std::size_t fixed = margin + 1 + layout.uv + 2 + (layout.short_state ? short_state_width : state_width) +
                            (layout.quality ? 1 + quality_width : 0);
  const std::size_t for_name = width > fixed + least_name ? width - fixed : least_name;
  layout.name = std::min(layout.name, for_name);
  std::size_t left = for_name - layout.name;
  const auto take = [&left](bool wanted, std::size_t columns_needed) {
    if (!wanted || left < columns_needed) return false;
    left -= columns_needed;
    return true;
  };
  layout.percent = take(any_reference || !layout.narrow, 1 + percent_width);
  const bool bar = take(true, 2 + least_bar);
  layout.scale = bar && take(true, scale_width);
  layout.bar = bar ? least_bar + left : 0;
}

std::string other_channels(const SensorView& sensor) {
  std::string text;
  for (const auto& name : sensor.others) text += (text.empty() ? "" : ", ") + printable(name);
  return text.empty() ? text : text + ": not EMG, no muscle numbers";
}

// The most the window has room for: three lines a channel, then two, then one; then one line a sensor; then fewer
// channels.
Layout lay_out(const View& view, const Window& window) {
  Layout layout;
  std::size_t channels = 0;
  bool any_reference = false;
  for (const auto& sensor : view.sensors) {
    channels += sensor.channels.size();
    for (const auto& c : sensor.channels) {
      layout.name = std::max(layout.name, std::min(columns(c.name), most_name));
      any_reference = any_reference || c.has_reference;
    }
  }
  layout.narrow = window.width < 80;
  constexpr std::size_t header_and_footer = 4;
  std::size_t around = header_and_footer - 1 + trouble(view, window).size();
  for (const auto& sensor : view.sensors)
    around += 2 + excuse(view, sensor, window).size() + (sensor.others.empty() ? 0 : 1);
  const std::size_t pairs = view.pairs.empty() ? 0 : view.pairs.size() + 1;
  layout.pairs = pairs == 0 || around + channels + pairs <= window.height;
  if (layout.pairs) around += pairs;
  layout.terse = around + channels > window.height;
  // The first line, one a sensor, the worst reason; what keeps the program is told where there is room for it.
  if (layout.terse) around = 2 + (trouble(view, window).front().empty() ? 0 : 1) + view.sensors.size();
  const auto room_beside = [&window](std::size_t taken) {
    return window.height > taken ? window.height - taken : std::size_t{1};
  };
  const std::size_t last_line = layout.terse ? 1 : 0;  // not counted above
  while (layout.lines_per_channel > 1 && channels * layout.lines_per_channel > room_beside(around + last_line))
    --layout.lines_per_channel;
  layout.channels_shown =
      channels <= room_beside(around) ? channels : std::min(channels, room_beside(around + last_line));
  lay_out_line(layout, any_reference, window.width);
  return layout;
}

void draw_sensor(Picture& picture, const View& view, const SensorView& sensor, const Layout& layout,
                 const Window& window) {
  const bool excused = !excuse(view, sensor, window).empty();
  const bool brief = layout.terse && layout.narrow;  // the excuse says since when, and matters more
  const std::string when =
      sensor.last_frame_ns && !(brief && excused) ? " " + since(*sensor.last_frame_ns, window) : "";
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
  if (layout.terse && excused) picture.add("  " + excuse_text(view, sensor));
  if (view.connected && streaming(sensor)) {
    if (sensor.rate_hz > 0 && !brief) picture.add("  " + number(sensor.rate_hz, 0) + " Hz");
    picture.add("  " + (brief ? std::to_string(sensor.lost) : counted(sensor.lost, "sample", "samples")) + " lost",
                sensor.lost > 0 ? Ink::warning : Ink::dim);
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
  if (layout.bar > 0) {
    picture.add(bar(fraction, layout.bar), ink(channel.activity == Activity::active ? Ink::active : Ink::rest));
    picture.add("▏", Ink::dim).add(layout.scale ? fit(scale, scale_width) : "", Ink::dim).add(" ");
  }
  picture.add(fit_left(amplitude(channel.uv) + " µV", layout.uv), ink(Ink::plain));
  if (layout.percent)
    picture.add(" ").add(fit_left(channel.has_reference ? number(channel.percent, 0) + " %" : "–", percent_width),
                         ink(Ink::plain));
  const auto& words = layout.short_state ? short_activity_words : activity_words;
  const std::size_t width = layout.short_state ? short_state_width : state_width;
  const std::string_view word = !old ? words.at(state) : layout.short_state ? "old" : old_word;
  picture.add("  ").add(layout.quality ? fit(word, width) : std::string(word), ink(activity_inks.at(state)));
  if (layout.quality && !old)
    picture.add(" ").add(printable(reason_words(channel)), channel.quality == "ok" ? Ink::rest : Ink::warning);
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
  if (!layout.narrow && !std::isnan(channel.cv_m_per_s))
    picture.add("   " + number(channel.cv_m_per_s, 1) + " m/s", ink(Ink::plain));
  if (!channel.quality.empty() && !old) {
    const std::string word = layout.lines_per_channel < 3 ? channel.quality : grade_word(channel);
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
  const std::string more = counted(hidden, "channel", "channels") + " more: enlarge the window or use --channel";
  if (hidden > 0) picture.add(more, Ink::warning).end_line();
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
    if (worst != nullptr || !layout.terse) picture.end_line();
  }
  std::string text = "q leaves · not a medical device";
  if (!layout.pairs) text += " · " + counted(view.pairs.size(), "pair", "pairs") + " more: enlarge the window";
  picture.add(text, Ink::dim).end_line();
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
    if (!layout.terse && !sensor.others.empty()) picture.to(margin).add(other_channels(sensor), Ink::dim).end_line();
    if (!layout.terse && (layout.lines_per_channel < 3 || sensor.channels.empty())) picture.end_line();
  }
  if (layout.pairs) draw_pairs(picture, view, window);
  draw_footer(picture, view, layout, channels - shown, window);
  return picture.text(window.height);
}

}  // namespace myod::myoctl
