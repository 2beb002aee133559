// A journal fed to pipelines again: each hand-over builds the pipeline it recorded and plants its seed, blocks and
// commands follow in their order. What the pipelines say is what was said live, bit for bit, up to the first loss.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/options.hpp"
#include "daemon/record/journal_reader.hpp"
#include "dsp/pipeline.hpp"
#include "tools/myoctl/process_summary.hpp"

namespace myod::myoctl {

class Replay final : public record::JournalHandler {
 public:
  /// A pipeline begins, under these options: may give it commands; returns who listens to it. Called again for every
  /// hand-over.
  using Begin = std::function<dsp::Sink&(dsp::Pipeline& pipeline, const record::HandOver& why,
                                         const config::Configuration& options)>;

  /// `set`: KEY=VALUE over the recorded options; empty: exactly as it was. `name`: of the recording, for errors.
  Replay(const std::vector<record::RecordedStream>& streams, std::vector<std::string> set, std::string name,
         Begin begin);

  void hand_over(const record::HandOver&) override;
  void block(const dsp::SampleBlock&) override;
  void command(const dsp::Command&) override;
  void loss(std::uint32_t stream, const record::Loss&) override;

  /// The journal has ended.
  void finish();

  /// The first hole in the journal, as seen from the stream it was told in: what follows claims nothing.
  struct Hole {
    double t_s = 0.0;
    std::uint64_t records = 0;
    std::string text;
  };
  const std::optional<Hole>& hole() const { return hole_; }
  bool stimulated() const { return stimulated_; }  ///< some stimulus was told
  /// By stream; those of which no sample came are not in it.
  const std::map<std::uint32_t, StreamArrivals>& came() const { return came_; }

 private:
  struct Running {
    dsp::Stream stream;
    std::unique_ptr<dsp::Pipeline> pipeline;
    dsp::Sink* sink = nullptr;
  };
  std::map<std::uint32_t, Running> running_;
  std::vector<std::string> set_;
  std::string name_;
  Begin begin_;
  std::optional<Hole> hole_;
  bool stimulated_ = false;
  std::map<std::uint32_t, StreamArrivals> came_;
};

}  // namespace myod::myoctl
