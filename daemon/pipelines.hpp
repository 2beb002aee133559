// The serve thread's side of reconfiguration: has pipelines built by the worker, hands them to the dsp thread under a
// new epoch, and frees the old ones when they come back. One hand-over at a time per stream.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/dsp_thread.hpp"
#include "daemon/worker.hpp"
#include "dsp/options.hpp"
#include "dsp/stream.hpp"

namespace myod::daemon {

class Pipelines {
 public:
  /// `described`: called before the first result of a new epoch can be seen.
  using Described =
      std::function<void(const dsp::Stream&, const dsp::Options&, std::uint32_t stream, std::uint32_t epoch)>;
  /// Asked right before a hand-over: whether the new pipeline writes the journal.
  using Journals = std::function<bool(const dsp::Stream&, std::uint32_t stream, std::uint32_t epoch)>;
  /// How a hand-over ended.
  struct Outcome {
    std::string error;  ///< why it did not happen; empty: it did
    bool busy = false;  ///< it was not even tried, and may be asked for again
    bool done() const { return error.empty(); }
  };
  using Done = std::function<void(const Outcome&)>;

  Pipelines(std::size_t streams, Worker& worker, Ring& requests, Wake& dsp, Described described, Journals journals);

  /// Its options changed, or a recording begins: a new epoch. The channels of a stream are those it began with: what
  /// the pipeline before remembers of them is handed on by their place.
  void rebuild(std::uint32_t stream, dsp::Stream what, const dsp::Options& options, std::string options_text,
               Done done);

  /// A stream's layout is known: its first pipeline. While that is refused as busy it is asked for again by retry(), so
  /// `done` never hears of it.
  void begin(std::uint32_t stream, dsp::Stream what, const dsp::Options& options, std::string options_text, Done done);
  /// Every now and then.
  void retry();

  /// From the replies ring: the dsp thread has taken the new one.
  void handed_over(const DspReply& reply);

  bool running(std::uint32_t stream) const { return streams_[stream].epoch != 0; }
  bool busy(std::uint32_t stream) const { return streams_[stream].busy; }
  std::uint32_t epoch(std::uint32_t stream) const { return streams_[stream].epoch; }
  const dsp::Stream& stream(std::uint32_t i) const { return streams_[i].stream; }
  std::size_t size() const { return streams_.size(); }

 private:
  struct Wish {
    dsp::Stream what;
    dsp::Options options;
    std::string text;
    Done done;
  };
  struct Slot {
    dsp::Stream stream;
    std::uint32_t epoch = 0;  ///< 0: none yet
    bool busy = false;
    Done done;
    std::optional<Wish> first;  ///< until it is done
  };
  void try_first(std::uint32_t i);
  void built(std::uint32_t i, dsp::Stream what, const dsp::Options& options, Done done,
             std::unique_ptr<BuiltPipeline> pipeline, const std::string& error);

  Worker& worker_;
  Ring& requests_;
  Wake& dsp_;
  Described described_;
  Journals journals_;
  std::vector<Slot> streams_;
};

}  // namespace myod::daemon
