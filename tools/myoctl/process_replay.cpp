#include "tools/myoctl/process_replay.hpp"

#include <stdexcept>
#include <utility>

#include "config/config.hpp"

namespace myod::myoctl {

Replay::Replay(const std::vector<record::RecordedStream>& streams, std::vector<std::string> set, std::string name,
               Begin begin)
    : set_(std::move(set)), name_(std::move(name)), begin_(std::move(begin)) {
  for (const record::RecordedStream& s : streams) running_[s.stream].stream = s.description;
}

void Replay::hand_over(const record::HandOver& h) {
  Running& r = running_.at(h.stream);
  config::Configuration options =
      config::parse(h.options, name_ + " (options of epoch " + std::to_string(h.epoch) + ")");
  for (const std::string& s : set_) config::set(options, s);
  config::validate(options);
  std::vector<dsp::Stream> streams;
  for (const auto& [number, running] : running_) streams.push_back(running.stream);
  config::check_channels(options, streams);
  config::condition_channels(options, r.stream);
  if (h.seeds.size() != r.stream.channels.size())
    throw std::runtime_error(name_ + ": epoch " + std::to_string(h.epoch) + " knows " + std::to_string(h.seeds.size()) +
                             " channels, the stream has " + std::to_string(r.stream.channels.size()) +
                             ": the file is damaged");
  if (r.pipeline) r.pipeline->finish(dsp::taken_over, *r.sink);
  r.pipeline = std::make_unique<dsp::Pipeline>(r.stream, options.dsp, h.stream, h.epoch);
  r.pipeline->plant_seed(h.seeds, h.at_index);
  r.sink = &begin_(*r.pipeline, h, options);
}

void Replay::finish() {
  for (auto& [stream, r] : running_)
    if (r.pipeline) r.pipeline->finish(dsp::input_ended, *r.sink);
}

void Replay::block(const dsp::SampleBlock& b) {
  Running& r = running_.at(b.head.stream);
  if (!r.pipeline)
    throw std::runtime_error(name_ + ": samples before the first hand-over: the journal has no beginning");
  if (b.head.first_index < r.pipeline->next_index())
    throw std::runtime_error(name_ + ": sample " + std::to_string(b.head.first_index) +
                             " comes twice: the file is damaged");
  const auto [came, first] = came_.try_emplace(b.head.stream);
  if (first)
    came->second.t0_s =
        static_cast<double>(b.head.host_time_ns) * 1e-9 - r.stream.seconds(static_cast<double>(b.head.first_index));
  came->second.instants += b.head.instants;
  r.pipeline->process(b, *r.sink);
}

void Replay::command(const dsp::Command& c) {
  Running& r = running_.at(c.stream);
  if (!r.pipeline)
    throw std::runtime_error(name_ + ": a command before the first hand-over: the journal has no beginning");
  stimulated_ = stimulated_ || c.kind == dsp::CommandKind::stimulus;
  r.pipeline->apply(c, *r.sink);
}

void Replay::loss(std::uint32_t stream, const record::Loss& l) {
  if (hole_) return;
  const Running& r = running_.at(stream);
  const auto at = static_cast<double>(r.pipeline ? r.pipeline->next_index() : 0);
  hole_ = Hole{r.stream.seconds(at), l.records, l.text};
}

}  // namespace myod::myoctl
