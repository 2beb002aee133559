#include "tools/myoctl/csv_sink.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "config/config.hpp"
#include "dsp/condition/stages.hpp"
#include "dsp/features/table.hpp"
#include "dsp/quality_text.hpp"
#include "dsp/words.hpp"

namespace myod::myoctl {

namespace {

// The columns scripts rely on, in their order; one that is not computed yet stays empty. Further features follow
// behind.
constexpr std::array<std::string_view, 6> amplitude_columns{"rms_uv",  "arv_uv", "envelope_uv",
                                                            "ref_pct", "active", "cusum"};
constexpr std::array<std::string_view, 11> spectrum_columns{"mnf_hz",   "mdf_hz",    "finsm5",  "power_uv2",
                                                            "zc_per_s", "ssc_per_s", "wl_uv",   "wamp_per_s",
                                                            "iemg_uvs", "snr_db",    "mains_db"};
/// Of spectrum frames too, in a file of their own.
constexpr std::array<std::string_view, 10> trend_columns{
    "mnf_slope_hz_per_s", "mnf_slope_lo", "mnf_slope_hi",  "mdf_slope_hz_per_s",  "arv_slope_pct_per_s",
    "finsm5_ratio",       "jasa",         "fatigue_index", "mnf_robust_hz_per_s", "fatigue_confidence_pct"};

/// How good the signal was, a row a second: what the columns are called there, and in a spectrum frame.
constexpr std::array<std::string_view, 8> quality_columns{"snr_db", "mains_db", "sm_db",         "sn_db",
                                                          "dp_db",  "omega",    "rail_fraction", "gap_fraction"};
constexpr std::array<std::string_view, 8> quality_features{"snr_db", "mains_db",  "sm_db",         "sn_db",
                                                           "dp_db",  "raw_omega", "rail_fraction", "gap_fraction"};

/// Where each column of a file finds its number in a frame.
struct Layout {
  std::vector<std::optional<std::size_t>> fixed, further;
  std::string header;
};

std::optional<std::size_t> place_of(std::span<const dsp::FeatureRow> rows, std::string_view name) {
  const auto row = std::ranges::find(rows, name, &dsp::FeatureRow::name);
  return row == rows.end() ? std::nullopt : std::optional(static_cast<std::size_t>(row - rows.begin()));
}

/// Of spectrum frames, where each of these is.
template <std::size_t N>
std::array<std::size_t, N> places_of(const std::array<std::string_view, N>& names) {
  std::array<std::size_t, N> places{};
  std::ranges::transform(names, places.begin(), [](std::string_view name) {
    return place_of(dsp::feature_rows(dsp::FrameKind::spectrum), name).value();
  });
  return places;
}

std::string header_of(std::string_view first, std::span<const std::string_view> columns, std::string_view last) {
  std::string header(first);
  for (const std::string_view name : columns) header.append(",").append(name);
  return header.append(",").append(last);
}

Layout layout(dsp::FrameKind kind, std::span<const std::string_view> fixed) {
  const auto rows = dsp::feature_rows(kind);
  const auto among = [](std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  Layout l;
  l.header = header_of("t_s,channel", fixed, "valid_fraction,quality");
  for (const std::string_view name : fixed) l.fixed.push_back(place_of(rows, name));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (among(fixed, rows[i].name) || among(trend_columns, rows[i].name)) continue;
    l.further.emplace_back(i);
    l.header.append(",").append(rows[i].name);
  }
  return l;
}

const Layout& layout_of(dsp::FrameKind kind) {
  static const Layout amplitude = layout(dsp::FrameKind::amplitude, amplitude_columns);
  static const Layout spectrum = layout(dsp::FrameKind::spectrum, spectrum_columns);
  return kind == dsp::FrameKind::spectrum ? spectrum : amplitude;
}

std::string file_name(std::string name) {
  const auto harmless = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; };
  std::ranges::replace_if(
      name, [&](char c) { return !harmless(c); }, '_');
  return name;
}

/// Creates the folder before the files in it; true when it was not there.
bool created(const std::filesystem::path& dir) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(dir, error);
  if (error)
    throw std::runtime_error(dir.string() + ": cannot be created: " + error.message() + ": choose another --out");
  return made;
}

bool is_filtered(const std::string& name) {
  return name == "filtered.csv" || (name.starts_with("filtered_") && name.ends_with(".csv"));
}

std::string stages_text(const dsp::Stream& stream, const dsp::Options& options, const dsp::ConditionOptions& own) {
  std::string text;
  for (const dsp::StageInfo& s : dsp::describe_stages(stream, options.condition, own))
    text += (text.empty() ? "" : "; ") + s.text;
  return text;
}

