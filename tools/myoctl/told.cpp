#include "tools/myoctl/told.hpp"

namespace myod::myoctl {

void Told::begin(bool conditioned) {
  conditioned_ = conditioned;
  order_.clear();
  numbers_.clear();
  states_.clear();
  valid_.clear();
}

void Told::frame(const dsp::FeatureFrame& frame) {
  order_.emplace_back(Frame{frame.head, numbers_.size(), states_.size()});
  numbers_.insert(numbers_.end(), frame.values.begin(), frame.values.end());
  states_.insert(states_.end(), frame.status.begin(), frame.status.end());
}

void Told::event(const dsp::Event& event, const dsp::Repetition* repetition) {
  order_.emplace_back(Happened{event, repetition != nullptr ? std::optional(*repetition) : std::nullopt});
}

void Told::result(const dsp::CommandResult& result) { order_.emplace_back(result); }

void Told::conditioned(std::uint64_t first_index, std::size_t channels, std::span<const double> uv,
                       std::span<const std::uint8_t> valid) {
  order_.emplace_back(Conditioned{first_index, channels, uv.size(), numbers_.size(), valid_.size()});
  numbers_.insert(numbers_.end(), uv.begin(), uv.end());
  valid_.insert(valid_.end(), valid.begin(), valid.end());
}

void Told::tell(dsp::Sink& sink) const {
  for (const auto& what : order_) std::visit([&](const auto& one) { tell(one, sink); }, what);
}

void Told::tell(const Frame& frame, dsp::Sink& sink) const {
  const std::size_t channels = frame.head.channels;
  sink.frame({frame.head, std::span(numbers_).subspan(frame.values, channels * frame.head.features),
              std::span(states_).subspan(frame.status, channels)});
}

void Told::tell(const Conditioned& run, dsp::Sink& sink) const {
  sink.conditioned(run.first_index, run.channels, std::span(numbers_).subspan(run.uv, run.count),
                   std::span(valid_).subspan(run.valid, run.count));
}

void Told::tell(const Happened& what, dsp::Sink& sink) {
  sink.event(what.event, what.repetition ? &*what.repetition : nullptr);
}

}  // namespace myod::myoctl
