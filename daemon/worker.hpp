// The worker thread: everything slow that is not disk streaming (planning transforms, building pipelines). A job runs
// there and then ends on the thread that submitted it, so a job's results need no lock. Jobs end in the order
// submitted.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "daemon/bell.hpp"
#include "daemon/ring.hpp"
#include "daemon/wake.hpp"

namespace myod::daemon {

class Worker {
 public:
  struct Job {
    std::function<void()> run;   ///< on the worker; must not throw
    std::function<void()> done;  ///< on the submitter's thread, from finish()
  };

  /// `finished` rings when finish() has something to do.
  explicit Worker(Bell& finished);
  ~Worker();

  /// False when too many jobs wait or the end has begun: the caller refuses its own caller.
  bool submit(Job job);
  /// Submitter's thread: runs done() of every job that ended.
  void finish();
  /// Ends the thread after the running job; what has not been finished by now is dropped.
  void stop();

 private:
  void run();

  Bell& finished_;
  Wake wake_;
  Ring todo_{4096};  // Job*
  Ring done_{4096};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace myod::daemon