/// What was done to the samples, as streams.csv tells it: to all channels, then to those that have their own way.
std::string conditioning_text(const dsp::Stream& stream, const dsp::Options& options) {
  std::string text = stages_text(stream, options, options.condition);
  for (const dsp::Channel& c : stream.channels)
    if (c.condition)
      text += "; but " + c.name + ": " + stages_text(stream, options, *c.condition) + " (" +
              csv_number(dsp::conditioning_delay_s(stream, options.condition, *c.condition)) + " s)";
  std::string unbounded;
  for (const dsp::Channel& c : stream.channels)
    if (c.kind == dsp::ChannelKind::emg && !(std::isfinite(c.rail_low) && std::isfinite(c.rail_high)))
      unbounded += (unbounded.empty() ? "" : ", ") + c.name;
  if (!unbounded.empty()) text += "; the range is not known, nothing is masked for it: " + unbounded;
  return text;
}

std::string filtered_header(const dsp::Stream& stream) {
  std::string header = "t_s";
  for (const dsp::Channel& c : stream.channels) header += "," + c.name;
  return header;
}

}  // namespace

/// One stream's results, into the shared files.
class CsvFolder::StreamSink final : public dsp::Sink {
 public:
  StreamSink(CsvFolder& folder, const dsp::Stream& stream) : folder_(folder), stream_(stream) {
    for (const dsp::Channel& c : stream.channels) {
      ChannelSummary& summary = counted_.emplace_back();
      summary.sensor = stream.sensor;
      summary.channel = c.name;
      summary.rate_hz = stream.rate_hz();
    }
    if (!folder.filtered_) return;
    const std::string name = folder.several_ ? "filtered_" + file_name(stream.sensor) : "filtered";
    filtered_.emplace(folder.dir_ / (name + ".csv"), filtered_header(stream));
  }

  void frame(const dsp::FeatureFrame& f) override {
    if (f.head.kind == dsp::FrameKind::control) return;
    const bool amplitude = f.head.kind == dsp::FrameKind::amplitude;
    if (amplitude) folder_.pairs_->frame(f);
    CsvFile& file = amplitude ? *folder_.amplitude_ : *folder_.spectrum_;
    const Layout& columns = layout_of(f.head.kind);
    const std::uint64_t second = f.head.end_index * 1000 / stream_.rate_mhz;
    const bool judged = !amplitude && second > std::exchange(judged_second_, amplitude ? judged_second_ : second);
    const std::string t_s = csv_number(stream_.seconds(static_cast<double>(f.head.end_index)));
    for (std::size_t c = 0; c < f.head.channels; ++c) {
      if (stream_.channels[c].kind != dsp::ChannelKind::emg) continue;
      if (amplitude) count(counted_[c], f.status[c]);
      const auto values = f.values.subspan(c * f.head.features, f.head.features);
      const auto put = [&](std::optional<std::size_t> i) {
        if (i)
          file.field(values[*i]);
        else
          file.fields("");
      };
      file.fields(t_s).field(std::string_view(stream_.channels[c].name));
      std::ranges::for_each(columns.fixed, put);
      file.field(f.status[c].valid_fraction)
          .field(std::string_view(dsp::quality_text(f.status[c].reasons, f.status[c].grade)));
      std::ranges::for_each(columns.further, put);
      file.end_row();
      if (!amplitude) trend(t_s, c, f);
      if (judged) quality(t_s, c, f);
    }
  }

  void event(const dsp::Event& e, const dsp::Repetition* repetition) override {
    count(e);
    std::string text(e.text.view());
    if (e.kind == dsp::EventKind::gap && e.channel == dsp::all_channels) text = stream_.sensor + ": " + text;
    CsvFile& events = *folder_.events_;
    events.field(dsp::word(dsp::event_kind_words, e.kind)).field(channel_name(e.channel));
    events.field(e.t_event_s).field(e.t_decision_s).field(e.value).field(std::string_view(text));
    events.field(std::string_view(stream_.sensor)).end_row();
    if (repetition == nullptr) return;
    const dsp::Repetition& r = *repetition;
    CsvFile& file = *folder_.repetitions_;
    file.field(channel_name(r.channel)).field(std::uint64_t{r.number}).field(r.start_s).field(r.end_s);
    file.field(r.peak_uv).field(r.peak_ref_pct).field(r.mean_uv).field(r.rest_before_s).field(r.mdf_hz);
    file.field(std::uint64_t{r.complete}).end_row();
  }

