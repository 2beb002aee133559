// pairs.csv: amplitude frames of all streams in their order in, a row per 100 ms and pair out, from the daemon's own
// dsp::Pairs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dsp/pairs/pairs.hpp"
#include "tools/myoctl/csv_file.hpp"

namespace myod::myoctl {

class PairCsv final : public dsp::PairSink {
 public:
  explicit PairCsv(const std::filesystem::path& path);

  /// A stream begins, or begins anew. The first call says the pairs; they never change.
  void begin(std::uint32_t index, const dsp::Stream& stream, const std::vector<dsp::PairNames>& names);
  void frame(const dsp::FeatureFrame& frame) { pairs_->push(frame, *this); }
  void pair(const dsp::PairFrame& frame) override;

  CsvFile& file() { return file_; }
  /// Pairs of which nothing could be said, in words.
  std::vector<std::string> notes() const;

 private:
  CsvFile file_;
  std::vector<dsp::PairNames> names_;
  std::optional<dsp::Pairs> pairs_;
};

}  // namespace myod::myoctl
