// What the control page of one sensor says. Enters: what the dsp thread tells of blocks, control frames, events and
// hand-overs. Leaves: the page, written at write(). Made and ended by the serve thread, all else is the dsp thread's:
// no allocation, lock or clock.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "daemon/control/page_file.hpp"
#include "dsp/block.hpp"
#include "dsp/results.hpp"
#include "dsp/seed.hpp"
#include "dsp/stream.hpp"

namespace myod::control {

class Page {
 public:
  /// FOLDER/myod-control-SENSOR; `boot_id` is a UUID in its usual writing. Throws as PageFile does.
  Page(const std::string& folder, const std::string& sensor, std::uint32_t stream, const std::string& boot_id);
  /// Says that nothing follows, and removes the file.
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  const std::string& path() const { return file_.path(); }

  /// A pipeline begins: its channels are described, their numbers are not known until its first control frame.
  void begin(const dsp::Stream& stream, std::uint32_t epoch, std::uint64_t config_id) noexcept;
  /// The levels in force now. Their id is a hash: the same levels have the same one.
  void calibrated(std::span<const dsp::ChannelSeed> levels) noexcept;
  /// Has been processed.
  void block(const dsp::BlockHead& block) noexcept;
  /// Control frames; others are not for the page.
  void frame(const dsp::FeatureFrame& frame, std::uint64_t sequence) noexcept;
  /// Onsets; others are not for the page.
  void event(const dsp::Event& event) noexcept;
  void stops(std::uint64_t count) noexcept { page_.stop_count = count; }

  /// What was said since, to who waits.
  void write(std::int64_t now_ns) noexcept;
  /// Nothing was written for a third of the time after which readers take the writer to hang.
  bool due(std::int64_t now_ns) const noexcept { return now_ns - page_.written_ns >= MYOD_CONTROL_STALE_NS / 3; }

 private:
  myod_control_page page_;
  PageFile file_;
};

}  // namespace myod::control
