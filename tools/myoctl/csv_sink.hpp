// Results as the CSV files of a folder: amplitude, spectrum, trend, quality, events, repetitions, pairs, streams
// and, when asked for, filtered; counted on the way. Constant memory. The files get their names together when all are
// whole, streams.csv last: an earlier result is replaced as a whole, and stays as it was when this one fails.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsp/pipeline.hpp"
#include "tools/myoctl/csv_file.hpp"
#include "tools/myoctl/pair_csv.hpp"
#include "tools/myoctl/process_summary.hpp"

namespace myod::myoctl {

/// A folder of results; several streams share its files.
class CsvFolder {
 public:
  /// Creates the folder. `streams`: how many will begin; filtered.csv is one per stream when there are several.
  CsvFolder(std::filesystem::path dir, std::size_t streams, bool filtered);
  ~CsvFolder();
  CsvFolder(const CsvFolder&) = delete;
  CsvFolder& operator=(const CsvFolder&) = delete;

  /// Who listens to this pipeline from its next_index() on: a row of streams.csv. `pairs` are those of the first call.
  dsp::Sink& begin(std::uint32_t stream, const dsp::Pipeline& pipeline, const std::vector<dsp::PairNames>& pairs);
  /// Writes streams.csv and puts everything in place. Adds channels, files, refused commands to the summary.
  void finish(const std::map<std::uint32_t, StreamArrivals>& came, ProcessSummary& summary);

 private:
  class StreamSink;
  struct StreamRow {
    std::uint32_t stream = 0, epoch = 0;
    std::uint64_t begin_index = 0;
    dsp::Stream what;
    dsp::Options options;
  };
  void write_streams(CsvFile& file, const std::map<std::uint32_t, StreamArrivals>& came) const;
  bool remove_earlier(const std::vector<CsvFile*>& files) const;

  bool made_;  // the folder, by us
  std::filesystem::path dir_;
  bool several_, filtered_;
  std::optional<CsvFile> amplitude_, spectrum_, trend_, quality_, events_, repetitions_;
  std::optional<PairCsv> pairs_;
  std::vector<StreamRow> rows_;
  std::map<std::uint32_t, std::unique_ptr<StreamSink>> sinks_;
  std::vector<std::string> refusals_;
};

}  // namespace myod::myoctl
