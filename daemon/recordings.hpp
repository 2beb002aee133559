// Record start and stop, on the serve thread. A recording begins with a hand-over per stream, so its journal starts
// with a seed; a sensor that starts later joins with its first pipeline. It ends when the dsp thread has stopped
// sending and the disk thread has written what was sent.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "config/config.hpp"
#include "daemon/pipelines.hpp"
#include "daemon/record/recorder.hpp"
#include "myod/v1/myod.pb.h"

namespace myod::daemon {

class Recordings {
 public:
  using Done = std::function<void(v1::ErrorCode error, const std::string& text)>;

  Recordings(const config::Configuration& configuration, Pipelines& pipelines, record::Recorder& recorder,
             Ring& requests, Wake& dsp);

  /// Empty subject: unassigned; empty label: session. Answers when the file is open, or says why not.
  void start(const std::string& subject, const std::string& label, Done done);
  /// Answers when everything is written.
  void stop(Done done);

  /// For Pipelines: whether this pipeline, about to be handed over, is recorded. A stream the recording does not know
  /// yet joins it.
  bool journals(const dsp::Stream& description, std::uint32_t stream, std::uint32_t epoch);
  /// Of the running recording; empty: none.
  std::string path() const { return running() ? recorder_.state().path : std::string(); }

  /// Why the last recording failed or could not start; empty once another one starts.
  const std::string& failure() const { return failed_; }

  /// The dsp thread stopped sending this stream's journal.
  void journal_stopped();
  /// The disk thread has news, perhaps.
  void look();
  /// myod ends, the dsp thread has stopped: a recording still open is written to its end.
  void end();

 private:
  enum class Phase : std::uint8_t { idle, handing_over, opening, running, silencing, closing };

  bool running() const { return phase_ == Phase::handing_over || phase_ == Phase::opening || phase_ == Phase::running; }
  /// As the file's headers describe it.
  record::RecordedStream recorded(const dsp::Stream& description, std::uint32_t stream, std::uint32_t epoch) const;
  void handed_over(const std::string& error);
  void silence();
  void say_end(const record::RecorderState& state);
  void answer(v1::ErrorCode error, const std::string& text);

  const config::Configuration& configuration_;
  Pipelines& pipelines_;
  record::Recorder& recorder_;
  Ring& requests_;
  Wake& dsp_;
  Phase phase_ = Phase::idle;
  std::size_t waiting_ = 0;           ///< streams that have not answered in this phase
  std::set<std::uint32_t> recorded_;  ///< streams of this recording
  std::string failed_;                ///< why this recording failed, kept until the next
  Done done_;
};

}  // namespace myod::daemon