  void result(const dsp::CommandResult& r) override {
    if (!r.done) folder_.refusals_.emplace_back(r.text.view());
  }

  bool wants_conditioned() const override { return filtered_.has_value(); }
  void conditioned(std::uint64_t first_index, std::size_t channels, std::span<const double> uv,
                   std::span<const std::uint8_t> valid) override {
    for (std::size_t i = 0; i * channels < uv.size(); ++i) {
      filtered_->field(stream_.seconds(static_cast<double>(first_index + i)));
      for (std::size_t c = 0; c < channels; ++c) {
        const std::size_t at = i * channels + c;
        filtered_->field(valid[at] != 0 ? uv[at] : std::numeric_limits<double>::quiet_NaN());
      }
      filtered_->end_row();
    }
  }

  std::optional<CsvFile>& filtered() { return filtered_; }
  void add_to(std::vector<ChannelSummary>& all, std::uint64_t instants) const {
    for (std::size_t c = 0; c < counted_.size(); ++c) {
      if (stream_.channels[c].kind != dsp::ChannelKind::emg) continue;
      all.push_back(counted_[c]);
      all.back().samples = instants - without_number_[c];
    }
  }

 private:
  /// The first spectrum window that ends in each second.
  void quality(const std::string& t_s, std::size_t c, const dsp::FeatureFrame& f) {
    static const auto places = places_of(quality_features);
    const dsp::ChannelStatus& status = f.status[c];
    CsvFile& file = *folder_.quality_;
    file.fields(t_s).field(std::string_view(stream_.channels[c].name));
    file.field(dsp::word(dsp::severity_words, status.grade)).field(std::string_view(dsp::reasons_text(status.reasons)));
    for (const std::size_t place : places) file.field(f.values[c * f.head.features + place]);
    file.field(std::string_view(dsp::advice_text(status.reasons))).end_row();
  }

  /// The trend as it stands. What cannot be told is `indeterminate` without an index; with one it is "no fatigue".
  void trend(const std::string& t_s, std::size_t c, const dsp::FeatureFrame& f) {
    static const auto places = places_of(trend_columns);
    CsvFile& file = *folder_.trend_;
    file.fields(t_s).field(std::string_view(stream_.channels[c].name));
    for (std::size_t i = 0; i < places.size(); ++i) {
      const double value = f.values[c * f.head.features + places[i]];
      if (trend_columns[i] == "jasa")
        file.field(dsp::jasa_words.at(std::isnan(value) ? 0 : static_cast<std::size_t>(value)));
      else
        file.field(value);
    }
    file.field(std::string_view(dsp::quality_text(f.status[c].reasons, f.status[c].grade))).end_row();
  }

  static void count(ChannelSummary& c, const dsp::ChannelStatus& s) {
    ++c.frames;
    ++c.of_grade[static_cast<std::size_t>(s.grade)];
    for (std::size_t i = 0; i < c.of_reason.size(); ++i)
      c.of_reason[i] += (s.reasons & dsp::reason_table[i].reason) != 0 ? 1 : 0;
  }

  void count(const dsp::Event& e) {
    const auto lost = e.kind == dsp::EventKind::gap ? std::llround(e.value * stream_.rate_hz()) : 0;
    for (std::size_t c = 0; c < counted_.size(); ++c) {
      if (e.channel != dsp::all_channels && static_cast<std::size_t>(e.channel) != c) continue;
      counted_[c].gaps += e.kind == dsp::EventKind::gap ? 1 : 0;
      counted_[c].lost += static_cast<std::uint64_t>(lost);
      counted_[c].onsets += e.kind == dsp::EventKind::onset ? 1 : 0;
      counted_[c].repetitions += e.kind == dsp::EventKind::repetition ? 1 : 0;
      if (e.channel != dsp::all_channels) without_number_[c] += static_cast<std::uint64_t>(lost);
    }
  }

  std::string_view channel_name(std::int32_t channel) const {
    return channel == dsp::all_channels ? std::string_view() : stream_.channels[static_cast<std::size_t>(channel)].name;
  }

  CsvFolder& folder_;
  const dsp::Stream stream_;
  std::vector<ChannelSummary> counted_;
  std::uint64_t judged_second_ = 0;
  std::vector<std::uint64_t> without_number_ = std::vector<std::uint64_t>(stream_.channels.size(), 0);
  std::optional<CsvFile> filtered_;
};

