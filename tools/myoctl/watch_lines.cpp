// `watch` without a terminal; see watch_lines.hpp.
#include "tools/myoctl/watch_lines.hpp"

#include <algorithm>

#include "dsp/quality.hpp"
#include "dsp/words.hpp"
#include "tools/myoctl/json.hpp"
#include "tools/myoctl/text.hpp"
#include "tools/myoctl/watch_draw.hpp"

namespace myod::myoctl {

std::string plain_line(const Reading& reading) {
  const ChannelView& c = reading.view;
  return fit_left(number(reading.t_s, 3) + " s", 12) + "  " +
         fit(printable(c.name), std::max<std::size_t>(columns(c.name), 10)) + fit_left(amplitude(c.uv) + " uV", 11) +
         fit_left(c.has_reference ? number(c.percent, 0) + " %" : "–", 7) + "  " + fit(activity_word(c.activity), 13) +
         fit_left("  MDF " + number(effort_mdf_hz(c), 0) + " Hz", 12) + "  " + printable(c.quality);
}

std::string json_line(const Reading& reading) {
  const v1::Frame& frame = reading.frame;
  const auto kind = static_cast<std::size_t>(frame.kind() - v1::KIND_CONTROL);
  constexpr std::array<std::string_view, 3> kinds{dsp::word(dsp::frame_kind_words, dsp::FrameKind::control),
                                                  dsp::word(dsp::frame_kind_words, dsp::FrameKind::amplitude),
                                                  dsp::word(dsp::frame_kind_words, dsp::FrameKind::spectrum)};
  Json json;
  json.open_object()
      .field("kind", kinds.at(kind))
      .field("sensor", reading.stream.sensor())
      .field("channel", reading.view.name);
  json.field("t_s", reading.t_s).field("time_ns", frame.last_time_ns()).field("epoch", frame.epoch());
  json.field("sequence", frame.sequence());
  for (int f = 0; f < reading.features().size(); ++f) json.field(reading.features()[f].name(), reading.value(f));
  if (reading.channel < frame.status_size()) {
    const auto& status = frame.status(reading.channel);
    json.field("valid_fraction", status.valid_fraction()).field("quality", status.quality());
  }
  return json.close_object().text();
}

}  // namespace myod::myoctl
