// The activation detectors of all lanes, pushed together: a tile of lanes at once where all that is asked of them is to
// go on, one by one at the samples where something changes. The results are those of pushing each detector alone, bit
// for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "dsp/detect/onset.hpp"
#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

/// Rows of `stride` lanes of the conditioned signal and their validity (1: good), the newest last.
struct LaneRows {
  const double* y = nullptr;
  const std::uint8_t* valid = nullptr;
  std::size_t rows = 0, stride = 0;
};

class OnsetBank {
 public:
  struct Decision {
    std::size_t row = 0, lane = 0;
    OnsetDecision what;
  };

  /// At most `most_rows` are pushed at once.
  OnsetBank(std::size_t lanes, std::size_t most_rows);

  /// The detector of the next lane; moves never again.
  void add(OnsetDetector& detector);

  /// The next samples of every lane. `all_valid`: all of them are. What was decided, by row, then by lane.
  std::span<const Decision> push(std::uint64_t first_index, const LaneRows& rows, bool all_valid) noexcept;

  /// To be called before anybody else changes a detector: it is then as if it had been pushed alone.
  void settle() noexcept;

  /// Activation and statistic of the lanes of a tile, after the newest samples.
  const OnsetTile& numbers(std::size_t tile) const noexcept { return tiles_[tile].numbers; }
  /// Anything else about the detectors of a tile may have changed, by samples or after settle(), since this was asked.
  bool take_changed(std::size_t tile) noexcept { return std::exchange(tiles_[tile].changed, false); }

 private:
  struct Tile {
    OnsetTile numbers;
    std::vector<OnsetDetector*> detectors;
    std::size_t steady = 0;  // so many rows the detectors only go on
    bool changed = true;
    std::vector<double> recent;  // rows of the tile that the rest levels have not seen yet
    std::size_t unseen = 0;
  };
  struct Stretch {  // of the rows that are pushed
    std::size_t first = 0, rows = 0;
  };
  void go_on(std::size_t tile, std::uint64_t first_index, const LaneRows& rows, Stretch s) noexcept;
  bool goes_on(Tile& tile, std::uint64_t first_index, const double* y, std::size_t rows, std::size_t stride) noexcept;
  void one_by_one(std::size_t tile, std::uint64_t first_index, const LaneRows& rows, Stretch s) noexcept;
  static void look_ahead(Tile& tile) noexcept;
  static void settle(Tile& tile) noexcept;

  const Kernels& kernels_ = kernels();
  std::size_t most_rows_;
  std::vector<Tile> tiles_;
  std::vector<Decision> decided_;
};

}  // namespace myod::dsp
