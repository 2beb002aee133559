// Messages in, view out; see watch_model.hpp.
#include "tools/myoctl/watch_model.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/results.hpp"
#include "dsp/words.hpp"

namespace myod::myoctl {
namespace {

constexpr double peak_memory_s = 20.0;   // the bar's scale follows the recent peak down with this time constant
constexpr double least_active = 0.9F;    // as on the wire; of a window whose spectrum is the muscle's
constexpr double least_scale_uv = 50.0;  // so that noise does not fill the bar

// 1, 2, 5, 10, 20, ...: the smallest not below `uv`.
double round_up(double uv) {
  double decade = 1;
  while (decade < 1e9) {
    for (const double step : {1.0, 2.0, 5.0})
      if (decade * step >= std::max(uv, least_scale_uv)) return decade * step;
    decade *= 10;
  }
  return decade;
}

const google::protobuf::RepeatedPtrField<v1::Feature>* table_of(const v1::Stream& stream, v1::Kind kind) {
  switch (kind) {
    case v1::KIND_FEATURES:
      return &stream.features();
    case v1::KIND_SPECTRUM:
      return &stream.spectrum();
    case v1::KIND_CONTROL:
      return &stream.control();
    default:
      return nullptr;
  }
}

// The number of one channel and feature, NaN when the stream has no such feature.
double value(const v1::Stream& stream, const v1::Frame& frame, int channel, std::string_view name) {
  const auto& table = *table_of(stream, frame.kind());
  for (int f = 0; f < table.size(); ++f)
    if (table[f].name() == name) return static_cast<double>(frame.values(channel * table.size() + f));
  return no_number;
}

bool is_emg(const v1::Channel& described) {
  return described.kind() == dsp::word(dsp::channel_kind_words, dsp::ChannelKind::emg);
}

Activity activity(double active, std::uint32_t reasons) {
  if (std::isnan(active))
    return (reasons & dsp::reason_uncalibrated) != 0 ? Activity::learning_rest : Activity::unknown;
  return active > 0 ? Activity::active : Activity::rest;
}

void show_amplitude(ChannelView& channel, double uv, double percent, double elapsed_s) {
  channel.uv = uv;
  channel.percent = percent;
  if (std::isnan(uv)) return;
  channel.has_reference = !std::isnan(percent);
  channel.recent_peak_uv = std::max(uv, channel.recent_peak_uv * (1 - std::min(elapsed_s / peak_memory_s, 1.0)));
  channel.scale_uv = round_up(channel.recent_peak_uv);
}

}  // namespace

double effort_mdf_hz(const ChannelView& channel) {
  if (channel.activity == Activity::active) return channel.mdf_hz;
  return channel.last_repetition ? channel.last_repetition->mdf_hz() : no_number;
}

bool stale(const View& view, const SensorView& sensor, std::int64_t now_ns) {
  if (!view.connected) return true;
  return !sensor.last_frame_ns || now_ns - *sensor.last_frame_ns > stale_after_ns;
}

bool stale(const View& view, const PairView& pair, std::int64_t now_ns) {
  constexpr std::int64_t patience_ns = 500'000'000;
  return !view.connected || now_ns - pair.came_ns > patience_ns + stale_after_ns;
}

const google::protobuf::RepeatedPtrField<v1::Feature>& Reading::features() const {
  return *table_of(stream, frame.kind());
}

void WatchModel::connected(const v1::ServerHello& hello, std::int64_t now_ns) {
  if (hello.boot_id() != boot_id_) view_.sensors.clear(), view_.pairs.clear();
  boot_id_ = hello.boot_id();
  streams_.clear();
  status_.reset();
  view_.connected = true;
  view_.link_since_ns = now_ns;
  view_.program = hello.program();
}

void WatchModel::disconnected(const std::string& reason, std::int64_t now_ns) {
  if (view_.connected) view_.link_since_ns = now_ns;
  view_.connected = false;
  view_.link_reason = reason.substr(0, reason.find('\n'));
}

void WatchModel::take(const v1::ServerMessage& message, std::int64_t now_ns) {
  switch (message.body_case()) {
    case v1::ServerMessage::kStream:
      return take_stream(message.stream());
    case v1::ServerMessage::kFrame:
      return take_frame(message.frame(), now_ns);
    case v1::ServerMessage::kEvent:
      return take_event(message.event());
    case v1::ServerMessage::kPair:
      return take_pair(message.pair(), now_ns);
    case v1::ServerMessage::kLoss:
      return take_loss(message.loss());
    case v1::ServerMessage::kStatus:
      return take_status(message.status());
    case v1::ServerMessage::kEventsLost:
      view_.events_lost += message.events_lost().count();
      return;
    default:
      return;
  }
}

// A new epoch keeps what is known of a channel: only the list and the tables may have changed.
void WatchModel::take_stream(const v1::Stream& stream) {
  streams_[stream.stream()] = stream;
  SensorView& row = sensor(stream.sensor());
  row.rate_hz = stream.rate_hz();
  std::vector<ChannelView> channels;
  row.others.clear();
  for (const auto& described : stream.channels()) {
    if (!is_emg(described) && wanted_.empty()) row.others.push_back(described.name() + " (" + described.kind() + ")");
    if (!wanted(described)) continue;
    const auto known = std::find_if(row.channels.begin(), row.channels.end(),
                                    [&](const ChannelView& c) { return c.name == described.name(); });
    if (known != row.channels.end()) {
      channels.push_back(*known);
    } else {
      channels.emplace_back().name = described.name();
    }
  }
  row.channels = std::move(channels);
}

void WatchModel::take_frame(const v1::Frame& frame, std::int64_t now_ns) {
  const auto found = readings(frame);
  if (found.empty()) return;
  const v1::Stream& stream = found.front().stream;
  SensorView& row = sensor(stream.sensor());
  const double elapsed_s = row.last_frame_ns ? static_cast<double>(now_ns - *row.last_frame_ns) * 1e-9 : 0.0;
  if (frame.kind() == v1::KIND_FEATURES) row.last_frame_ns = now_ns;
  for (const auto& reading : found) {
    ChannelView& view = *channel(frame.stream(), reading.view.name);
    if (frame.kind() == v1::KIND_SPECTRUM) {
      const bool filled = value(stream, frame, reading.channel, "active_fraction") >= least_active;
      view.mdf_hz = filled ? value(stream, frame, reading.channel, "mdf_hz") : no_number;
      view.cv_m_per_s = value(stream, frame, reading.channel, "cv_m_per_s");
      continue;
    }
    if (reading.channel < frame.status_size()) {
      view.reasons = frame.status(reading.channel).reasons();
      view.quality = frame.status(reading.channel).quality();
    }
    show_amplitude(view, value(stream, frame, reading.channel, "rms_uv"),
                   value(stream, frame, reading.channel, "ref_pct"), elapsed_s);
    if (const double n = value(stream, frame, reading.channel, "repetition_count"); !std::isnan(n))
      view.repetitions = static_cast<std::uint64_t>(n);
    view.activity = activity(value(stream, frame, reading.channel, "active"), view.reasons);
  }
}

void WatchModel::take_event(const v1::Event& event) {
  if (!event.has_repetition()) return;
  if (ChannelView* row = channel(event.stream(), event.channel())) {
    row->last_repetition = event.repetition();
    row->repetitions = std::max<std::uint64_t>(row->repetitions, event.repetition().number());
  }
}

void WatchModel::take_pair(const v1::PairFrame& pair, std::int64_t now_ns) {
  if (!wants(pair)) return;
  auto& pairs = view_.pairs;
  auto at = std::find_if(pairs.begin(), pairs.end(), [&](const PairView& p) { return p.frame.pair() >= pair.pair(); });
  if (at == pairs.end() || at->frame.pair() != pair.pair()) at = pairs.emplace(at);
  *at = {pair, now_ns};
}

bool WatchModel::wants(const v1::PairFrame& pair) const {
  return wanted_.empty() || std::any_of(wanted_.begin(), wanted_.end(), [&](const std::string& name) {
           return name == pair.first() || name == pair.second();
         });
}

void WatchModel::take_loss(const v1::Loss& loss) {
  if (loss.kind() == v1::KIND_PAIRS) return;  // its stream is a pair, and the next one is a tenth of a second away
  const auto stream = streams_.find(loss.stream());
  if (stream != streams_.end() && loss.reason() != "rate")
    sensor(stream->second.sensor()).frames_missed += loss.frames();
}

void WatchModel::take_status(const v1::Status& status) {
  status_ = status;
  for (const auto& told : status.sensors()) {
    const bool described =
        std::any_of(streams_.begin(), streams_.end(), [&](const auto& s) { return s.second.sensor() == told.name(); });
    const bool named = std::any_of(told.channels().begin(), told.channels().end(), [&](const std::string& name) {
      return std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end();
    });
    if (!described && !named && !wanted_.empty() && told.channels_size() > 0) continue;
    SensorView& row = sensor(told.name());
    row.state = told.state();
    row.detail = told.detail();
    row.hint = told.hint();
    if (told.rate_hz() > 0) row.rate_hz = told.rate_hz();
    row.lost = told.lost();
    row.gaps = told.gaps();
    row.corrupted = told.corrupted();
  }
}

SensorView& WatchModel::sensor(const std::string& name) {
  for (auto& row : view_.sensors)
    if (row.name == name) return row;
  view_.sensors.emplace_back().name = name;
  return view_.sensors.back();
}

ChannelView* WatchModel::channel(std::uint32_t stream, const std::string& name) {
  const auto described = streams_.find(stream);
  if (described == streams_.end()) return nullptr;
  for (auto& row : sensor(described->second.sensor()).channels)
    if (row.name == name) return &row;
  return nullptr;
}

bool WatchModel::wanted(const v1::Channel& described) const {
  return is_emg(described) &&
         (wanted_.empty() || std::find(wanted_.begin(), wanted_.end(), described.name()) != wanted_.end());
}

std::vector<Reading> WatchModel::readings(const v1::Frame& frame) const {
  std::vector<Reading> found;
  const auto described = streams_.find(frame.stream());
  if (described == streams_.end() || described->second.epoch() != frame.epoch()) return found;
  const v1::Stream& stream = described->second;
  const auto* table = table_of(stream, frame.kind());
  if (table == nullptr || frame.values_size() != table->size() * stream.channels_size()) return found;
  const double t_s = static_cast<double>(frame.end_index()) / stream.rate_hz();
  for (const auto& row : view_.sensors) {
    if (row.name != stream.sensor()) continue;
    for (int c = 0; c < stream.channels_size(); ++c)
      for (const auto& view : row.channels)
        if (view.name == stream.channels(c).name()) found.push_back({stream, frame, c, t_s, view});
  }
  return found;
}

std::string WatchModel::unknown_channel() const {
  if (!status_) return {};
  std::vector<std::string> known;
  const auto remember = [&](const std::string& name) {
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  };
  for (const auto& told : status_->sensors()) {
    if (told.channels().empty()) return {};
    for (const auto& name : told.channels()) remember(name);
  }
  for (const auto& [id, stream] : streams_)
    for (const auto& described : stream.channels()) {
      remember(described.name());
      const bool asked = std::find(wanted_.begin(), wanted_.end(), described.name()) != wanted_.end();
      if (asked && !wanted(described))
        return described.name() + " is a channel of kind " + described.kind() + "; only emg channels can be watched";
    }
  for (const auto& name : wanted_) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string text = "no channel is named " + name + "; there is";
    for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? " " : ", ") + known[i];
    return text;
  }
  return {};
}

bool WatchModel::knows_all_wanted() const {
  return std::all_of(wanted_.begin(), wanted_.end(), [&](const std::string& name) {
    return std::any_of(streams_.begin(), streams_.end(), [&](const auto& s) {
      return std::any_of(s.second.channels().begin(), s.second.channels().end(),
                         [&](const v1::Channel& c) { return c.name() == name; });
    });
  });
}

}  // namespace myod::myoctl
