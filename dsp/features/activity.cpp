#include "dsp/features/activity.hpp"

namespace myod::dsp {

void ActivityWindow::piece(std::size_t number, const History& history, std::uint64_t end, std::size_t tile,
                           const std::array<double, lane_tile>& threshold, bool all_valid) noexcept {
  if (number == 0) sums_ = {};
  const std::size_t from = number * rows_at_once;
  history.runs(end - samples_ + from, std::min(rows_at_once, samples_ - from),
               [&](std::uint64_t index, std::size_t rows) {
                 kernels_.activity(sums_, history.y(tile, index), all_valid ? nullptr : history.valid(tile, index),
                                   rows, threshold.data());
               });
}

Activity ActivityWindow::of(std::size_t lane) const noexcept {
  return {sums_.crossings[lane],  sums_.turns[lane],   sums_.steps[lane],    sums_.length[lane],
          sums_.magnitudes[lane], sums_.squares[lane], sums_.energies[lane], sums_.triples[lane]};
}

}  // namespace myod::dsp
