#include "tools/myoctl/csv_sink.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>

#include "config/config.hpp"
#include "dsp/condition/stages.hpp"
#include "dsp/features/table.hpp"
#include "dsp/quality_text.hpp"
#include "dsp/words.hpp"

namespace myod::myoctl {

namespace {

constexpr std::size_t write_bytes = 1 << 16;

// The columns scripts rely on, in their order; one that is not computed yet stays empty. Further features follow
// behind.
constexpr std::array<std::string_view, 6> amplitude_columns{"rms_uv",  "arv_uv", "envelope_uv",
                                                            "ref_pct", "active", "cusum"};
constexpr std::array<std::string_view, 11> spectrum_columns{"mnf_hz",   "mdf_hz",    "finsm5",  "power_uv2",
                                                            "zc_per_s", "ssc_per_s", "wl_uv",   "wamp_per_s",
                                                            "iemg_uvs", "snr_db",    "mains_db"};

/// Where each column of a file finds its number in a frame.
struct Layout {
  std::vector<std::optional<std::size_t>> fixed, further;
  std::string header;
};

Layout layout(dsp::FrameKind kind, std::span<const std::string_view> fixed) {
  const auto rows = dsp::feature_rows(kind);
  Layout l;
  l.header = "t_s,channel";
  for (const std::string_view name : fixed) {
    const auto row = std::ranges::find(rows, name, &dsp::FeatureRow::name);
    l.fixed.push_back(row == rows.end() ? std::nullopt : std::optional(static_cast<std::size_t>(row - rows.begin())));
    l.header.append(",").append(name);
  }
  l.header += ",valid_fraction,quality";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::ranges::find(fixed, rows[i].name) != fixed.end()) continue;
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

/// Creates the folder before the files in it.
std::filesystem::path created(const std::filesystem::path& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error)
    throw std::runtime_error(dir.string() + ": cannot be created: " + error.message() + ": choose another --out");
  return dir;
}

std::string filtered_header(const dsp::Stream& stream) {
  std::string header = "t_s";
  for (const dsp::Channel& c : stream.channels) header += "," + c.name;
  return header;
}

}  // namespace

CsvFile::CsvFile(std::filesystem::path path, std::string_view header)
    : path_(std::move(path)), out_(path_, std::ios::binary | std::ios::trunc) {
  if (!out_) throw std::runtime_error(path_.string() + ": cannot be created: " + std::strerror(errno));
  buffer_.append(header).append("\n");
}

void CsvFile::separate() {
  if (row_begun_) buffer_ += ',';
  row_begun_ = true;
}

CsvFile& CsvFile::field(double value) {
  separate();
  if (std::isnan(value)) return *this;
  char text[32];
  buffer_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  return *this;
}

CsvFile& CsvFile::field(std::uint64_t value) {
  separate();
  char text[32];
  buffer_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  return *this;
}

CsvFile& CsvFile::field(std::string_view text) {
  separate();
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    buffer_ += text;
    return *this;
  }
  buffer_ += '"';
  for (const char c : text) buffer_.append(c == '"' ? 2 : 1, c);
  buffer_ += '"';
  return *this;
}

void CsvFile::end_row() {
  buffer_ += '\n';
  row_begun_ = false;
  if (buffer_.size() >= write_bytes) write();
}

void CsvFile::write() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
}

void CsvFile::close() {
  write();
  out_.close();  // sets failbit, which a failed write has set before
  if (!out_) throw std::runtime_error(path_.string() + ": cannot be written: is the disk full?");
}

/// One stream's results, into the shared files.
class CsvFolder::StreamSink final : public dsp::Sink {
 public:
  StreamSink(CsvFolder& folder, const dsp::Stream& stream) : folder_(folder), stream_(stream) {
    if (!folder.filtered_) return;
    const std::string name = folder.several_ ? "filtered_" + file_name(stream.sensor) : "filtered";
    filtered_.emplace(folder.dir_ / (name + ".csv"), filtered_header(stream));
  }

