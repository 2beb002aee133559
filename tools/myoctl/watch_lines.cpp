// `watch` without a terminal; see watch_lines.hpp.
#include "tools/myoctl/watch_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "dsp/pairs/names.hpp"
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

std::string pair_text(const v1::PairFrame& p) {
  struct Basis {
    std::string_view word, meaning, unit;
    bool percent;
  };
  static constexpr std::array<Basis, 3> bases{{
      {dsp::word(dsp::pair_basis_words, dsp::PairBasis::task), "uV, same task", "uV", false},
      {dsp::word(dsp::pair_basis_words, dsp::PairBasis::load), "uV, same load", "uV", false},
      {dsp::word(dsp::pair_basis_words, dsp::PairBasis::reference), "own references", "%", true},
  }};
  const auto basis = std::ranges::find(bases, std::string_view(p.basis()), &Basis::word);
  if (basis == bases.end()) return printable(p.kind() + " on a basis this version does not know: " + p.basis());
  const bool against = p.kind() == dsp::word(dsp::pair_kind_words, dsp::PairKind::co_contraction);
  const double value = against ? p.cci_pct() : p.symmetry_pct();
  std::string text = (against ? "co-contraction " : "symmetry ") + std::string(!against && value > 0.0 ? "+" : "") +
                     number(value, 0) + " % (" + std::string(basis->meaning) + ")";
  const auto side = [&](const std::string& name, double uv, double pct) {
    return printable(name) + " " + amplitude(basis->percent ? pct : uv) + " " + std::string(basis->unit);
  };
  text += ": " + side(p.first(), p.first_uv(), p.first_pct()) + ", " + side(p.second(), p.second_uv(), p.second_pct());
  if (!p.valid()) return text + ", a side is missing";
  if (!std::isnan(value)) return text;
  std::string without;  // a reference, so no percentage is known
  for (const auto& [name, pct] : {std::pair(p.first(), p.first_pct()), std::pair(p.second(), p.second_pct())})
    if (basis->percent && std::isnan(pct)) without += " " + printable(name);
  return text + (without.empty() ? ", both rest" : ", no reference: myoctl calibrate reference" + without);
}

std::string plain_line(const v1::PairFrame& p) {
  return fit_left(number(p.t_s(), 3) + " s", 12) + "  " + printable(p.name()) + "  " + pair_text(p);
}

std::string json_line(const v1::PairFrame& p) {
  Json json;
  json.open_object().field("kind", "pairs").field("pair", p.name()).field("pair_kind", p.kind());
  json.field("basis", p.basis()).field("first", p.first()).field("second", p.second());
  json.field("t_s", p.t_s()).field("time_ns", p.time_ns()).field("sequence", p.sequence());
  json.field("cci_pct", p.cci_pct()).field("rudolph_pct", p.rudolph_pct()).field("symmetry_pct", p.symmetry_pct());
  json.field("first_uv", p.first_uv()).field("second_uv", p.second_uv());
  json.field("first_pct", p.first_pct()).field("second_pct", p.second_pct()).field("valid", p.valid());
  return json.close_object().text();
}

}  // namespace myod::myoctl
