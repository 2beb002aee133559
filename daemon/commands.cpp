#include "daemon/commands.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/clock.hpp"
#include "daemon/recordings.hpp"
#include "dsp/text.hpp"
#include "dsp/words.hpp"

namespace myod::daemon {

namespace {

constexpr std::size_t most_open = 128;  // as many replies fit the replies ring
constexpr double default_rest_s = 2.0, default_reference_s = 5.0, longest_trial_s = 60.0;
constexpr std::uint64_t most_pulses = 1'000'000;
constexpr std::int64_t grace_ns = 5'000'000'000;
constexpr auto too_many_text = "too many commands are under way: try again in a moment";

bool knows_sensor(const Pipelines& pipelines, const std::string& name) {
  for (std::uint32_t s = 0; s < pipelines.size(); ++s)
    if (pipelines.stream(s).sensor == name) return true;
  return false;
}

bool is_trial(dsp::CommandKind kind) {
  return kind == dsp::CommandKind::calibrate_rest || kind == dsp::CommandKind::calibrate_reference;
}

}  // namespace

Commands::Commands(config::Configuration& configuration, Pipelines& pipelines, Recordings& recordings,
                   CalibrationFile& calibrations, Ring& requests, Wake& dsp, Silence silence, Sampled sampled,
                   StopAll stop_all)
    : configuration_(configuration),
      pipelines_(pipelines),
      recordings_(recordings),
      calibrations_(calibrations),
      requests_(requests),
      dsp_(dsp),
      silence_(std::move(silence)),
      sampled_(std::move(sampled)),
      stop_all_(std::move(stop_all)) {}

void Commands::handle(const v1::Command& command, std::uint64_t client, Answer answer) {
  using Body = v1::Command::BodyCase;
  using Handler = void (Commands::*)(const v1::Command&, Answer);
  static const std::map<Body, Handler> handlers{{Body::kCalibrate, &Commands::calibrate},
                                                {Body::kMark, &Commands::mark},
                                                {Body::kConfigure, &Commands::configure},
                                                {Body::kRecord, &Commands::record},
                                                {Body::kStimulus, &Commands::stimulus},
                                                {Body::kExpect, &Commands::expect},
                                                {Body::kStop, &Commands::stop}};
  const auto found = handlers.find(command.body_case());
  if (found == handlers.end())
    return answer(refusal(command, v1::ERROR_CODE_UNSUPPORTED, "this command is not known to this version of myod"));
  client_ = client;
  (this->*found->second)(command, std::move(answer));
  client_ = 0;
}

v1::Reply Commands::refusal(const v1::Command& command, v1::ErrorCode error, const std::string& text) {
  v1::Reply reply;
  reply.set_id(command.id());
  reply.set_error(error);
  reply.set_text(text);
  return reply;
}

void Commands::calibrate(const v1::Command& command, Answer answer) {
  const v1::Calibrate& wish = command.calibrate();
  const bool rest = wish.what() == v1::CALIBRATE_WHAT_REST;
  if (!rest && wish.what() != v1::CALIBRATE_WHAT_REFERENCE)
    return answer(refusal(command, v1::ERROR_CODE_BAD_VALUE, "calibrate: say rest or reference"));
  if (wish.channels().empty())
    return answer(refusal(command, v1::ERROR_CODE_BAD_VALUE, "calibrate: name at least one channel"));

  dsp::Command what;
  what.kind = rest ? dsp::CommandKind::calibrate_rest : dsp::CommandKind::calibrate_reference;
  what.seconds = wish.seconds() != 0.0 ? wish.seconds() : rest ? default_rest_s : default_reference_s;
  if (!(what.seconds >= 0.5 && what.seconds <= longest_trial_s))
    return answer(refusal(command, v1::ERROR_CODE_BAD_VALUE, "seconds: must be 0.5..60 s"));
  what.percent = wish.percent() != 0.0 ? wish.percent() : 100.0;
  if (!(what.percent >= 1.0 && what.percent <= 100.0))
    return answer(refusal(command, v1::ERROR_CODE_BAD_VALUE, "percent: must be 1..100 %"));
  if (!rest) {
    const std::string kind = wish.reference_kind().empty() ? "mvc" : wish.reference_kind();
    const auto known = dsp::from_word<dsp::ReferenceKind>(dsp::reference_kind_words, kind);
    if (!known || *known == dsp::ReferenceKind::none)
      return answer(refusal(command, v1::ERROR_CODE_BAD_VALUE,
                            "kind = " + kind + ": must be one of mvc, submax, task_peak, mmax"));
    what.reference = *known;
    what.anew = wish.anew();
  }
  const auto places = emg_channels(command, wish.channels(), "calibrate", "calibrated", answer);
  if (!places) return;
  if (open_.size() + places->size() > most_open) return answer(refusal(command, v1::ERROR_CODE_BUSY, too_many_text));

  const auto group = begin(command, std::move(answer), what.seconds);
  group->what = rest ? "calibrate rest" : "calibrate reference";
  for (const Place& place : *places) {
    group->what += " " + place.what->name;
    what.stream = place.stream;
    what.channel = place.channel;
    send(what, place.what->name, group);
  }
  close(group);
}

void Commands::mark(const v1::Command& command, Answer answer) {
  dsp::Command what;
  what.kind = dsp::CommandKind::mark;
  what.text << command.mark().text();
  if (what.text.view().size() != command.mark().text().size())
    return answer(refusal(command, v1::ERROR_CODE_BAD_VALUE, "mark: at most 120 bytes of text"));
  const auto group = begin(command, std::move(answer), 0.0);
  send_to_streams(what, {}, group, 0, "no sensor has sent a sample yet: there is no time to mark");
  close(group);
}

void Commands::expect(const v1::Command& command, Answer answer) {
  dsp::Command what;
  what.kind = dsp::CommandKind::expect;
  what.seconds = command.expect().seconds();
  const auto places = emg_channels(command, command.expect().channels(), "expect", "expected to contract", answer);
  if (!places) return;
  if (open_.size() + places->size() > most_open) return answer(refusal(command, v1::ERROR_CODE_BUSY, too_many_text));
  const auto group = begin(command, std::move(answer), 0.0);
  for (const Place& place : *places) {
    what.stream = place.stream;
    what.channel = place.channel;
    send(what, {}, group);
  }
  if (places->empty())
    send_to_streams(what, {}, group, 0, "no sensor has sent a sample yet: there is no time from which to expect");
  close(group);
}

void Commands::stimulus(const v1::Command& command, Answer answer) {
  const v1::Stimulus& wish = command.stimulus();
  const auto refuse = [&](const std::string& text) { answer(refusal(command, v1::ERROR_CODE_BAD_VALUE, text)); };
  dsp::Command what;
  what.kind = dsp::CommandKind::stimulus;
  what.value = wish.t_s();
  what.pulses = std::max<std::uint64_t>(wish.pulses(), 1);
  what.seconds = wish.period_s();
  if (wish.first_case() == v1::Stimulus::FIRST_NOT_SET) return refuse("stimulus: say when: t_s or time_ns");
  if (wish.has_t_s() && !(what.value >= 0.0 && what.value < 1e9)) return refuse("stimulus: t_s: must be 0..1e9 s");
  if (wish.has_time_ns() && wish.time_ns() <= 0) return refuse("stimulus: time_ns: must be above 0");
  if (what.pulses > most_pulses) return refuse("stimulus: pulses: must be 1..1000000");
  if (what.pulses > 1 ? !(what.seconds >= 0.005 && what.seconds <= 10.0) : what.seconds != 0.0)
    return refuse("stimulus: period_s: must be 0.005..10 s for several pulses, and is none of one");
  if (wish.has_t_s() && wish.sensor().empty() && pipelines_.size() > 1)
    return refuse("stimulus: sensor: name it, each counts t_s from its own sample 0; or give time_ns");
  if (!wish.sensor().empty() && !knows_sensor(pipelines_, wish.sensor()))
    return refuse("stimulus: no sensor that has started is called " + wish.sensor());
  const auto group = begin(command, std::move(answer), 0.0);
  send_to_streams(what, wish.sensor(), group, wish.time_ns(),
                  "no sensor has sent a sample yet: there is no time for pulses");
  close(group);
}

void Commands::send_to_streams(dsp::Command command, const std::string& sensor, const std::shared_ptr<Group>& group,
                               std::int64_t host_time_ns, const std::string& otherwise) {
  bool any = false;
  for (std::uint32_t s = 0; s < pipelines_.size(); ++s) {
    if (!sampled_(s) || (!sensor.empty() && pipelines_.stream(s).sensor != sensor)) continue;
    any = true;
    if (!pipelines_.running(s))
      busy(group, "a sensor has just started and its processing is being set up: try again in a moment");
    else if (open_.size() >= most_open)
      busy(group, too_many_text);
    else {
      command.stream = s;
      send(command, {}, group, host_time_ns);
    }
  }
  if (any) return;
  group->reply.set_error(v1::ERROR_CODE_FAILED);
  group->reply.set_text(otherwise);
}

void Commands::configure(const v1::Command& command, Answer answer) {
  config::Configuration changed = configuration_;
  try {
    for (const std::string& setting : command.configure().settings()) config::set(changed, setting, "configure");
    config::validate(changed);
    check_channels(changed);
  } catch (const config::ConfigError& wrong) {
    return answer(refusal(command, v1::ERROR_CODE_BAD_VALUE, wrong.what()));
  }
  config::Configuration rest = changed;
  rest.dsp = configuration_.dsp;
  rest.channels = configuration_.channels;
  rest.arrays = configuration_.arrays;
  if (config::print(rest) != config::print(configuration_))
    return answer(refusal(command, v1::ERROR_CODE_UNSUPPORTED,
                          "only signal processing can change while running: restart myod with --set for the others"));

  const auto group = begin(command, std::move(answer), 0.0);
  group->what = "configure";
  for (const std::string& setting : command.configure().settings()) group->what += " " + setting;
  group->when_done = [this, changed](v1::Reply& reply) {
    configuration_ = changed;
    reply.set_text("configuration " + config::hash(configuration_) + " is in force");
  };
  const std::string text = config::print(changed);
  for (std::uint32_t s = 0; s < pipelines_.size(); ++s) {
    if (!pipelines_.running(s)) continue;
    ++group->open;
    dsp::Stream stream = pipelines_.stream(s);
    config::condition_channels(changed, stream);
    pipelines_.rebuild(s, std::move(stream), changed.dsp, text, [this, group, changed](const auto& outcome) {
      if (outcome.busy) {
        busy(group, outcome.error);
      } else if (!outcome.done()) {
        group->reply.set_error(v1::ERROR_CODE_BAD_VALUE);
        group->reply.set_text(config::located(changed, outcome.error));
      }
      close(group);
    });
  }
  close(group);
}

void Commands::record(const v1::Command& command, Answer answer) {
  const v1::Record& wish = command.record();
  const auto done = [command, answer = std::move(answer)](v1::ErrorCode error, const std::string& text) {
    answer(refusal(command, error, text));
  };
  if (wish.start())
    recordings_.start(wish.subject(), wish.label(), done);
  else
    recordings_.stop(done);
}

void Commands::send(dsp::Command command, std::string channel, const std::shared_ptr<Group>& group,
                    std::int64_t host_time_ns) {
  command.id = next_id_++;
  DspRequest request;
  request.stream = command.stream;
  request.command = command;
  request.host_time_ns = host_time_ns;
  ++group->open;
  open_[command.id] = {group, std::move(channel), command};
  if (requests_.push(request)) return dsp_.ring();
  dsp::CommandResult refused;
  refused.id = command.id;
  refused.text << too_many_text;
  result(refused);
  group->reply.set_error(v1::ERROR_CODE_BUSY);
}

void Commands::busy(const std::shared_ptr<Group>& group, std::string_view text) {
  group->reply.set_error(v1::ERROR_CODE_BUSY);
  group->reply.set_text(std::string(text));
}

void Commands::result(const dsp::CommandResult& result) {
  const auto found = open_.find(result.id);
  if (found == open_.end()) return;  // answered by tick() already
  const Open open = std::move(found->second);
  open_.erase(found);
  v1::Reply& reply = open.group->reply;
  // Failures name their channel, for logs and replays; beside the name it stands once.
  const std::string name = open.channel + ": ";
  std::string text(result.text.view());
  if (!open.channel.empty() && text.starts_with(name)) text.erase(0, name.size());
  if (!open.channel.empty()) {
    v1::Measured& measured = *reply.add_measured();
    measured.set_channel(open.channel);
    measured.set_done(result.done);
    measured.set_value_uv(result.value);
    measured.set_text(text);
    if (result.done) keep(open, measured);
  }
  if (!result.done) {
    reply.set_error(v1::ERROR_CODE_FAILED);
    reply.set_text(open.channel.empty() ? text : name + text);
  } else if (open.channel.empty() && !text.empty() && reply.error() == v1::ERROR_CODE_NONE) {
    reply.set_text(text);
  }
  close(open.group);
}

void Commands::client_gone(std::uint64_t client) {
  for (const auto& [id, open] : open_)
    if (open.group->client == client) open.group->stopping = true;
  stop_trials();
}

/// Trials of clients that are gone are told to end; where the ring is full, again at the next tick.
void Commands::stop_trials() {
  for (const auto& [id, open] : open_) {
    if (!open.group->stopping || !is_trial(open.command.kind)) continue;
    DspRequest request;
    request.stream = open.command.stream;
    request.command.kind = dsp::CommandKind::stop_trial;
    request.command.id = id;
    request.command.stream = request.stream;
    request.command.text << "interrupted, the client that asked for it is gone";
    if (requests_.push(request)) dsp_.ring();
  }
}

void Commands::tick(std::int64_t now_ns) {
  stop_trials();
  give_up_stops(now_ns);
  std::vector<std::uint64_t> late;
  for (const auto& [id, open] : open_)
    if (now_ns > open.group->deadline_ns) late.push_back(id);
  for (const std::uint64_t id : late) {
    dsp::CommandResult failed;
    failed.id = id;
    failed.text << "the sensor sent too few samples: check it and try again";
    result(failed);
  }
}

/// An accepted trial goes into the calibration file; what the trials say together is told beside it.
void Commands::keep(const Open& open, v1::Measured& measured) {
  const dsp::Command& c = open.command;
  open.group->measured = true;
  if (c.kind == dsp::CommandKind::calibrate_rest) return calibrations_.rest(open.channel, measured.value_uv());
  measured.mutable_text()->append("; ").append(
      calibrations_.reference(open.channel, c.reference, c.percent, measured.value_uv(), c.anew));
}

void Commands::recall(const config::Calibration& earlier, std::uint32_t stream) {
  const auto group = begin(
      {},
      [](const v1::Reply& reply) {
        if (reply.error() != v1::ERROR_CODE_NONE) spdlog::error("earlier calibration not taken: {}", reply.text());
      },
      0.0);
  for (const dsp::Command& command : config::calibration_commands(earlier, pipelines_.stream(stream), stream))
    send(command, {}, group);
  close(group);
}

void Commands::close(const std::shared_ptr<Group>& group) {
  if (--group->open != 0) return;
  if (group->measured) {
    group->measured = false;
    ++group->open;
    return calibrations_.write([this, group](const std::string& error) {
      if (!error.empty()) {
        spdlog::error("calibration in force but not kept: {}", error);
        group->reply.set_text("in force, but not kept: " + error);
      }
      close(group);
    });
  }
  if (group->when_done && group->reply.error() == v1::ERROR_CODE_NONE) group->when_done(group->reply);
  if (!group->what.empty()) say_outcome(*group);
  group->answer(group->reply);
}

// One line, also when the client that asked is gone.
void Commands::say_outcome(const Group& group) {
  std::string outcome = group.reply.error() == v1::ERROR_CODE_NONE ? "done" : "failed";
  if (!group.reply.text().empty()) outcome += ": " + group.reply.text();
  for (const v1::Measured& m : group.reply.measured())
    if (m.done())
      outcome += "; " + m.channel() + " " + std::string(dsp::Text<64>{}.number(m.value_uv(), 2).view()) + " uV";
  spdlog::info("{}: {}", group.what, outcome);
}

std::shared_ptr<Commands::Group> Commands::begin(const v1::Command& command, Answer answer, double seconds) const {
  auto group = std::make_shared<Group>();
  group->answer = std::move(answer);
  group->client = client_;
  group->reply.set_id(command.id());
  group->deadline_ns = monotonic_ns() + static_cast<std::int64_t>(seconds * 1e9) + grace_ns;
  return group;
}

}  // namespace myod::daemon
