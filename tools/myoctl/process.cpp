#include "tools/myoctl/process.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "config/calibration.hpp"
#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/process_input.hpp"

namespace myod::myoctl {

namespace {

namespace fs = std::filesystem;

constexpr int exit_failed_running = 1, exit_usage = 2, exit_value = 78;

void check(const ProcessArguments& a) {
  constexpr double lowest_rate_hz = 1.0, highest_rate_hz = 1e6;
  if (a.inputs.empty()) throw UsageError("process: name at least one INPUT");
  if (a.out.empty()) throw UsageError("process: --out DIR is missing");
  if (a.rate_hz && !(*a.rate_hz >= lowest_rate_hz && *a.rate_hz <= highest_rate_hz))
    throw std::invalid_argument("--rate: must be 1..1000000 Hz");
  if (a.full_scale_v && !(*a.full_scale_v > 0.0 && *a.full_scale_v <= 1000.0))
    throw std::invalid_argument("--full-scale: must be above 0 V, up to 1000 V");
  if (!a.unit.empty()) microvolts_per(a.unit);
  std::set<fs::path> stems;
  for (const fs::path& input : a.inputs)
    if (a.inputs.size() > 1 && !stems.insert(input.stem()).second)
      throw UsageError("two inputs are called " + input.stem().string() + ": their results would share a folder");
}

/// How one input ended.
struct Outcome {
  int code = 0;
  std::string error;
  ProcessSummary summary;
};

/// The exit code of what was thrown, and what to say of it.
template <typename F>
Outcome attempt(F f) {
  Outcome o;
  const auto failed = [&](int code, const std::exception& e) { o.code = code, o.error = e.what(); };
  try {
    o.summary = f();
  } catch (const UsageError& e) {
    failed(exit_usage, e);
  } catch (const std::invalid_argument& e) {
    failed(exit_value, e);
  } catch (const std::exception& e) {
    failed(exit_failed_running, e);
  }
  return o;
}

int tell(const Outcome& o, bool json) {
  if (o.code != 0) {
    std::fprintf(stderr, "myoctl: %s\n", o.error.c_str());
    return o.code;
  }
  for (const std::string& note : o.summary.notes)
    std::fprintf(stderr, "%s: %s\n", o.summary.input.c_str(), note.c_str());
  if (json) {
    print_line(summary_json(o.summary));
  } else {
    for (const std::string& line : summary_lines(o.summary)) print_line(line);
  }
  return 0;
}

/// One input per core; told in the order of the command line, each as soon as all before it are.
int process_all(const ProcessArguments& a, const config::Calibration& calibration) {
  const std::size_t count = a.inputs.size();
  std::vector<Outcome> outcomes(count);
  std::vector<std::atomic<bool>> done(count);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) {
      const fs::path out = count > 1 ? a.out / a.inputs[i].stem() : a.out;
      outcomes[i] = attempt([&] { return process_input(a.inputs[i], out, a, calibration); });
      done[i].store(true, std::memory_order_release);
      done[i].notify_one();
    }
  };
  std::vector<std::jthread> workers;
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < std::min(cores, count); ++i) workers.emplace_back(work);
  int code = 0;
  for (std::size_t i = 0; i < count; ++i) {
    done[i].wait(false, std::memory_order_acquire);
    const int ended = tell(outcomes[i], a.json);
    if (code == 0) code = ended;
  }
  return code;
}

}  // namespace

int run_process(const ProcessArguments& arguments) {
  config::Calibration calibration;
  const Outcome ready = attempt([&] {
    check(arguments);
    if (arguments.calibration) calibration = config::read_calibration(*arguments.calibration);
    return ProcessSummary();
  });
  return ready.code != 0 ? tell(ready, arguments.json) : process_all(arguments, calibration);
}

}  // namespace myod::myoctl
