#include "daemon/record/recorder.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "daemon/clock.hpp"
#include "daemon/record/recording.hpp"

namespace myod::record {

namespace {

constexpr std::int64_t sync_every_ns = 200'000'000;
constexpr int recording_tick_ms = 50;
constexpr int idle_tick_ms = 1000;

Now read_clocks() {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  return {monotonic_ns(), std::int64_t{wall.tv_sec} * 1'000'000'000 + wall.tv_nsec};
}

/// DATA/subjects/ID/YYYYMMDDTHHMMSS_LABEL.xdf, local time.
std::filesystem::path recording_path(const std::filesystem::path& data_dir, const StartRequest& r,
                                     std::int64_t wall_ns) {
  const std::time_t t = wall_ns / 1'000'000'000;
  std::tm parts{};
  localtime_r(&t, &parts);
  char stamp[32];
  const std::size_t n = std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", &parts);
  return data_dir / "subjects" / r.subject / (std::string(stamp, n) + "_" + r.label + ".xdf");
}

constexpr auto busy_text = "the disk is busy with earlier requests: try again in a moment";

struct Stop {};
/// serve -> disk, by pointer: the disk thread frees it.
struct Request {
  std::variant<Stop, StartRequest, RecordedStream> what;
  std::uint64_t dropped_before = 0;
};

}  // namespace

bool is_valid_id(const std::string& id) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, allowed);
}

class Recorder::Thread {
 public:
  Thread(daemon::Ring& journal, daemon::Wake& wake, const std::atomic<std::uint64_t>& dropped,
         std::filesystem::path data_dir, OnState on_state)
      : journal_(journal),
        wake_(wake),
        dropped_(dropped),
        data_dir_(std::move(data_dir)),
        on_state_(std::move(on_state)) {
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "myod-disk");
      sigset_t too_large;  // a file beyond ulimit -f is an error of write(), not the end of the daemon
      sigemptyset(&too_large);
      sigaddset(&too_large, SIGXFSZ);
      pthread_sigmask(SIG_BLOCK, &too_large, nullptr);
      run();
    });
  }

  ~Thread() { close(); }

  /// Serve thread.
  void close() {
    if (!thread_.joinable()) return;
    stopping_.store(true);
    wake_.ring();
    thread_.join();
    for (Request* r = nullptr; requests_.pop(r);) delete r;
  }

  /// Serve thread.
  bool ask(Request request) {
    request.dropped_before = dropped_.load(std::memory_order_acquire);
    const bool starts = std::holds_alternative<StartRequest>(request.what);
    auto* const owned = new Request(std::move(request));
    {
      const std::lock_guard lock(mutex_);
      if (!requests_.push(owned)) {
        delete owned;
        return false;
      }
      if (starts) {
        ++asked_;
        state_ = {};
      }
    }
    wake_.ring();
    return true;
  }

  RecorderState state() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }

 private:
  void run() {
    while (true) {
      const bool last = stopping_.load();
      const std::uint32_t ticket = wake_.ticket();
      take_requests();
      drain();
      if (stop_asked_ || last) finish();
      if (last) return;
      if (recording_) tick(monotonic_ns());
      wake_.wait(ticket, recording_ ? recording_tick_ms : idle_tick_ms);
    }
  }

  void drain() {
    for (auto bytes = journal_.front(); !bytes.empty(); bytes = journal_.front()) {
      const daemon::RecordView record = daemon::view(bytes);
      // A recording's first hand-over is in the ring after the request to start was: never the other way round.
      if (record.head.kind == daemon::RecordKind::hand_over) take_requests();
      if (recording_) {
        look_for_loss(record.head.written_ns);
        recording_->write(record);
        tick(monotonic_ns());
      }
      journal_.release();
    }
  }

  void take_requests() {
    for (Request* r = nullptr; requests_.pop(r);) {
      const std::unique_ptr<Request> request(r);
      if (const auto* start = std::get_if<StartRequest>(&request->what)) {
        finish();
        begin(*start, request->dropped_before);
      } else if (const auto* stream = std::get_if<RecordedStream>(&request->what)) {
        if (recording_) recording_->add(*stream);
      } else {
        stop_asked_ = true;
      }
    }
  }

  void begin(const StartRequest& request, std::uint64_t dropped_before) {
    const Now now = read_clocks();
    own_ = {};
    generation_ += 1;
    dropped_before_ = dropped_before;
    own_.path = recording_path(data_dir_, request, now.wall_ns).string();
    recording_.emplace(own_.path, request, now);
    synced_ns_ = now.monotonic_ns;
    tell();
  }

  /// Whatever has changed is told: safe samples, a loss, an error.
  void tick(std::int64_t now_ns) {
    look_for_loss(now_ns);
    const bool failed = own_.error != recording_->error();
    if (!failed && now_ns - synced_ns_ < sync_every_ns) return;
    recording_->sync(now_ns);
    synced_ns_ = now_ns;
    tell();
  }

  void look_for_loss(std::int64_t now_ns) {
    const std::uint64_t dropped = dropped_.load(std::memory_order_acquire) - dropped_before_;
    if (dropped == own_.dropped) return;
    own_.dropped = dropped;
    recording_->note_loss(dropped, now_ns);
  }

  void finish() {
    stop_asked_ = false;
    if (!recording_) return;
    const std::int64_t now_ns = monotonic_ns();
    look_for_loss(now_ns);
    recording_->finish(now_ns);
    tell();
    recording_.reset();
    own_.recording = false;
    publish();
  }

  void tell() {
    own_.error = recording_->error();
    own_.recording = !recording_->failed();
    own_.unwritten = recording_->unwritten();
    own_.durable_index = recording_->durable_index();
    publish();
  }

  void publish() {
    {
      const std::lock_guard lock(mutex_);
      if (generation_ != asked_) return;  // a newer recording has been asked for: this one is no news any more
      state_ = own_;
    }
    on_state_(own_);
  }

  daemon::Ring& journal_;
  daemon::Wake& wake_;
  const std::atomic<std::uint64_t>& dropped_;
  const std::filesystem::path data_dir_;
  const OnState on_state_;
  daemon::Ring requests_{4096};  ///< Request*, serve -> disk

  // The disk thread's own.
  std::optional<Recording> recording_;
  RecorderState own_;
  std::uint64_t dropped_before_ = 0;
  std::uint64_t generation_ = 0;
  std::int64_t synced_ns_ = 0;
  bool stop_asked_ = false;

  // Between serve and disk; the dsp thread never comes here.
  mutable std::mutex mutex_;
  RecorderState state_;
  std::uint64_t asked_ = 0;

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Recorder::Recorder(daemon::Ring& journal, daemon::Wake& wake, const std::atomic<std::uint64_t>& dropped,
                   std::filesystem::path data_dir, OnState on_state)
    : thread_(std::make_unique<Thread>(journal, wake, dropped, std::move(data_dir), std::move(on_state))) {}

Recorder::~Recorder() = default;

std::string Recorder::start(StartRequest request) {
  for (const std::string& id : {request.subject, request.label})
    if (!is_valid_id(id)) return "\"" + id + "\": subject and label are 1 to 64 of letters, digits, _ and -";
  if (request.streams.empty()) return "there is no stream to record";
  return thread_->ask({std::move(request), 0}) ? "" : busy_text;
}

std::string Recorder::add(RecordedStream stream) { return thread_->ask({std::move(stream), 0}) ? "" : busy_text; }

void Recorder::stop() { thread_->ask({}); }

void Recorder::close() { thread_->close(); }

RecorderState Recorder::state() const { return thread_->state(); }

}  // namespace myod::record
