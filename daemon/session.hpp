// A sensor's start or stop as data (Step), carried out on a port: send, wait, expect an answer, drain. Ends once, with
// what came after the last answer or with why it failed: nothing came in time, or what came is one of the refusals.
#pragma once

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "daemon/port/port.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::daemon {

class Session {
 public:
  /// `why` is empty when all went well; `rest`: bytes that belong to what follows. May destroy the session.
  using OnDone = std::function<void(const std::string& why, std::string rest)>;

  Session(boost::asio::io_context& io, port::Port& port, std::vector<sensors::Step> steps,
          std::vector<sensors::Refusal> refusals, OnDone on_done);
  void start() { run(); }
  void input(std::span<const std::uint8_t> bytes);

 private:
  void run();
  void next_after(int milliseconds);
  bool answered();
  bool refused();
  void end(const std::string& why);

  boost::asio::steady_timer timer_;
  port::Port& port_;
  std::vector<sensors::Step> steps_;
  const std::vector<sensors::Refusal> refusals_;
  OnDone on_done_;
  std::size_t at_ = 0;
  bool timing_ = false;  // the step's time runs
  int drained_ = 0;      // how often a drain was prolonged
  std::string input_;
  std::shared_ptr<void> alive_ = std::make_shared<int>();
};

}  // namespace myod::daemon
