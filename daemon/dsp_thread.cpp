#include "daemon/dsp_thread.hpp"

#include <pthread.h>
#include <sched.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/clock.hpp"

namespace myod::daemon {

namespace {

constexpr int idle_tick_ms = 100;
constexpr int blocks_per_turn = 16;  // then requests are looked at again

std::string apply_realtime(DspThread::Realtime realtime, pthread_t thread) {
  std::string refused;
  if (realtime.fifo_priority > 0) {
    sched_param p{};
    p.sched_priority = realtime.fifo_priority;
    const int error = pthread_setschedparam(thread, SCHED_FIFO, &p);
    if (error != 0)
      refused += std::string("SCHED_FIFO: ") + std::strerror(error) +
                 ": allow it with LimitRTPRIO= in the unit or rtprio in /etc/security/limits.conf; ";
  }
  if (realtime.cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(realtime.cpu), &set);
    const int error = pthread_setaffinity_np(thread, sizeof set, &set);
    if (error != 0) refused += std::string("cpu pinning: ") + std::strerror(error) + ": name a CPU that exists; ";
  }
  return refused;
}

}  // namespace

/// What a pipeline says, put into the rings: frames and events for the serve thread, and both into the journal; frames
/// of pairs for the serve thread.
class DspThread::Voice final : public dsp::Sink, public dsp::PairSink {
 public:
  explicit Voice(DspThread& owner) : owner_(owner) {}

  void frame(const dsp::FeatureFrame& f) override {
    StreamState& s = owner_.streams_[f.head.stream];
    const RecordHead head{RecordKind::frame, f.head.stream, s.sequence++, owner_.now_ns_};
    if (!write_record(*owner_.rings_.results, head, one(f.head), f.values, f.status)) ++owner_.counters_.results_lost;
    if (s.journaling) owner_.journaled(write_record(*owner_.rings_.journal, head, one(f.head), f.values, f.status));
    owner_.pages_[f.head.stream]->frame(f, head.sequence);
    owner_.pairs_.push(f, *this);
    spoke = true;
  }

  void pair(const dsp::PairFrame& p) override {
    const RecordHead head{RecordKind::pair, static_cast<std::uint32_t>(p.pair), owner_.pair_sequences_[p.pair]++,
                          owner_.now_ns_};
    if (!write_record(*owner_.rings_.results, head, one(p))) ++owner_.counters_.results_lost;
  }

  void event(const dsp::Event& e, const dsp::Repetition* repetition) override {
    StreamState& s = owner_.streams_[e.stream];
    const RecordHead head{RecordKind::event, e.stream, s.event_sequence++, owner_.now_ns_};
    const std::span<const dsp::Repetition> with(repetition, repetition != nullptr ? 1 : 0);
    if (!write_record(*owner_.rings_.events, head, one(e), with)) ++owner_.counters_.events_lost;
    if (s.journaling) owner_.journaled(write_record(*owner_.rings_.journal, head, one(e), with));
    owner_.pages_[e.stream]->event(e);
    spoke = true;
  }

  void result(const dsp::CommandResult& r) override {
    DspReply reply;
    reply.stream = r.stream;
    reply.result = r;
    [[maybe_unused]] const bool room = owner_.rings_.replies->push(reply);
    assert(room);
    owner_.streams_[r.stream].leveled = true;
    spoke = true;
  }

  bool spoke = false;

 private:
  DspThread& owner_;
};

DspThread::DspThread(Rings rings, std::span<const dsp::PairNames> pairs, Wake& wake, Bell& serve, Wake& disk)
    : rings_(std::move(rings)),
      pairs_(pairs),
      pair_sequences_(pairs.size()),
      wake_(wake),
      serve_(serve),
      disk_(disk),
      streams_(rings_.blocks.size()) {}

DspThread::~DspThread() { stop(); }

std::string DspThread::start(Realtime realtime, std::vector<control::Page*> pages) {
  pages_ = std::move(pages);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "myod-dsp");
    run();
    pthread_setname_np(pthread_self(), "myod-ended");  // what ends a thread is no longer under the real-time rule
  });
  return apply_realtime(realtime, thread_.native_handle());
}

void DspThread::stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  wake_.ring();
  thread_.join();
  for (StreamState& s : streams_) delete s.built;
  for (DspRequest request; rings_.requests->pop(request);) delete request.built;
}

void DspThread::run() {
  Voice voice(*this);
  while (true) {
    const bool last = stopping_.load();
    const std::uint32_t ticket = wake_.ticket();
    now_ns_ = monotonic_ns();
    ++counters_.wakes;
    bool worked = take_requests(voice);
    worked |= take_blocks(voice);
    keep_pages();
    if (voice.spoke) {
      voice.spoke = false;
      serve_.ring();
    }
    if (std::exchange(journaled_, false)) disk_.ring();
    if (worked) continue;
    if (last) return;
    wake_.wait(ticket, idle_tick_ms);
  }
}

/// Before the first block it is no time the pipeline takes.
double DspThread::StreamState::seconds_at(std::int64_t host_time_ns) const noexcept {
  if (clock_ns == 0) return -1.0;
  return static_cast<double>(clock_index) / built->pipeline.stream().rate_hz() +
         static_cast<double>(host_time_ns - clock_ns) * 1e-9;
}

