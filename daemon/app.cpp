#include "daemon/app.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <utility>

#include "config/version.hpp"
#include "daemon/clock.hpp"
#include "daemon/paths.hpp"
#include "proto/convert.hpp"

namespace myod::daemon {

namespace {

constexpr std::int64_t longest_turn_ns = 3'000'000'000;
constexpr auto tick_period = std::chrono::seconds(1);
constexpr std::size_t block_ring_bytes = std::size_t{1} << 20;  // a second of 64 channels at 2 kHz

/// One identity per run of the daemon, from the kernel's generator.
std::string new_boot_id() {
  std::ifstream in("/proc/sys/kernel/random/uuid");
  std::string id;
  if (!std::getline(in, id)) throw std::runtime_error("cannot read /proc/sys/kernel/random/uuid: is /proc mounted?");
  return id;
}

std::vector<std::string> addresses(const config::Configuration& configuration) {
  return configuration.serve.listen.empty() ? default_addresses() : configuration.serve.listen;
}

serve::Options serve_options(const config::Configuration& configuration, const std::string& boot_id) {
  serve::Options options;
  options.listen = addresses(configuration);
  if (configuration.serve.http != "off") options.listen.push_back("http://" + configuration.serve.http);
  options.boot_id = boot_id;
  options.program = std::string("myod ") + config::version;
  options.pairs = config::pair_names(configuration);
  return options;
}

std::string data_dir(const config::Configuration& configuration) {
  return configuration.record.data_dir.empty() ? default_data_dir() : configuration.record.data_dir;
}

/// Streaming with anything but its port to say of it is trouble too.
bool troubled(const SensorState& state) {
  return state.state == SensorState::Word::lost || state.detail.view().starts_with("wrong rate") ||
         state.detail.view().starts_with("no data") || !state.hint.view().empty();
}

template <typename T>
std::vector<T*> pointers(const std::vector<std::unique_ptr<T>>& owned) {
  std::vector<T*> out;
  out.reserve(owned.size());
  for (const auto& one : owned) out.push_back(one.get());
  return out;
}

}  // namespace

App::App(boost::asio::io_context& io, config::Configuration configuration)
    : io_(io),
      configuration_(std::move(configuration)),
      plans_(plan_sensors(configuration_)),
      boot_id_(new_boot_id()),
      earlier_(earlier_calibration(configuration_)),
      blocks_(make_block_rings(plans_)),
      worker_(bell_),
      dsp_(dsp_rings(), config::pair_names(configuration_), dsp_wake_, bell_, disk_wake_),
      recorder_(journal_, disk_wake_, dsp_.counters().journal_lost, data_dir(configuration_),
                [this](const record::RecorderState&) { bell_.ring(); }),
      pipelines_(
          plans_.size(), worker_, requests_, dsp_wake_,
          [this](const dsp::Stream& stream, const dsp::Options& options, std::uint32_t index, std::uint32_t epoch) {
            describe(stream, options, index, epoch);
          },
          [this](const dsp::Stream& stream, std::uint32_t index, std::uint32_t epoch) {
            return recordings_.journals(stream, index, epoch);
          }),
      recordings_(configuration_, pipelines_, recorder_, requests_, dsp_wake_),
      calibrations_(data_dir(configuration_), worker_),
      commands_(
          configuration_, pipelines_, recordings_, calibrations_, requests_, dsp_wake_,
          [this](std::uint32_t stream) { return silence(stream); },
          [this](std::uint32_t stream) { return acquisition_.state(stream).counts.frames != 0; },
          [this] { return dsp_.stop_stimulation(); }),
      server_(io, serve_options(configuration_, boot_id_),
              {[this](const v1::Command& command, std::uint64_t client, std::function<void(v1::Reply)> reply) {
                 commands_.handle(command, client, std::move(reply));
               },
               [this](std::uint64_t client) { commands_.client_gone(client); },
               [this](v1::Status& status) { fill_status(status); }, [this] { return trouble(); }}),
      pages_(make_pages()),
      acquisition_(plans_, pointers(blocks_), dsp_wake_, [this] { bell_.ring(); }),
      bell_fd_(io, bell_.fd()),
      timer_(io),
      said_(plans_.size()),
      begun_(plans_.size()),
      started_ns_(monotonic_ns()),
      dsp_progress_(started_ns_) {}

App::~App() {
  bell_fd_.release();  // the bell closes it
  acquisition_.stop();
  worker_.stop();
  dsp_.stop();
}

std::vector<std::unique_ptr<Ring>> App::make_block_rings(const std::vector<SensorPlan>& plans) {
  std::vector<std::unique_ptr<Ring>> rings;
  for (std::size_t i = 0; i < plans.size(); ++i) rings.push_back(std::make_unique<Ring>(block_ring_bytes));
  return rings;
}

std::vector<std::unique_ptr<control::Page>> App::make_pages() const {
  const std::string folder = runtime_dir(addresses(configuration_));
  std::vector<std::unique_ptr<control::Page>> pages;
  for (const SensorPlan& plan : plans_)
    pages.push_back(std::make_unique<control::Page>(folder, plan.name, plan.stream, boot_id_));
  return pages;
}

DspThread::Rings App::dsp_rings() { return {pointers(blocks_), &requests_, &results_, &events_, &replies_, &journal_}; }

void App::run() {
  const auto& realtime = configuration_.realtime;
  const std::string refused =
      dsp_.start({static_cast<int>(realtime.fifo_priority), static_cast<int>(realtime.cpu)}, pointers(pages_));
  if (!refused.empty()) spdlog::warn("real-time wishes not granted: {}", refused);
  acquisition_.start();
  listen();
  tick();
  std::cout << "ready";
  for (const std::string& address : server_.addresses()) std::cout << ' ' << address;
  std::cout << std::endl;  // NOLINT(performance-avoid-endl): whoever waits for this line reads a pipe
  spdlog::info("{}. {}", std::string("myod ") + config::version, config::disclaimer);
  while (!stopping_) io_.run_one();
  acquisition_.stop();
  worker_.stop();  // before the dsp thread: a pipeline built now would find nobody to own it
  dsp_.stop();
  drain();  // what the dsp thread said last still reaches the clients
  recordings_.end();
  server_.close("myod is ending");
  io_.poll();
  spdlog::info("ended");
}

void App::stop() { stopping_ = true; }

void App::listen() {
  bell_fd_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    bell_.answer();
    drain();
    listen();
  });
}

