// The straight line: sample blocks in; conditioned samples, feature frames, events and command results out.
// A plain object: the dsp thread, the offline tool and the tests call process() alike. The output depends on the
// samples and commands only, never on how the samples were cut into blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dsp/block.hpp"
#include "dsp/command.hpp"
#include "dsp/options.hpp"
#include "dsp/results.hpp"
#include "dsp/seed.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

/// Why no sample follows (Pipeline::finish), as a running trial is told.
inline constexpr std::string_view taken_over = "interrupted, the settings changed or a recording began: repeat";
inline constexpr std::string_view input_ended = "interrupted, the input ended: repeat";

class Pipeline {
 public:
  /// Allocates and plans everything (worker thread). Throws std::invalid_argument for options the rate cannot carry,
  /// with the key and the range.
  Pipeline(Stream stream, Options options, std::uint32_t stream_index = 0, std::uint32_t epoch = 0);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// One block, in order. A first_index beyond next_index() is a gap: stated, masked, never filled. An index below
  /// next_index() is a programming error (assert). No allocation, lock, exception, log or clock.
  void process(const SampleBlock& block, Sink& sink) noexcept;

  /// A command at next_index(). Same rules.
  void apply(const Command& command, Sink& sink) noexcept;

  /// No sample follows: the input has ended, or another pipeline goes on at next_index(). What is complete is told (the
  /// spectrum frame under way), a running trial ends not done, with `why`, and pulses still to come are told to be
  /// forgotten. Events stay open.
  void finish(std::string_view why, Sink& sink) noexcept;

  /// The seed hand-over, planted before the first block: what outlives this pipeline, one entry per channel (emg or
  /// not).
  void take_seed(std::span<ChannelSeed> out) const noexcept;
  void plant_seed(std::span<const ChannelSeed> seed, std::uint64_t next_index) noexcept;

  std::uint64_t next_index() const noexcept;
  std::uint32_t epoch() const noexcept;
  const Stream& stream() const noexcept;
  const Options& options() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace myod::dsp
