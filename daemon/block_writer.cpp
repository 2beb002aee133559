#include "daemon/block_writer.hpp"

#include "daemon/clock.hpp"

namespace myod::daemon {

BlockWriter::BlockWriter(Ring& ring, Wake& dsp, std::uint32_t stream, std::uint32_t channels, bool source_waits)
    : ring_(ring), dsp_(dsp), source_waits_(source_waits) {
  head_.stream = stream;
  head_.channels = channels;
  raw_.reserve(std::size_t{most_instants} * channels);
}

void BlockWriter::add(const PlacedFrame& placed, const Timebase& timebase, std::int64_t arrival_ns, bool rate_off) {
  const bool was_off = (head_.flags & dsp::block_rate_off) != 0;
  if (head_.instants != 0 && (head_.instants + placed.instants > most_instants || placed.restarted ||
                              was_off != rate_off || placed.index != head_.first_index + head_.instants))
    flush(timebase, arrival_ns);
  if (head_.instants == 0) {
    head_.first_index = placed.index;
    head_.device_counter = placed.frame->counter;
    head_.flags = (placed.restarted ? dsp::block_restarted : 0U) |
                  (placed.uncertain_gap ? dsp::block_gap_uncertain : 0U) |
                  (placed.gap_by_clock ? dsp::block_gap_by_clock : 0U) | (rate_off ? dsp::block_rate_off : 0U);
  }
  const auto counts = std::span(placed.frame->counts).first(std::size_t{placed.instants} * head_.channels);
  raw_.insert(raw_.end(), counts.begin(), counts.end());
  head_.instants += placed.instants;
}

void BlockWriter::flush(const Timebase& timebase, std::int64_t arrival_ns) {
  if (head_.instants == 0) return;
  head_.host_time_ns = timebase.known() ? timebase.host_time_ns(head_.first_index) : arrival_ns;
  head_.uncertainty_ns = timebase.uncertainty_ns();
  head_.arrival_ns = arrival_ns;
  head_.flags |= flags_lost_;
  flags_lost_ = 0;
  if (full() || !write(head_, raw_)) {
    if (source_waits_) {
      kept_.push_back({head_, raw_});
    } else {
      ++dropped_;
      flags_lost_ = head_.flags & ~std::uint32_t{dsp::block_rate_off};  // which is of its own samples only
    }
  }
  head_.instants = 0;
  raw_.clear();
}

void BlockWriter::retry() {
  while (!kept_.empty() && write(kept_.front().head, kept_.front().raw)) kept_.pop_front();
}

bool BlockWriter::write(const dsp::BlockHead& head, const std::vector<double>& raw) {
  const RecordHead record{RecordKind::block, head.stream, sequence_, monotonic_ns()};
  const bool written = write_record(ring_, record, one(head), std::span<const double>(raw));
  if (written) ++sequence_;
  dsp_.ring();
  return written;
}

}  // namespace myod::daemon
