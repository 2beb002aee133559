#include "daemon/worker.hpp"

#include <pthread.h>

namespace myod::daemon {

namespace {
constexpr int idle_tick_ms = 1000;
}

Worker::Worker(Bell& finished) : finished_(finished) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "myod-worker");
    run();
  });
}

Worker::~Worker() { stop(); }

bool Worker::submit(Job job) {
  if (stopping_.load()) return false;
  auto owned = std::make_unique<Job>(std::move(job));
  if (!todo_.push(owned.get())) return false;
  (void)owned.release();  // the ring holds it now
  wake_.ring();
  return true;
}

void Worker::finish() {
  for (Job* job = nullptr; done_.pop(job);) {
    const std::unique_ptr<Job> owned(job);
    owned->done();
  }
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  wake_.ring();
  thread_.join();
  for (Ring* ring : {&todo_, &done_})
    for (Job* job = nullptr; ring->pop(job);) delete job;
}

void Worker::run() {
  while (!stopping_.load()) {
    const std::uint32_t ticket = wake_.ticket();
    Job* job = nullptr;
    if (!todo_.pop(job)) {
      wake_.wait(ticket, idle_tick_ms);
      continue;
    }
    job->run();
    done_.push(job);  // as many fit as in todo_, and finish() empties it
    finished_.ring();
  }
}

}  // namespace myod::daemon