  void frame(const dsp::FeatureFrame& f) override {
    if (f.head.kind == dsp::FrameKind::control) return;
    CsvFile& file = f.head.kind == dsp::FrameKind::spectrum ? folder_.spectrum_ : folder_.amplitude_;
    const Layout& columns = layout_of(f.head.kind);
    const double t_s = stream_.seconds(static_cast<double>(f.head.end_index));
    for (std::size_t c = 0; c < f.head.channels; ++c) {
      if (stream_.channels[c].kind != dsp::ChannelKind::emg) continue;
      const auto values = f.values.subspan(c * f.head.features, f.head.features);
      const auto put = [&](std::optional<std::size_t> i) {
        if (i)
          file.field(values[*i]);
        else
          file.field(std::string_view());
      };
      file.field(t_s).field(std::string_view(stream_.channels[c].name));
      std::ranges::for_each(columns.fixed, put);
      file.field(f.status[c].valid_fraction)
          .field(std::string_view(dsp::quality_text(f.status[c].reasons, f.status[c].grade)));
      std::ranges::for_each(columns.further, put);
      file.end_row();
    }
  }

  void event(const dsp::Event& e, const dsp::Repetition* repetition) override {
    folder_.events_.field(dsp::word(dsp::event_kind_words, e.kind)).field(channel_name(e.channel));
    folder_.events_.field(e.t_event_s).field(e.t_decision_s).field(e.value).field(e.text.view()).end_row();
    if (repetition == nullptr) return;
    const dsp::Repetition& r = *repetition;
    folder_.repetitions_.field(channel_name(r.channel)).field(std::uint64_t{r.number}).field(r.start_s).field(r.end_s);
    folder_.repetitions_.field(r.peak_uv).field(r.peak_ref_pct).field(r.mean_uv).field(r.rest_before_s).field(r.mdf_hz);
    folder_.repetitions_.field(std::uint64_t{r.complete}).end_row();
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

  void close() {
    if (filtered_) filtered_->close();
  }

 private:
  std::string_view channel_name(std::int32_t channel) const {
    return channel == dsp::all_channels ? std::string_view() : stream_.channels[static_cast<std::size_t>(channel)].name;
  }

  CsvFolder& folder_;
  const dsp::Stream stream_;
  std::optional<CsvFile> filtered_;
};

CsvFolder::CsvFolder(std::filesystem::path dir, std::size_t streams, bool filtered)
    : dir_(created(dir)),
      several_(streams > 1),
      filtered_(filtered),
      amplitude_(dir_ / "amplitude.csv", layout_of(dsp::FrameKind::amplitude).header),
      spectrum_(dir_ / "spectrum.csv", layout_of(dsp::FrameKind::spectrum).header),
      events_(dir_ / "events.csv", "kind,channel,t_event_s,t_decision_s,value,text"),
      repetitions_(dir_ / "repetitions.csv",
                   "channel,number,start_s,end_s,peak_uv,peak_ref_pct,mean_uv,rest_before_s,mdf_hz,complete") {}

CsvFolder::~CsvFolder() = default;

dsp::Sink& CsvFolder::begin(std::uint32_t stream, const dsp::Pipeline& pipeline) {
  const auto last = std::ranges::find(rows_.rbegin(), rows_.rend(), stream, &StreamRow::stream);
  if (last == rows_.rend() || config::hash(last->options) != config::hash(pipeline.options()))
    rows_.push_back({stream, pipeline.stream(), pipeline.options()});
  auto& sink = sinks_[stream];
  if (!sink) sink = std::make_unique<StreamSink>(*this, pipeline.stream());
  return *sink;
}

void CsvFolder::finish(const std::map<std::uint32_t, double>& t0_s) {
  CsvFile streams(dir_ / "streams.csv", "sensor,rate_hz,t0_s,channels,conditioning,group_delay_s,config_hash");
  for (const StreamRow& row : rows_) {
    std::string channels, stages;
    for (const dsp::Channel& c : row.what.channels) channels += (channels.empty() ? "" : ";") + c.name;
    for (const dsp::StageInfo& s : dsp::describe_stages(row.options.condition, row.what.rate_hz()))
      stages += (stages.empty() ? "" : "; ") + s.text;
    const auto t0 = t0_s.find(row.stream);
    streams.field(std::string_view(row.what.sensor)).field(row.what.rate_hz());
    streams.field(t0 == t0_s.end() ? std::numeric_limits<double>::quiet_NaN() : t0->second);
    streams.field(std::string_view(channels)).field(std::string_view(stages));
    streams.field(dsp::conditioning_delay_s(row.options.condition, row.what.rate_hz()));
    streams.field(std::string_view(config::hash(row.options))).end_row();
  }
  for (CsvFile* file : {&amplitude_, &spectrum_, &events_, &repetitions_, &streams}) file->close();
  for (auto& [stream, sink] : sinks_) sink->close();
}

}  // namespace myod::myoctl
