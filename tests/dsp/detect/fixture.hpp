// The input of the fixtures in tests/data/detect, bit for bit that of their generators (tests/oracles).
#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "dsp/detect/onset.hpp"

namespace myod::dsp::fixture {

inline constexpr int samples = 60000;

/// Sum of 12 uniforms of a 64-bit linear congruential generator, minus 6.
inline double noise(std::uint64_t& z) {
  double g = 0.0;
  for (int i = 0; i < 12; ++i) {
    z = z * 6364136223846793005ULL + 1442695040888963407ULL;
    g += static_cast<double>(z >> 11) / 9007199254740992.0;
  }
  return g - 6.0;
}

inline double amplitude(int i) {
  const int t = i % 10000;
  if ((t >= 4000 && t < 5200) || (t >= 5290 && t < 5600)) return 10.0;
  if (t >= 7000 && t < 7015) return 40.0;
  return t >= 8000 && t < 8600 ? 5.0 : 3.0;
}

/// Fields of every row but the head, of a file of tests/data/detect.
inline std::vector<std::vector<std::string>> rows_of(const std::string& file) {
  std::ifstream in(MYOD_SOURCE_DIR "/tests/data/detect/" + file);
  if (!in) throw std::runtime_error("no tests/data/detect/" + file);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream s(line);
    rows.emplace_back();
    for (std::string field; std::getline(s, field, ',');) rows.back().push_back(field);
  }
  return rows;
}

/// What happens to the samples of a case beside their values.
struct Holes {
  int invalid_from = 0, invalid_to = 0, gap_at = 0, gap_length = 0;
};

/// `value(i)` is sample i; the index jumps at a gap.
template <typename Value>
std::vector<std::string> decisions(OnsetDetector& detector, const Holes& h, Value value) {
  std::vector<std::string> told;
  std::uint64_t lost = 0;
  for (int i = 0; i < samples; ++i) {
    if (h.gap_length > 0 && i == h.gap_at) {
      lost = static_cast<std::uint64_t>(h.gap_length);
      detector.gap(static_cast<std::uint64_t>(i) + lost, lost);
    }
    const bool valid = i < h.invalid_from || i >= h.invalid_to;
    if (const auto d = detector.push(static_cast<std::uint64_t>(i) + lost, value(i), valid))
      told.push_back((d->kind == EventKind::onset ? "onset " : "offset ") + std::to_string(d->event_index) + ' ' +
                     std::to_string(d->decision_index) + ' ' + (d->brief ? '1' : '0'));
  }
  return told;
}

}  // namespace myod::dsp::fixture
