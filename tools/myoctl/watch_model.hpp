// What `watch` knows: messages of the daemon go in, a plain View comes out. Pure: no socket, no terminal, and time is
// told (CLOCK_MONOTONIC ns), so every state it can show is a unit test. Surprise: a lost connection keeps everything on
// the screen, marked old; only another run of the daemon clears it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "myod/v1/myod.pb.h"

namespace myod::myoctl {

inline constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t stale_after_ns = 300'000'000;

enum class Activity : std::uint8_t { unknown, learning_rest, rest, active };

struct ChannelView {
  std::string name;
  double uv = no_number;
  double percent = no_number;
  bool has_reference = false;  ///< percent was known when uv last was
  double scale_uv = 0.0;       ///< full bar without a reference: the recent peak, rounded up
  double recent_peak_uv = 0.0;
  Activity activity = Activity::unknown;
  std::uint64_t repetitions = 0;  ///< since the stream began, as far as was told here
  std::optional<v1::Repetition> last_repetition;
  double mdf_hz = no_number;      ///< of a window that the muscle filled
  double cv_m_per_s = no_number;  ///< of the window that ended last, where an array begins with this channel
  std::uint32_t reasons = 0;
  std::string quality;  ///< as the daemon says it; empty before the first frame
};

struct SensorView {
  std::string name;
  std::string state;  ///< of the last Status; empty before it
  std::string detail;
  std::string hint;  ///< what looks wrongly set up
  double rate_hz = 0.0;
  std::uint64_t lost = 0, gaps = 0, corrupted = 0;
  std::uint64_t frames_missed = 0;            ///< told by Loss, thinning by rate not counted
  std::optional<std::int64_t> last_frame_ns;  ///< when it arrived here
  std::vector<ChannelView> channels;          ///< emg only, and only those asked for
  std::vector<std::string> others;  ///< the rest, with their kind: "D (digital)"; none when some were asked for
};

/// Two channels compared, as told last.
struct PairView {
  v1::PairFrame frame;
  std::int64_t came_ns = 0;  ///< when it arrived here
};

struct View {
  bool connected = false;
  std::int64_t link_since_ns = 0;  ///< when it was connected or lost
  std::string link_reason;         ///< why it was lost, or why it does not come back
  std::string program;
  std::uint64_t events_lost = 0;
  std::vector<SensorView> sensors;  ///< in the order the daemon named them
  std::vector<PairView> pairs;      ///< in the order they were configured, as far as told
};

/// Median frequency of the effort: of the window that ended last while the muscle is active, of the last repetition
/// while it rests. The spectrum of a resting muscle is that of the noise: a window counts when the muscle was active in
/// 0.9 of it (dsp-spec 2.9).
double effort_mdf_hz(const ChannelView& channel);

/// No data of a streaming sensor for longer than a hiccup.
bool stale(const View& view, const SensorView& sensor, std::int64_t now_ns);
/// A pair may lag by the half second its sides wait for each other.
bool stale(const View& view, const PairView& pair, std::int64_t now_ns);

/// One channel of a frame, by name: for the lines and the JSON of `watch`.
struct Reading {
  const v1::Stream& stream;
  const v1::Frame& frame;
  int channel = 0;
  double t_s = 0.0;
  const ChannelView& view;

  const google::protobuf::RepeatedPtrField<v1::Feature>& features() const;
  float value(int feature) const { return frame.values(channel * features().size() + feature); }
};

class WatchModel {
 public:
  /// Names of the channels wanted; empty: all.
  explicit WatchModel(std::vector<std::string> wanted) : wanted_(std::move(wanted)) {}

  void connected(const v1::ServerHello& hello, std::int64_t now_ns);
  void disconnected(const std::string& reason, std::int64_t now_ns);
  void take(const v1::ServerMessage& message, std::int64_t now_ns);

  const View& view() const { return view_; }

  /// The readings of a frame just taken, wanted channels only; none when the frame is not of a stream described.
  std::vector<Reading> readings(const v1::Frame& frame) const;

  /// One of its channels is wanted.
  bool wants(const v1::PairFrame& pair) const;

  /// Why a wanted channel cannot come, naming those there are; empty when all can, and while a sensor has not told its
  /// channels yet.
  std::string unknown_channel() const;
  /// Every wanted channel is one of a stream described by now.
  bool knows_all_wanted() const;

 private:
  void take_stream(const v1::Stream& stream);
  void take_frame(const v1::Frame& frame, std::int64_t now_ns);
  void take_event(const v1::Event& event);
  void take_pair(const v1::PairFrame& pair, std::int64_t now_ns);
  void take_loss(const v1::Loss& loss);
  void take_status(const v1::Status& status);
  SensorView& sensor(const std::string& name);
  ChannelView* channel(std::uint32_t stream, const std::string& name);
  bool wanted(const v1::Channel& channel) const;

  std::vector<std::string> wanted_;
  View view_;
  std::string boot_id_;
  std::map<std::uint32_t, v1::Stream> streams_;
  std::optional<v1::Status> status_;
};

}  // namespace myod::myoctl
