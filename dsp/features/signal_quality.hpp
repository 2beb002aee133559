// How good the signal of each lane is, once per spectrum window: samples as they were before the recursive filters in,
// the indices of quality_indices.hpp and reasons for doubt out. Keyed to the absolute sample index, in pieces like the
// spectrum it runs beside; no allocation once made. What is found is in force when all lanes of a frame are done.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/features/quality_indices.hpp"
#include "dsp/features/windows.hpp"
#include "dsp/options.hpp"
#include "dsp/results.hpp"

namespace myod::dsp {

/// Of one lane, of one window.
struct SignalVerdict {
  QualityIndices indices;
  double mains_db = std::numeric_limits<double>::quiet_NaN();  ///< averaged with a time constant of 4 s
  std::uint32_t reasons = 0;                                   ///< mains, noise, lead_off
};

class SignalQuality {
 public:
  struct Setup {
    double rate_hz = 0.0;
    std::size_t window = 0, spread = 0;  ///< samples: of the spectrum window, of what follows while it is worked on
    std::size_t channels = 0, lanes = 0;
    double pinned_mains_hz = 0.0;        ///< 0: 50 or 60, whichever is stronger
    std::vector<double> most_offset_uv;  ///< per channel; 0: its front end passes no offset
    FeatureOptions features;
  };
  /// Throws as Spectrum does.
  explicit SignalQuality(const Setup& setup);

  /// A run before the recursive filters, rows x lanes.
  void take(std::uint64_t first, std::size_t rows, const double* uv) noexcept {
    history_.put(first, rows, uv, nullptr);
  }
  /// The SampleFlags it left conditioning with.
  void mark(std::uint64_t first, std::size_t rows, const std::uint8_t* flags) noexcept;
  void lose(std::uint64_t first, std::size_t rows) noexcept;
  void clear() noexcept;

  /// Share of the window that ends before `end` with that flag.
  double share(std::size_t lane, std::uint64_t end, std::uint8_t flag) const noexcept;

  /// A frame is begun; `lane_tile` lanes at once, then a verdict for each lane.
  void begin() noexcept;
  std::size_t pieces() const noexcept { return spectrum_.pieces() + reader_.pieces(); }
  void piece(std::size_t number, std::uint64_t end, std::size_t tile) noexcept {
    if (number < spectrum_.pieces()) return spectrum_.piece(number, history_, end, tile);
    reader_.piece(number - spectrum_.pieces(), spectrum_);
  }
  /// Of the window that ends before `end`: `active_fraction`; `hum_removed`: conditioning takes the mains out, so it is
  /// no reason for doubt. Only of windows all of whose samples are good.
  SignalVerdict judge(std::size_t lane, std::uint64_t end, double active_fraction, bool hum_removed) noexcept;
  /// All lanes are done: f(lane, offset_uv) for those whose electrode came off with this window; the offset that told
  /// it, NaN where the hum did.
  template <typename F>
  void end(F f) noexcept {
    for (std::size_t lane = 0; lane < found_.size(); ++lane) {
      const bool off = (found_[lane] & reason_lead_off) != 0, was = (reasons_[lane] & reason_lead_off) != 0;
      reasons_[lane] = found_[lane];
      if (off && !was) f(lane, beyond_uv_[lane]);
    }
  }

  /// In force since the last end().
  std::uint32_t reasons(std::size_t lane) const noexcept { return reasons_[lane]; }

 private:
  /// Power of the line at 50 and at 60 Hz, each an average over time.
  struct Mains {
    std::array<MainsPower, 2> at{};
    double weight = 0.0, seen_s = 0.0;
    bool off = false;           // the electrode, since a jump of the hum
    double before_ratio = 0.0;  // line over rest before it
  };
  void look_at_offset(std::size_t lane, std::uint64_t end) noexcept;
  void look_for_jump(Mains& mains, const MainsPower& now, const MainsPower& usual) const noexcept;

  Setup setup_;
  History history_;
  Spectrum spectrum_;
  QualityReader reader_;
  std::vector<std::uint8_t> flags_;  // history rows x lanes
  std::vector<Mains> mains_;
  std::vector<double> beyond_uv_;  // per channel: the offset while it is one of no electrode, else NaN
  std::vector<std::uint32_t> found_, reasons_;
};

}  // namespace myod::dsp
