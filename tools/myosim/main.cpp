// myosim: plays muscles or a CSV file as any sensor of the table on a pseudo-terminal.
#include <signal.h>
#include <sys/signalfd.h>

#include <cinttypes>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "tools/myosim/device.hpp"
#include "tools/myosim/options.hpp"
#include "tools/myosim/play.hpp"
#include "tools/myosim/pty.hpp"
#include "tools/myosim/source.hpp"
#include "tools/myosim/truth.hpp"

namespace {

using namespace myod::myosim;

constexpr int exit_failed = 1, exit_configuration = 78;

int watch_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void run(const Options& options, int signals) {
  auto source = open_source(options);
  const std::vector<myod::dsp::Channel> channels = options.row->channels(options.setup);
  TruthFile truth(options.truth, std::span(channels).first(source->inputs()), source->knows_truth());
  Device device(options, std::move(source), truth);
  {
    Pty pty(options.link);
    std::printf("%s\n", pty.path().c_str());
    std::fflush(stdout);
    play(device, pty, options.burst_ms, options.duration_s, signals);
  }
  truth.close();
  std::fprintf(stderr,
               "myosim: %" PRIu64 " frames sent, %" PRIu64 " dropped, %" PRIu64 " corrupted, %" PRIu64
               " stalled, %" PRIu64 " unheard, %" PRIu64 " late\n",
               device.count(Fate::sent), device.count(Fate::dropped), device.count(Fate::corrupted),
               device.count(Fate::stalled), device.count(Fate::unheard), device.late());
}

}  // namespace

int main(int argc, char** argv) {
  const int signals = watch_signals();
  try {
    int exit_code = 0;
    const auto options = read_command_line(argc, argv, exit_code);
    if (!options) return exit_code;
    run(*options, signals);
    return 0;
  } catch (const std::invalid_argument& e) {
    std::fprintf(stderr, "myosim: %s\n", e.what());
    return exit_configuration;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "myosim: %s\n", e.what());
    return exit_failed;
  }
}
