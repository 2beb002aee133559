// What a pipeline says, kept to be said again: to a sink that works on another thread. Emptied and filled again it
// keeps its room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "dsp/results.hpp"

namespace myod::myoctl {

class Told final : public dsp::Sink {
 public:
  /// Empties it. `conditioned`: whether the sink that will hear it wants the conditioned samples.
  void begin(bool conditioned);

  void frame(const dsp::FeatureFrame& frame) override;
  void event(const dsp::Event& event, const dsp::Repetition* repetition) override;
  void result(const dsp::CommandResult& result) override;
  bool wants_conditioned() const override { return conditioned_; }
  void conditioned(std::uint64_t first_index, std::size_t channels, std::span<const double> uv,
                   std::span<const std::uint8_t> valid) override;

  /// All of it, in its order, bit for bit.
  void tell(dsp::Sink& sink) const;

 private:
  // Where their numbers begin in those of all.
  struct Frame {
    dsp::FrameHead head;
    std::size_t values = 0, status = 0;
  };
  struct Happened {
    dsp::Event event;
    std::optional<dsp::Repetition> repetition;
  };
  struct Conditioned {
    std::uint64_t first_index = 0;
    std::size_t channels = 0, count = 0, uv = 0, valid = 0;
  };
  void tell(const Frame& frame, dsp::Sink& sink) const;
  void tell(const Conditioned& run, dsp::Sink& sink) const;
  static void tell(const Happened& what, dsp::Sink& sink);
  static void tell(const dsp::CommandResult& result, dsp::Sink& sink) { sink.result(result); }

  bool conditioned_ = false;
  std::vector<std::variant<Frame, Happened, dsp::CommandResult, Conditioned>> order_;
  std::vector<double> numbers_;
  std::vector<dsp::ChannelStatus> states_;
  std::vector<std::uint8_t> valid_;
};

}  // namespace myod::myoctl