bool DspThread::take_requests(Voice& voice) {
  bool any = false;
  for (DspRequest request; rings_.requests->pop(request); any = true) {
    StreamState& s = streams_[request.stream];
    switch (request.kind) {
      case DspRequest::Kind::hand_over:
        hand_over(request, voice);
        voice.spoke = true;
        break;
      case DspRequest::Kind::stop_journal: {
        s.journaling = false;
        DspReply reply;
        reply.kind = DspReply::Kind::journal_stopped;
        reply.stream = request.stream;
        rings_.replies->push(reply);
        voice.spoke = true;
        break;
      }
      case DspRequest::Kind::command: {
        if (s.built == nullptr) {
          dsp::CommandResult refused;
          refused.id = request.command.id;
          refused.stream = request.stream;
          refused.text << "the sensor has not started yet: connect it, then try again";
          voice.result(refused);
          break;
        }
        if (request.host_time_ns != 0) request.command.value = s.seconds_at(request.host_time_ns);
        request.command.at_index = s.built->pipeline.next_index();
        if (s.journaling) {
          const RecordHead head{RecordKind::command, request.stream, 0, now_ns_};
          journaled(write_record(*rings_.journal, head, one(request.command)));
        }
        s.built->pipeline.apply(request.command, voice);
        show(request.stream, nullptr);
        break;
      }
    }
  }
  return any;
}

bool DspThread::take_blocks(Voice& voice) {
  bool any = false;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    StreamState& s = streams_[i];
    if (s.built == nullptr) continue;  // its blocks wait in the ring
    for (int n = 0; n < blocks_per_turn; ++n) {
      const auto record = rings_.blocks[i]->front();
      if (record.empty()) break;
      const dsp::SampleBlock block = view(record).block();
      if (s.journaling) {
        const RecordHead head{RecordKind::block, block.head.stream, 0, now_ns_};
        journaled(write_record(*rings_.journal, head, one(block.head), block.raw));
      }
      s.clock_index = block.head.first_index;
      s.clock_ns = block.head.host_time_ns;
      s.built->pipeline.process(block, voice);
      show(i, &block.head);
      rings_.blocks[i]->release();
      any = true;
    }
  }
  return any;
}

void DspThread::hand_over(const DspRequest& request, Voice& voice) {
  StreamState& s = streams_[request.stream];
  BuiltPipeline& fresh = *request.built;
  const std::uint64_t at = s.built != nullptr ? s.built->pipeline.next_index() : 0;
  if (s.built != nullptr) {
    s.built->pipeline.finish(dsp::taken_over, voice);
    s.built->pipeline.take_seed(fresh.seed);
  }
  fresh.pipeline.plant_seed(fresh.seed, at);
  pairs_.begin(request.stream, fresh.pipeline.stream());
  s.journaling = request.journal;
  if (s.journaling) {
    const RecordHead head{RecordKind::hand_over, request.stream, 0, now_ns_};
    const HandOverHead what{request.stream, fresh.pipeline.epoch(), at, fresh.seed.size(), fresh.options_text.size()};
    journaled(write_record(*rings_.journal, head, one(what), std::span<const dsp::ChannelSeed>(fresh.seed),
                           std::span<const char>(fresh.options_text)));
  }
  DspReply reply;
  reply.kind = DspReply::Kind::handed_over;
  reply.stream = request.stream;
  reply.retired = s.built;
  reply.epoch = fresh.pipeline.epoch();
  s.built = request.built;
  rings_.replies->push(reply);
  control::Page& page = *pages_[request.stream];
  page.begin(fresh.pipeline.stream(), fresh.pipeline.epoch(), fresh.config_id);
  page.calibrated(fresh.seed);
  page.write(now_ns_);
}

/// After a block, or a command. Results are rare: the seed's room is free to look at the levels then.
void DspThread::show(std::size_t stream, const dsp::BlockHead* block) noexcept {
  StreamState& s = streams_[stream];
  control::Page& page = *pages_[stream];
  if (block != nullptr) page.block(*block);
  if (std::exchange(s.leveled, false)) {
    s.built->pipeline.take_seed(s.built->seed);
    page.calibrated(s.built->seed);
  }
  page.write(now_ns_);
}

/// A Stop is on every page at once, also of sensors that send nothing; and no page grows older than readers bear.
void DspThread::keep_pages() noexcept {
  const std::uint64_t stops = stops_.load();
  const bool stopped = stops != stops_written_.load();
  for (control::Page* page : pages_) {
    page->stops(stops);
    if (stopped || page->due(now_ns_)) page->write(now_ns_);
  }
  if (!stopped) return;
  stops_written_.store(stops);
  serve_.ring();
}

std::uint64_t DspThread::stop_stimulation() noexcept {
  const std::uint64_t count = ++stops_;
  wake_.ring();
  return count;
}

void DspThread::journaled(bool written) noexcept {
  journaled_ = true;
  if (!written) ++counters_.journal_lost;
}

}  // namespace myod::daemon
