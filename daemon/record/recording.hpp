// One recording: records as the dsp thread says them, in; chunks of one XDF file, in the same order, out. Runs on the
// disk thread, knows no ring and no clock. After a write error it counts what it is given and writes no more.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "daemon/record/disk_file.hpp"
#include "daemon/record/headers.hpp"
#include "daemon/record/recorder.hpp"
#include "daemon/record/timing.hpp"
#include "daemon/records.hpp"

namespace myod::record {

/// When a recording began, on both clocks.
struct Now {
  std::int64_t monotonic_ns = 0;
  std::int64_t wall_ns = 0;
};

class Recording {
 public:
  /// Creates the file and writes its headers. Look at error() afterwards.
  Recording(const std::filesystem::path& path, const StartRequest& request, Now now);

  /// Its records are written from its hand-over on.
  void add(const RecordedStream& stream);
  void write(const daemon::RecordView& record);
  /// The journal has a hole: `total` records are missing so far.
  void note_loss(std::uint64_t total, std::int64_t now_ns);
  /// Everything so far becomes durable, and durable_index() tells so.
  void sync(std::int64_t now_ns);
  /// Footers, and the last sync.
  void finish(std::int64_t now_ns);

  const std::string& error() const { return error_.empty() ? file_.error() : error_; }
  /// Nothing more can be written.
  bool failed() const { return !file_.ok(); }
  std::uint64_t unwritten() const { return unwritten_; }
  /// Per stream index: one past the last sample that is safe.
  const std::vector<std::uint64_t>& durable_index() const { return durable_; }

 private:
  /// Readers stumble over a stream of numbers without any: its header waits for the first sample.
  struct PartCount {
    bool described = false;
    std::uint64_t samples = 0;
    double first_s = std::numeric_limits<double>::quiet_NaN();
    double last_s = 0.0;
  };
  struct Sensor {
    RecordedStream what;
    bool begun = false;  ///< its hand-over has come
    bool cut = false;    ///< its layout changed: nothing more of it can stand in this file
    std::uint64_t end_index = 0;
    Timing timing;
    std::array<PartCount, part_count> counts;
  };

  Sensor* find(std::uint32_t stream);
  std::uint32_t id(const Sensor& s, Part part) const;
  void put_header(Sensor& s, Part part);
  void put_samples(Sensor& s, Part part, double time_s, std::span<const double> values, std::size_t columns);
  void count(Sensor& s, Part part, double first_s, double last_s, std::uint64_t samples);
  void put_text(Sensor& s, Part part, std::int64_t time_ns, std::string_view text);
  void hand_over(Sensor& s, const daemon::RecordView& record);
  void block(Sensor& s, const daemon::RecordView& record);
  void command(Sensor& s, const daemon::RecordView& record);
  void frame(Sensor& s, const daemon::RecordView& record);
  void event(Sensor& s, const daemon::RecordView& record);

  DiskFile file_;
  FileFacts facts_;
  std::vector<Sensor> sensors_;
  std::vector<std::uint64_t> durable_;
  std::vector<double> row_;
  std::uint64_t unwritten_ = 0;
  std::int64_t boundary_ns_ = 0;
  std::string error_;
};

}  // namespace myod::record
