// Results as the CSV files of a folder: amplitude, spectrum, events, repetitions, streams and, when asked for,
// filtered. Numbers shortest round-trip in the C locale; an invalid number is an empty field. Constant memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dsp/pipeline.hpp"

namespace myod::myoctl {

/// One file, row by row. Throws std::runtime_error when it cannot be created, and from close() when anything could not
/// be written: rows are filled from inside Pipeline::process(), where nothing may throw.
class CsvFile {
 public:
  CsvFile(std::filesystem::path path, std::string_view header);
  CsvFile& field(double value);  ///< NaN: empty
  CsvFile& field(std::uint64_t value);
  CsvFile& field(std::string_view text);  ///< quoted where it must be
  void end_row();
  void close();

 private:
  void separate();
  void write();
  std::filesystem::path path_;
  std::ofstream out_;
  std::string buffer_;
  bool row_begun_ = false;
};

/// A folder of results; several streams share its files.
class CsvFolder {
 public:
  /// Creates the folder. `streams`: how many will begin; filtered.csv is one per stream when there are several.
  CsvFolder(std::filesystem::path dir, std::size_t streams, bool filtered);
  ~CsvFolder();

  /// Who listens to this pipeline. The stream is described again when its options changed.
  dsp::Sink& begin(std::uint32_t stream, const dsp::Pipeline& pipeline);
  /// Writes streams.csv, with the time of each stream's sample 0, and closes everything.
  void finish(const std::map<std::uint32_t, double>& t0_s);

  /// Commands that were refused, with the reason.
  const std::vector<std::string>& refusals() const { return refusals_; }

 private:
  class StreamSink;
  struct StreamRow {
    std::uint32_t stream = 0;
    dsp::Stream what;
    dsp::Options options;
  };
  std::filesystem::path dir_;
  bool several_, filtered_;
  CsvFile amplitude_, spectrum_, events_, repetitions_;
  std::vector<StreamRow> rows_;
  std::map<std::uint32_t, std::unique_ptr<StreamSink>> sinks_;
  std::vector<std::string> refusals_;
};

}  // namespace myod::myoctl
