// The onset detectors of the literature, causal and streaming, so that results can be compared with it (dsp-spec 2.8).
// All weigh a statistic against a threshold that rest taught them: the quietest 500 ms of the first 2 s, fixed from
// then on; a calibrated rest level rescales it. They find raw turns; what becomes of short pauses and bursts is the
// same for every method (onset.hpp). One object per channel, pure, no allocation after construction.
//
//   hodges_bui  rectified, low-pass of 2 poles; mean + h SD of that at rest; exceeded by every sample of run_ms
//               (Hodges and Bui, Electroenceph Clin Neurophysiol 101:511, 1996; they tried 10, 50, 500 Hz, 1-3 SD and
//               20, 50, 100 ms)
//   tkeo_dt        the same of |x[n]^2 - x[n-1] x[n+1]| (Solnik et al., Eur J Appl Physiol 110:489, 2010)
//   lidierth    as hodges_bui, but a run may dip below the threshold, each time not longer than dip_ms (Lidierth,
//               Electroenceph Clin Neurophysiol 64:378, 1986)
//   bonato      whitened by an autoregressive model of rest; z = sum of the squares of two successive samples over the
//               variance, chi-squared of 2 degrees of freedom; `needed` of the newest `among` z above zeta (Bonato,
//               D'Alessio, Knaflitz, IEEE Trans Biomed Eng 45:287, 1998)
// The end is looked for as the beginning, below the threshold. A turn is told at the sample that makes it certain and
// dated to the first sample of its run, smoothing not subtracted. Differences from the papers: they filter forwards and
// backwards; the band is that of the conditioning (Solnik's is 30-300 Hz); their rest is chosen by hand. dip_ms and the
// order of the whitening are not verified in the papers. The own thresholds are not the papers' either: at 1000 Hz
// behind the default chain, with rest learned, each raises 0.1 to 0.5 false onsets a minute over 300 minutes of noise
// (the 2.6 SD, 3.3 SD and 12.9 of dsp-spec 2.8 belong to moving averages and white noise).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "dsp/options.hpp"
#include "dsp/seed.hpp"

namespace myod::dsp {

/// From that sample on it is active, or at rest.
struct OnsetTurn {
  bool active = false;
  std::uint64_t index = 0;
};

class ThresholdMethod {
 public:
  virtual ~ThresholdMethod() = default;
  ThresholdMethod() = default;
  ThresholdMethod(const ThresholdMethod&) = delete;
  ThresholdMethod& operator=(const ThresholdMethod&) = delete;

  /// One valid sample; `follows`: the sample before it was valid too.
  virtual std::optional<OnsetTurn> push(std::uint64_t index, double y_uv, bool follows) noexcept = 0;

  virtual bool known() const noexcept = 0;        ///< rest was learned
  virtual double statistic() const noexcept = 0;  ///< SD above the mean of rest; bonato: z. 0 while not known

  /// The rest level in use from here on; NaN or 0 starts the learning anew.
  virtual void set_rest(double rest_uv) noexcept = 0;
  /// Runs begin here, from activity or from rest.
  virtual void look_anew(bool active) noexcept = 0;
  /// As look_anew, after samples were lost: what was smoothed is forgotten.
  virtual void restart(bool active) noexcept = 0;

  virtual OnsetBaseline baseline() const noexcept = 0;
  /// Ignored when it is of another method or parameter: then rest is learned anew.
  virtual void plant(const OnsetBaseline& baseline) noexcept = 0;
};

/// Null for cusum. Throws std::invalid_argument, naming the key, for what the rate cannot carry.
std::unique_ptr<ThresholdMethod> make_threshold_method(double rate_hz, const OnsetOptions& options);

}  // namespace myod::dsp
