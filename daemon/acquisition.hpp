// The acquisition thread: every sensor's port, session, assembler and timebase live here, driven by one io_context.
// Sample blocks leave through one ring per sensor; sensor states through a Mailbox each, where the newest wins. Nothing
// is shared with the dsp thread but rings and its wake.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "daemon/plan.hpp"
#include "daemon/ring.hpp"
#include "daemon/sensor_state.hpp"
#include "daemon/wake.hpp"

namespace myod::daemon {

class Acquisition {
 public:
  /// One ring per plan. `state_changed` runs on the acquisition thread when a state, its detail or a layout changed; it
  /// must be cheap. Throws std::invalid_argument when a port cannot be understood.
  Acquisition(std::vector<SensorPlan> plans, std::vector<Ring*> blocks, Wake& dsp,
              const std::function<void()>& state_changed);
  ~Acquisition();

  void start();
  /// Stops the devices (bounded: half a second) and joins. May be called at any time, and again.
  void stop();

  /// The newest state of a sensor, by its place among the plans. One thread only (the serve thread).
  SensorState state(std::size_t sensor) const;

 private:
  struct Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace myod::daemon
