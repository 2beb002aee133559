#include "daemon/recordings.hpp"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "config/version.hpp"
#include "dsp/rate_limits.hpp"

namespace myod::daemon {

Recordings::Recordings(const config::Configuration& configuration, Pipelines& pipelines, record::Recorder& recorder,
                       Ring& requests, Wake& dsp)
    : configuration_(configuration), pipelines_(pipelines), recorder_(recorder), requests_(requests), dsp_(dsp) {}

void Recordings::start(const std::string& subject, const std::string& label, Done done) {
  if (phase_ != Phase::idle)
    return done(v1::ERROR_CODE_BUSY, "a recording is running: " + recorder_.state().path + "; stop it first");
  record::StartRequest request;
  if (!subject.empty()) request.subject = subject;
  if (!label.empty()) request.label = label;
  for (const std::string& id : {request.subject, request.label})
    if (!record::is_valid_id(id))
      return done(v1::ERROR_CODE_BAD_VALUE,
                  "\"" + id + "\": use 1 to 64 letters, digits, _ or -, and no person's name");
  request.program = std::string("myod ") + config::version;
  request.configuration = config::print(configuration_);
  for (std::uint32_t s = 0; s < pipelines_.size(); ++s) {
    if (!pipelines_.running(s)) continue;
    if (pipelines_.busy(s))
      return done(v1::ERROR_CODE_BUSY, "a change of settings is under way: try again in a moment");
    request.streams.push_back(recorded(pipelines_.stream(s), s, pipelines_.epoch(s) + 1));
  }
  if (request.streams.empty())
    return done(v1::ERROR_CODE_FAILED, "no sensor has started yet: there is nothing to record");
  failed_.clear();
  const auto streams = request.streams;
  recorded_.clear();
  for (const record::RecordedStream& s : streams) recorded_.insert(s.stream);
  const std::string refused = recorder_.start(std::move(request));
  if (!refused.empty()) return done(v1::ERROR_CODE_BUSY, refused);

  phase_ = Phase::handing_over;
  done_ = std::move(done);
  waiting_ = streams.size() + 1;  // ours, until every hand-over is begun
  for (const record::RecordedStream& s : streams)
    pipelines_.rebuild(s.stream, s.description, configuration_.dsp, config::print(configuration_),
                       [this](const Pipelines::Outcome& outcome) { handed_over(outcome.error); });
  handed_over({});
}

record::RecordedStream Recordings::recorded(const dsp::Stream& description, std::uint32_t stream,
                                            std::uint32_t epoch) const {
  return {stream, epoch, description, dsp::rate_limits(configuration_.dsp.condition, description.rate_hz())};
}

bool Recordings::journals(const dsp::Stream& description, std::uint32_t stream, std::uint32_t epoch) {
  if (!running()) return false;
  if (!recorded_.contains(stream)) {
    if (const std::string refused = recorder_.add(recorded(description, stream, epoch)); !refused.empty()) {
      spdlog::error("{} is not recorded: {}", description.sensor, refused);
      return false;
    }
    recorded_.insert(stream);
    spdlog::info("{} joins the recording", description.sensor);
  }
  return true;
}

void Recordings::handed_over(const std::string& error) {
  if (!error.empty()) failed_ = error;
  if (--waiting_ != 0) return;
  phase_ = Phase::opening;
  if (!failed_.empty()) return silence();
  look();
}

void Recordings::stop(Done done) {
  if (phase_ == Phase::idle)
    return done(v1::ERROR_CODE_FAILED, failed_.empty() ? "nothing is being recorded"
                                                       : "nothing is being recorded: the last one failed: " + failed_);
  if (phase_ != Phase::running)
    return done(v1::ERROR_CODE_BUSY, "the recording is starting or ending: try again in a moment");
  done_ = std::move(done);
  silence();
}

void Recordings::silence() {
  phase_ = Phase::silencing;
  waiting_ = 0;
  for (std::uint32_t s = 0; s < pipelines_.size(); ++s) {
    DspRequest request;
    request.kind = DspRequest::Kind::stop_journal;
    request.stream = s;
    if (requests_.push(request)) ++waiting_;
  }
  dsp_.ring();
}

void Recordings::journal_stopped() {
  if (phase_ != Phase::silencing || --waiting_ != 0) return;
  phase_ = Phase::closing;
  recorder_.stop();
  look();
}

void Recordings::look() {
  if (phase_ != Phase::opening && phase_ != Phase::running && phase_ != Phase::closing) return;
  const record::RecorderState state = recorder_.state();
  if (phase_ == Phase::opening && state.recording) {
    phase_ = Phase::running;
    spdlog::info("recording to {}", state.path);
    answer(v1::ERROR_CODE_NONE, state.path);
  } else if (phase_ != Phase::closing && !state.error.empty()) {
    failed_ = state.error;
    spdlog::error("the recording ended: {}", failed_);
    silence();
  } else if (phase_ == Phase::closing && !state.recording) {
    phase_ = Phase::idle;
    say_end(state);
    if (failed_.empty())
      answer(v1::ERROR_CODE_NONE, state.path);
    else
      answer(v1::ERROR_CODE_FAILED, failed_);
  }
}

void Recordings::end() {
  recorder_.close();
  if (phase_ != Phase::idle) say_end(recorder_.state());
}

// Only what stands on the disk is called recorded.
void Recordings::say_end(const record::RecorderState& state) {
  if (!failed_.empty()) return;  // said already
  std::error_code gone;
  const auto size = std::filesystem::file_size(state.path, gone);
  if (!state.error.empty())
    failed_ = state.error;
  else if (gone || size == 0)
    failed_ = state.path + ": nothing of the recording stands there";
  if (failed_.empty())
    spdlog::info("recorded {}", state.path);
  else
    spdlog::error("the recording failed at its end: {}", failed_);
}

void Recordings::answer(v1::ErrorCode error, const std::string& text) {
  if (const Done done = std::exchange(done_, nullptr)) done(error, text);
}

}  // namespace myod::daemon
