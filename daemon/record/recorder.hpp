// The disk thread: takes the journal and the results from the dsp thread's ring, writes them to one XDF file per
// recording, tells how far they are safe. Keeps emptying the ring whatever happens to the disk: an error ends the
// recording loudly, never the measurement.
//
// What the dsp thread sends, in the order in which it consumes (daemon/records.hpp), per stream:
//   hand_over   first, and again for every pipeline that replaces another one: the seed it was planted with
//   block       before Pipeline::process() of it        command   before Pipeline::apply() of it, at_index filled
//   frame, event   as the pipeline says them
// What cannot be put into the ring is counted in `dropped` before anything later is published: the recorder then writes
// a note into the file, and a replay claims nothing from there on.
//
// What the serve thread does to record: start() with the epoch each stream's next pipeline will have, then hand those
// pipelines to the dsp thread. A stream's records before the hand-over of that epoch (or a later one) are not written.
// A stream that begins later is announced with add() before its pipeline is handed over. To end: have the dsp thread
// stop sending, then stop(). A changed channel count ends the stream's part of the file.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/ring.hpp"
#include "daemon/wake.hpp"
#include "dsp/stream.hpp"

namespace myod::record {

/// A stream as its headers in the file say it.
struct RecordedStream {
  std::uint32_t stream = 0;  ///< index of the sensor
  std::uint32_t epoch = 0;   ///< recorded from the hand-over of this epoch on
  dsp::Stream description;
  std::vector<std::string> limits{};  ///< what its rate cannot support, in words
};

struct StartRequest {
  std::string subject = "unassigned";   ///< [A-Za-z0-9_-]{1,64}
  std::string label = "session";        ///< the same
  std::string program;                  ///< "myod 0.1.0"
  std::string configuration;            ///< the whole configuration as TOML
  std::vector<RecordedStream> streams;  ///< those known by now
};

struct RecorderState {
  bool recording = false;
  std::string path;                          ///< of the running or the last recording
  std::string error;                         ///< why the last recording failed or ended early; empty: it did not
  std::uint64_t dropped = 0;                 ///< records the dsp thread could not hand over since the recording began
  std::uint64_t unwritten = 0;               ///< records of this recording that came after a write error
  std::vector<std::uint64_t> durable_index;  ///< per stream index: one past the last sample that survives a power cut
};

class Recorder {
 public:
  /// Called on the disk thread after every change, at most four times a second while recording; must not block.
  using OnState = std::function<void(const RecorderState&)>;

  /// Starts the thread. `dropped` counts, on the dsp thread, the records that found the ring full.
  Recorder(daemon::Ring& journal, daemon::Wake& wake, const std::atomic<std::uint64_t>& dropped,
           std::filesystem::path data_dir, OnState on_state);
  ~Recorder();
  /// Empties the ring, ends a running recording, joins; state() goes on telling how it ended. The dsp thread has
  /// stopped before.
  void close();

  /// Serve thread. Empty when accepted, else why not. The state is that of the new recording at once; whether its file
  /// opens is told by the state.
  std::string start(StartRequest request);
  /// Serve thread. One stream more for the running recording. Empty when accepted, else why not.
  std::string add(RecordedStream stream);
  /// Serve thread. What is in the ring by now is still written; then the state says that nothing is being recorded.
  void stop();

  /// Any thread but the dsp thread: the newest state.
  RecorderState state() const;

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

/// Subject ids and labels: [A-Za-z0-9_-]{1,64}.
bool is_valid_id(const std::string& id);

}  // namespace myod::record