void App::tick() {
  timer_.expires_after(tick_period);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    commands_.tick(monotonic_ns());
    dsp_progress_.still_ns(dsp_.counters().wakes.load(), monotonic_ns());
    pipelines_.retry();
    tick();
  });
}

void App::drain() {
  look_at_sensors();
  worker_.finish();
  for (DspReply reply; replies_.pop(reply);) {
    switch (reply.kind) {
      case DspReply::Kind::result:
        commands_.result(reply.result);
        break;
      case DspReply::Kind::handed_over:
        pipelines_.handed_over(reply);
        break;
      case DspReply::Kind::journal_stopped:
        recordings_.journal_stopped();
        break;
    }
  }
  commands_.stops_written(dsp_.stops_written());
  for (Ring* ring : {&events_, &results_})
    for (auto record = ring->front(); !record.empty(); record = ring->front()) {
      server_.publish(view(record));
      ring->release();
    }
  const std::uint64_t lost = dsp_.counters().events_lost.load();
  if (lost != events_lost_told_) {
    server_.events_lost(lost - events_lost_told_);
    spdlog::error("{} events were lost inside myod: the machine is overloaded", lost - events_lost_told_);
    events_lost_told_ = lost;
  }
  recordings_.look();
  if (recordings_.failure() != recording_said_) {
    recording_said_ = recordings_.failure();
    server_.status_changed();
  }
}

void App::look_at_sensors() {
  for (const SensorPlan& plan : plans_) {
    const SensorState state = acquisition_.state(plan.stream);
    std::string line = std::string(word(state.state)) + ": " + std::string(state.detail.view());
    if (!state.hint.view().empty()) line += "; " + std::string(state.hint.view());
    if (line != said_[plan.stream]) {
      said_[plan.stream] = line;
      server_.status_changed();
      spdlog::log(troubled(state) ? spdlog::level::warn : spdlog::level::info, "{} {}", plan.name, line);
    }
    if (state.layout_known && !begun_[plan.stream]) begin_stream(plan, state);
  }
}