CsvFolder::CsvFolder(std::filesystem::path dir, std::size_t streams, bool filtered)
    : made_(created(dir)), dir_(std::move(dir)), several_(streams > 1), filtered_(filtered) {
  amplitude_.emplace(dir_ / "amplitude.csv", layout_of(dsp::FrameKind::amplitude).header);
  spectrum_.emplace(dir_ / "spectrum.csv", layout_of(dsp::FrameKind::spectrum).header);
  trend_.emplace(dir_ / "trend.csv", header_of("t_s,channel", trend_columns, "quality"));
  quality_.emplace(dir_ / "quality.csv", header_of("t_s,channel,grade,reasons", quality_columns, "advice"));
  events_.emplace(dir_ / "events.csv", "kind,channel,t_event_s,t_decision_s,value,text,sensor");
  repetitions_.emplace(dir_ / "repetitions.csv",
                       "channel,number,start_s,end_s,peak_uv,peak_ref_pct,mean_uv,rest_before_s,mdf_hz,complete");
  pairs_.emplace(dir_ / "pairs.csv");
}

CsvFolder::~CsvFolder() {
  for (std::optional<CsvFile>* file : {&amplitude_, &spectrum_, &trend_, &quality_, &events_, &repetitions_})
    file->reset();
  pairs_.reset();
  sinks_.clear();
  std::error_code ignored;
  if (made_) std::filesystem::remove(dir_, ignored);  // when nothing came to lie in it
}

dsp::Sink& CsvFolder::begin(std::uint32_t stream, const dsp::Pipeline& pipeline,
                            const std::vector<dsp::PairNames>& pairs) {
  pairs_->begin(stream, pipeline.stream(), pairs);
  rows_.push_back({stream, pipeline.epoch(), pipeline.next_index(), pipeline.stream(), pipeline.options()});
  auto& sink = sinks_[stream];
  if (!sink) sink = std::make_unique<StreamSink>(*this, pipeline.stream());
  return *sink;
}

void CsvFolder::write_streams(CsvFile& file, const std::map<std::uint32_t, StreamArrivals>& came) const {
  for (const StreamRow& row : rows_) {
    std::string channels;
    for (const dsp::Channel& c : row.what.channels) channels += (channels.empty() ? "" : ";") + c.name;
    const auto of_stream = came.find(row.stream);
    file.field(std::string_view(row.what.sensor)).field(row.what.rate_hz());
    file.field(of_stream == came.end() ? std::numeric_limits<double>::quiet_NaN() : of_stream->second.t0_s);
    file.field(std::string_view(channels)).field(std::string_view(conditioning_text(row.what, row.options)));
    file.field(dsp::conditioning_delay_s(row.what, row.options.condition, row.options.condition));
    file.field(std::string_view(config::hash(row.options, row.what))).field(std::uint64_t{row.epoch});
    file.field(row.begin_index).field(row.what.seconds(static_cast<double>(row.begin_index))).end_row();
  }
}

/// What an earlier run left and this one does not write, and streams.csv, the mark of a whole result.
bool CsvFolder::remove_earlier(const std::vector<CsvFile*>& files) const {
  const bool replaced = std::filesystem::remove(dir_ / "streams.csv");
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(dir_))
    if (is_filtered(entry.path().filename().string()) &&
        std::ranges::none_of(files, [&](const CsvFile* f) { return f->path() == entry.path(); }))
      left.push_back(entry.path());
  for (const auto& path : left) std::filesystem::remove(path);
  return replaced;
}

void CsvFolder::finish(const std::map<std::uint32_t, StreamArrivals>& came, ProcessSummary& summary) {
  CsvFile streams(dir_ / "streams.csv",
                  "sensor,rate_hz,t0_s,channels,conditioning,group_delay_s,config_hash,epoch,begin_index,begin_s");
  write_streams(streams, came);
  std::vector<CsvFile*> files{&*amplitude_, &*spectrum_,    &*trend_,       &*quality_,
                              &*events_,    &*repetitions_, &pairs_->file()};
  for (auto& [stream, sink] : sinks_)
    if (sink->filtered()) files.push_back(&*sink->filtered());
  files.push_back(&streams);
  for (CsvFile* file : files) file->close();
  summary.replaced = remove_earlier(files);
  for (CsvFile* file : files) {
    file->commit();
    summary.files.push_back(file->path().filename().string());
  }
  for (const auto& [stream, sink] : sinks_) {
    const auto of_stream = came.find(stream);
    sink->add_to(summary.channels, of_stream == came.end() ? 0 : of_stream->second.instants);
  }
  for (const std::string& note : pairs_->notes()) summary.notes.push_back(note);
  for (const std::string& why : refusals_) summary.notes.push_back("command refused: " + why);
  summary.out = dir_;
}

}  // namespace myod::myoctl
