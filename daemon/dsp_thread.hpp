// The dsp thread: owns the pipelines, eats sample blocks and requests in order, says what they give. After start it
// allocates nothing, locks nothing, logs nothing, reads the clock once per wake and makes no system call but its wait
// and its wakes. The order in which it consumes is the journal; while journaling it is written to the disk ring with
// it. The control pages are its own: written after each block, before anybody else hears of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "daemon/bell.hpp"
#include "daemon/control/page.hpp"
#include "daemon/records.hpp"
#include "daemon/ring.hpp"
#include "daemon/wake.hpp"
#include "dsp/pairs/pairs.hpp"
#include "dsp/pipeline.hpp"

namespace myod::daemon {

/// A pipeline with what the journal must say of it. Built by the worker, freed by the serve thread.
struct BuiltPipeline {
  dsp::Pipeline pipeline;
  std::string options_text;            ///< TOML that rebuilds it
  std::vector<dsp::ChannelSeed> seed;  ///< room for the hand-over, one per channel
  std::uint64_t config_id = 0;         ///< its configuration hash
};

/// serve -> dsp. A hand-over carries the new pipeline; the old one comes back with kind `retired`.
struct DspRequest {
  enum class Kind : std::uint32_t { command, hand_over, stop_journal } kind = Kind::command;
  std::uint32_t stream = 0;
  BuiltPipeline* built = nullptr;
  bool journal = false;           ///< hand_over: write the journal from here on
  std::int64_t host_time_ns = 0;  ///< of the first pulse of a stimulus, CLOCK_MONOTONIC; 0: the command says when
  dsp::Command command;
};

/// dsp -> serve, beside frames and events: how commands ended, and pipelines that may be freed.
struct DspReply {
  enum class Kind : std::uint32_t { result, handed_over, journal_stopped } kind = Kind::result;
  std::uint32_t stream = 0;
  BuiltPipeline* retired = nullptr;  ///< handed_over: the old one, or null
  std::uint32_t epoch = 0;
  std::uint32_t unused = 0;
  dsp::CommandResult result;
};

/// Read by the serve thread for status.
struct DspCounters {
  std::atomic<std::uint64_t> results_lost{0};
  std::atomic<std::uint64_t> events_lost{0};
  std::atomic<std::uint64_t> journal_lost{0};
  std::atomic<std::uint64_t> wakes{0};
};

class DspThread {
 public:
  struct Rings {
    std::vector<Ring*> blocks;  ///< per stream, from the acquisition thread
    Ring* requests = nullptr;   ///< DspRequest
    Ring* results = nullptr;    ///< frames, of pairs too
    Ring* events = nullptr;
    Ring* replies = nullptr;  ///< DspReply; the requester keeps at most as many requests open as fit here
    Ring* journal = nullptr;
  };
  struct Realtime {
    int fifo_priority = 0;  ///< SCHED_FIFO; 0: off
    int cpu = -1;           ///< pin to this CPU; -1: off
  };

  DspThread(Rings rings, std::span<const dsp::PairNames> pairs, Wake& wake, Bell& serve, Wake& disk);
  ~DspThread();

  /// Returns what was asked and is not permitted, with the remedy; empty when all is well. The thread runs either way.
  /// `pages`: one per stream; they outlive stop().
  std::string start(Realtime realtime, std::vector<control::Page*> pages);
  /// Finishes what is in the rings, ends the thread. Pipelines are freed here.
  void stop();

  const DspCounters& counters() const { return counters_; }

  /// Any thread. Stimulation has to stop: counted on every control page, whatever the rings hold. Returns the count.
  std::uint64_t stop_stimulation() noexcept;
  /// So many stand on every page; the serve thread's bell rings when there are more.
  std::uint64_t stops_written() const noexcept { return stops_written_.load(); }

 private:
  struct StreamState {
    BuiltPipeline* built = nullptr;
    std::uint64_t sequence = 0;
    std::uint64_t event_sequence = 0;
    bool journaling = false;
    bool leveled = false;           ///< a rest level or a reference may have changed
    std::uint64_t clock_index = 0;  ///< sample clock_index came at clock_ns, by the newest block
    std::int64_t clock_ns = 0;
    double seconds_at(std::int64_t host_time_ns) const noexcept;
  };
  class Voice;

  void run();
  bool take_requests(Voice& voice);
  bool take_blocks(Voice& voice);
  void hand_over(const DspRequest& request, Voice& voice);
  void show(std::size_t stream, const dsp::BlockHead* block) noexcept;
  void keep_pages() noexcept;
  void journaled(bool written) noexcept;

  Rings rings_;
  dsp::Pairs pairs_;
  std::vector<std::uint64_t> pair_sequences_;
  Wake& wake_;
  Bell& serve_;
  Wake& disk_;
  std::vector<StreamState> streams_;
  std::vector<control::Page*> pages_;
  DspCounters counters_;
  std::int64_t now_ns_ = 0;
  bool journaled_ = false;  ///< the disk thread has news
  std::atomic<std::uint64_t> stops_{0}, stops_written_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace myod::daemon
