// myod: parses the command line, answers lists and checks, runs the App. The only place that catches everything.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <iostream>

#include "config/config.hpp"
#include "config/version.hpp"
#include "daemon/app.hpp"
#include "daemon/arguments.hpp"
#include "daemon/auto_sensor.hpp"
#include "daemon/check.hpp"
#include "daemon/lists.hpp"

namespace {

using namespace myod;

constexpr int failed = 1, wrong_configuration = 78;
constexpr auto patience_with_a_device = std::chrono::seconds(4);  // opening resets a board, which takes up to 2 s

/// SIGINT and SIGTERM of this thread. Called before anything is ready, so it asks the kernel itself.
__attribute__((no_sanitize("address", "thread", "undefined"))) void hold_signals(int how) {
  const std::uint64_t ours = std::uint64_t{1} << (SIGINT - 1) | std::uint64_t{1} << (SIGTERM - 1);
  syscall(SYS_rt_sigprocmask, how, &ours, nullptr, sizeof ours);
}

/// Before the first constructor of any library: from here on a signal waits until main() listens. Only the dynamic
/// linker runs earlier, and there the kernel ends the program.
__attribute__((no_sanitize("address", "thread", "undefined"))) void first_of_all() { hold_signals(SIG_BLOCK); }
[[gnu::section(".preinit_array"), gnu::used]] void (*const preinit)() = first_of_all;

void log_to_stderr(config::LogLevel level) {
  auto logger = spdlog::stderr_logger_st("myod");
  logger->set_pattern("%l: %v");  // the journal adds time and unit
  logger->set_level(static_cast<spdlog::level::level_enum>(level));
  spdlog::set_default_logger(std::move(logger));
}

int run(int argc, char** argv, boost::asio::io_context& io, std::function<void()>& on_signal, const bool& ended) {
  const auto parsed = daemon::parse_arguments(argc, argv);
  if (parsed.ended) return parsed.ended->code;
  const daemon::Arguments& a = parsed.arguments;
  if (a.list_sensors) return std::cout << daemon::list_sensors(a.json), 0;
  if (a.list_features) return std::cout << daemon::list_features(a.json), 0;
  if (a.list_options) return std::cout << config::list_options(a.json), 0;
  if (a.print_config) return std::cout << config::print(a.configuration), 0;
  const config::Configuration configuration =
      daemon::find_sensors(io, a.configuration, {}, patience_with_a_device, ended);
  if (ended) return 0;
  daemon::check(configuration);
  if (a.check) return std::cout << "the configuration is good\n", 0;
  if (configuration.sensors.empty())
    throw config::ConfigError(
        "no sensor is configured: try --sensor sim, --sensor auto, or --sensor KIND@PORT (--list-sensors)");

  log_to_stderr(configuration.log.level);
  io.poll();
  if (ended) return 0;
  daemon::App app(io, configuration);
  on_signal = [&app] { app.stop(); };
  io.poll();
  if (ended) app.stop();
  app.run();
  on_signal = nullptr;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // First of all, so that a signal at any moment, also during start-up, ends the program cleanly.
  boost::asio::io_context io(1);
  bool ended = false;
  std::function<void()> on_signal;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  std::function<void(const boost::system::error_code&, int)> heard = [&](const boost::system::error_code& error, int) {
    if (error) return;
    ended = true;
    if (on_signal) on_signal();
    signals.async_wait(heard);  // a second one must not kill us half-way
  };
  signals.async_wait(heard);
  hold_signals(SIG_UNBLOCK);
  std::signal(SIGPIPE, SIG_IGN);
  const int code = [&] {
    try {
      return run(argc, argv, io, on_signal, ended);
    } catch (const config::ConfigError& wrong) {
      std::cerr << wrong.what() << '\n';
      return wrong_configuration;
    } catch (const std::exception& error) {
      std::cerr << "myod: " << error.what() << '\n';
      return failed;
    }
  }();
  // The handlers go with this scope: from here on a signal waits, so the last of many cannot spoil the exit code.
  hold_signals(SIG_BLOCK);
  return code;
}
