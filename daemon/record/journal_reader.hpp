// A recording read back as the journal it holds: hand-overs, blocks and commands in the order in which the dsp thread
// consumed them, and what it said of them. Feed a pipeline with it and it says the same again, bit for bit, until a
// loss.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "daemon/record/headers.hpp"
#include "daemon/record/journal_text.hpp"
#include "daemon/record/xdf.hpp"
#include "dsp/block.hpp"
#include "dsp/results.hpp"

namespace myod::record {

/// Receives the entries. Views are valid during the call only. A recorded frame has no host_time_ns: it is 0.
class JournalHandler {
 public:
  virtual ~JournalHandler() = default;
  virtual void hand_over(const HandOver&) {}
  virtual void block(const dsp::SampleBlock&) {}
  virtual void command(const dsp::Command&) {}
  virtual void loss(std::uint32_t stream, const Loss&) { (void)stream; }
  virtual void frame(const dsp::FeatureFrame&) {}
  virtual void event(const dsp::Event&, const dsp::Repetition* repetition) { (void)repetition; }
};

class JournalReader {
 public:
  /// Reads the headers, wherever they stand: a sensor may have joined late. Throws std::runtime_error when the file is
  /// not a recording of this program.
  explicit JournalReader(const std::filesystem::path& path);

  /// In the order of the file; stream indices are those of the daemon, not positions here.
  const std::vector<RecordedStream>& streams() const { return streams_; }
  const FileFacts& facts() const { return facts_; }

  /// The next entry; false at the end. Throws std::runtime_error with the offset where the file is damaged.
  bool next(JournalHandler& handler);
  /// The file ends in the middle of a chunk, or without its footers: the recording was cut.
  bool cut() const { return !footers_; }

 private:
  struct Route {
    std::size_t sensor = 0;
    Part part{};
    std::size_t columns = 0;
  };
  void header(const xdf::Chunk& chunk);
  const Route& route(std::uint32_t id) const;
  bool deliver(const Route& route, const xdf::Chunk& chunk, JournalHandler& handler);
  void block(const Route& route, const xdf::Chunk& chunk, JournalHandler& handler);
  void frame(const Route& route, const xdf::Chunk& chunk, JournalHandler& handler);
  void entry(const Route& route, std::string_view text, JournalHandler& handler);

  xdf::Reader reader_;
  std::vector<RecordedStream> streams_;
  std::map<std::uint32_t, Route> routes_;  ///< by id in the file
  FileFacts facts_;
  std::vector<std::vector<double>> raw_;  ///< per sensor: of the block whose head comes next
  std::vector<dsp::ChannelStatus> status_;
  bool footers_ = false;
};

}  // namespace myod::record
