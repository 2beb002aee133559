// What is told of stimulation that nobody announced.
#include "dsp/pipeline_state.hpp"

namespace myod::dsp {

/// Stimulation that was found, known at that sample or before: its first pulses, and how many there were.
void Pipeline::State::tell_trains(std::uint64_t index, Sink& sink) noexcept {
  while (const auto train = conditioner.train(index)) tell_train(*train, sink);
}

void Pipeline::State::tell_train(const TrainNote& train, Sink& sink) noexcept {
  Event e = event(EventKind::stimulus, train.channel, seconds(train.first), seconds(train.index),
                  train.ended ? static_cast<double>(train.pulses) : train.hz);
  if (train.ended)
    e.text.number(static_cast<double>(train.pulses), 0) << (train.pulses == 1 ? " pulse" : " pulses") << ", ended";
  else if (train.hz == 0.0)
    e.text << "pulses begin", e.value = unknown;
  else
    (e.text << "pulses at ").number(train.hz, 2) << " Hz found";
  sink.event(e, nullptr);
}

}  // namespace myod::dsp
