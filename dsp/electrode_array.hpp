// A linear array of electrodes along the fibres of one muscle: which channels it is made of, in what order, how far
// apart. What conduction velocity is estimated from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace myod::dsp {

/// What a channel of an array is: one electrode against a distant one, the difference of two neighbours, or the
/// difference of two such differences.
enum class Montage : std::uint8_t { monopolar, single_differential, double_differential };
inline constexpr std::array<std::string_view, 3> montage_words{"monopolar", "single_differential",
                                                               "double_differential"};

/// So often neighbours are subtracted before the channels are double-differential.
constexpr std::size_t differences_to_take(Montage m) { return 2 - static_cast<std::size_t>(m); }

struct ElectrodeArray {
  std::string name;                   ///< unique
  std::vector<std::string> channels;  ///< names of EMG channels of one sensor, in the order of the electrodes
  double distance_mm = 0.0;           ///< from one electrode to the next
  Montage montage = Montage::double_differential;

  bool operator==(const ElectrodeArray&) const = default;
};

}  // namespace myod::dsp
