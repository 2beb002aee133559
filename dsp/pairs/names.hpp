// Which two channels are compared, for what and on what basis: what a user may set of a pair.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace myod::dsp {

/// What is asked of a pair: how alike two sides are, or how much two muscles work against each other.
enum class PairKind : std::uint8_t { symmetry, co_contraction };
inline constexpr std::array<std::string_view, 2> pair_kind_words{"symmetry", "co_contraction"};

/// On what both sides stand, named beside every number and never mixed: microvolt in the same task, microvolt under
/// the same load, or percent of each side's own reference, which hides a paresis (clinical.md). Co-contraction is of
/// percentages only.
enum class PairBasis : std::uint8_t { task, load, reference };
inline constexpr std::array<std::string_view, 3> pair_basis_words{"task", "load", "reference"};

struct PairNames {
  std::string name;           ///< unique
  std::string first, second;  ///< channel names, unique over all sensors
  PairKind kind = PairKind::symmetry;
  PairBasis basis = PairBasis::task;
};

}  // namespace myod::dsp