std::string App::silence(std::uint32_t stream) const {
  const SensorState state = acquisition_.state(stream);
  if (state.state != SensorState::Word::waiting && state.state != SensorState::Word::lost) return {};
  return plans_[stream].name + " sends nothing: " + std::string(state.detail.view());
}

void App::begin_stream(const SensorPlan& plan, const SensorState& state) {
  begun_[plan.stream] = true;
  pipelines_.begin(plan.stream, make_stream(plan, state.layout, state.rate_hz, configuration_), configuration_.dsp,
                   config::print(configuration_),
                   [this, name = plan.name, stream = plan.stream](const Pipelines::Outcome& outcome) {
                     if (!outcome.done()) return spdlog::error("{} cannot be processed: {}", name, outcome.error);
                     commands_.recall(earlier_, stream);
                     look_at_pairs();
                   });
}

/// Channels that are found out from the data could not be looked up when the configuration was.
void App::look_at_pairs() {
  std::vector<dsp::Stream> streams;
  for (const SensorPlan& plan : plans_)
    if (pipelines_.running(plan.stream)) streams.push_back(pipelines_.stream(plan.stream));
  if (streams.size() < plans_.size()) return;
  try {
    config::check_channels(configuration_, streams);
    config::check_pairs(configuration_, streams);
  } catch (const config::ConfigError& wrong) {
    spdlog::error("a channel that is named is not there: {}", wrong.what());
  }
}

void App::describe(const dsp::Stream& stream, const dsp::Options& options, std::uint32_t index, std::uint32_t epoch) {
  v1::Stream message = proto::describe(stream, options, index, epoch);
  message.set_sensor_kind(std::string(plans_[index].row->name));
  message.set_config_hash(config::hash(options, stream));
  server_.describe(message);
}

/// The dsp thread wakes several times a second, with no sensor attached too.
std::string App::trouble() {
  const std::int64_t still_ns = dsp_progress_.still_ns(dsp_.counters().wakes.load(), monotonic_ns());
  if (still_ns < longest_turn_ns) return {};
  return "the dsp thread has taken no turn for " + std::to_string(still_ns / 1'000'000) +
         " ms: the machine is overloaded, or this is a fault of myod; restart it";
}

void App::fill_status(v1::Status& status) const {
  for (const SensorPlan& plan : plans_) {
    const SensorState state = acquisition_.state(plan.stream);
    v1::SensorStatus& s = *status.add_sensors();
    s.set_name(plan.name);
    s.set_kind(std::string(plan.row->name));
    s.set_port(plan.port);
    s.set_state(std::string(word(state.state)));
    s.set_detail(std::string(state.detail.view()));
    s.set_hint(std::string(state.hint.view()));
    s.set_samples(state.counts.frames);
    s.set_lost(state.counts.lost);
    s.set_corrupted(state.counts.corrupted);
    s.set_gaps(state.counts.gaps);
    s.set_resyncs(state.counts.resyncs);
    s.set_skipped_bytes(state.counts.skipped_bytes);
    s.set_rate_hz(state.rate_hz);
    s.set_measured_rate_hz(state.measured_rate_hz);
    s.set_drift_ppm(state.time.drift_ppm);
    s.set_drift_error_ppm(state.time.drift_error_ppm);
    s.set_time_error_ms(state.time.error_ms);
    s.set_late_p50_ms(state.time.late_p50_ms);
    s.set_late_p99_ms(state.time.late_p99_ms);
    s.set_dropped_blocks(state.dropped_blocks);
    for (const dsp::Channel& channel : pipelines_.stream(plan.stream).channels) s.add_channels(channel.name);
    for (std::size_t i = 1; i < state.counts.skips.size(); ++i)
      if (state.counts.skips[i] != 0)
        (*s.mutable_skips())[std::string(sensors::skip_reason_words[i])] = state.counts.skips[i];
  }
  const DspCounters& counters = dsp_.counters();
  status.set_results_lost(counters.results_lost.load());
  status.set_events_lost(counters.events_lost.load());
  status.set_journal_lost(counters.journal_lost.load());
  status.set_recording(recordings_.path());
  status.set_recording_failure(recordings_.failure());
  status.set_uptime_s(static_cast<double>(monotonic_ns() - started_ns_) / 1e9);
  status.set_version(config::version);
}

}  // namespace myod::daemon
