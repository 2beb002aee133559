// The only file that knows all parts: rings, threads and who tells whom. Runs on the serve thread (main), which owns
// the clients and the signals; everything that crosses a thread goes through a ring made here.
#pragma once

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "daemon/acquisition.hpp"
#include "daemon/bell.hpp"
#include "daemon/calibration_file.hpp"
#include "daemon/commands.hpp"
#include "daemon/control/page.hpp"
#include "daemon/dsp_thread.hpp"
#include "daemon/pipelines.hpp"
#include "daemon/plan.hpp"
#include "daemon/progress.hpp"
#include "daemon/record/recorder.hpp"
#include "daemon/recordings.hpp"
#include "daemon/serve/server.hpp"
#include "daemon/worker.hpp"

namespace myod::daemon {

class App {
 public:
  /// `io` has the signals already, so an early SIGTERM is a clean end. Throws when an address is busy or similar.
  App(boost::asio::io_context& io, config::Configuration configuration);
  ~App();

  /// Prints "ready ADDRESS..." on stdout and serves until stop().
  void run();
  /// Any time, also during run(): on the io thread.
  void stop();

 private:
  static std::vector<std::unique_ptr<Ring>> make_block_rings(const std::vector<SensorPlan>& plans);
  DspThread::Rings dsp_rings();
  void listen();
  void tick();
  void drain();
  void look_at_sensors();
  std::string silence(std::uint32_t stream) const;
  void begin_stream(const SensorPlan& plan, const SensorState& state);
  void look_at_pairs();
  void describe(const dsp::Stream& stream, const dsp::Options& options, std::uint32_t index, std::uint32_t epoch);
  std::string trouble();
  void fill_status(v1::Status& status) const;
  std::vector<std::unique_ptr<control::Page>> make_pages() const;

  boost::asio::io_context& io_;
  config::Configuration configuration_;
  std::vector<SensorPlan> plans_;
  const std::string boot_id_;    // of this run
  config::Calibration earlier_;  // levels of an earlier application of the electrodes

  // Who talks to whom, and nothing else (architecture.md section 4).
  std::vector<std::unique_ptr<Ring>> blocks_;  // acquisition -> dsp, one per stream
  Ring requests_{1 << 17};                     // serve -> dsp
  Ring results_{1 << 20};                      // dsp -> serve: frames
  Ring events_{1 << 18};                       // dsp -> serve
  Ring replies_{1 << 17};                      // dsp -> serve: command results, retired pipelines
  Ring journal_{1 << 22};                      // dsp -> disk
  Wake dsp_wake_, disk_wake_;
  Bell bell_;

  Worker worker_;
  DspThread dsp_;
  record::Recorder recorder_;
  Pipelines pipelines_;
  Recordings recordings_;
  CalibrationFile calibrations_;
  Commands commands_;
  serve::Server server_;
  std::vector<std::unique_ptr<control::Page>> pages_;  ///< one per stream, made when the addresses are ours
  Acquisition acquisition_;

  boost::asio::posix::stream_descriptor bell_fd_;
  boost::asio::steady_timer timer_;
  std::vector<std::string> said_;  ///< last state of each sensor that was logged
  std::string recording_said_;     ///< last failure of a recording that clients were told
  std::vector<bool> begun_;        ///< streams whose pipeline has been asked for
  std::uint64_t events_lost_told_ = 0;
  std::int64_t started_ns_ = 0;
  Progress dsp_progress_;
  bool stopping_ = false;
};

}  // namespace myod::daemon
