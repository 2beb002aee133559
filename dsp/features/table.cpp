// The feature table. To add a feature: one row here, with its function. Wire, CSV, recording and documentation follow.
#include "dsp/features/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <utility>

#include "dsp/detect/calibration.hpp"
#include "dsp/detect/levels.hpp"
#include "dsp/features/rows.hpp"
#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

template <typename Input>
struct Row {
  FeatureRow row;
  double (*value)(const Input&);
};

double rms(const AmplitudeInput& in) { return in.rms_uv; }
double reference_pct(const AmplitudeInput& in) {
  if (!(in.reference_uv > 0.0)) return unknown;  // mostly there is none
  return percent_of_reference(rms(in), in.rest_uv, in.reference_uv, in.reference_percent);
}
/// The envelope of Gaussian noise is sqrt(2 / pi) of its RMS, and the reference is an RMS.
double envelope_pct(const AmplitudeInput& in) {
  if (!(in.reference_uv > 0.0)) return unknown;
  return percent_of_reference(std::sqrt(0.5 * math::pi) * in.envelope_uv, in.rest_uv, in.reference_uv,
                              in.reference_percent);
}
double per_second(double count, const SpectrumInput& in) { return count / (in.valid_samples / in.rate_hz); }

double window(const FeatureOptions& o) { return o.window_ms; }
double half_window(const FeatureOptions& o) { return 0.5 * o.window_ms; }
double control(const FeatureOptions& o) { return o.control_window_ms; }
double half_control(const FeatureOptions& o) { return 0.5 * o.control_window_ms; }
double spectrum(const FeatureOptions& o) { return o.spectrum_window_ms; }
double half_spectrum(const FeatureOptions& o) { return 0.5 * o.spectrum_window_ms; }
double none(const FeatureOptions&) { return 0.0; }
double four_seconds(const FeatureOptions&) { return 4000.0; }
// Delay of a 2-pole low-pass towards slow signals, c1 / (c0 2 pi fc): sqrt 2 for Butterworth, 1.3617 for Bessel.
double butterworth_delay(const FeatureOptions& o) { return 1000.0 * std::sqrt(2.0) / (2.0 * math::pi * o.envelope_hz); }
double bessel_delay(const FeatureOptions&) {
  return 1000.0 * 1.361654128716130520 / (2.0 * math::pi * control_envelope_hz);
}

constexpr std::array amplitude_table{
    Row<AmplitudeInput>{{"rms_uv", "uV", "root mean square of the conditioned signal", window, half_window}, rms},
    Row<AmplitudeInput>{{"arv_uv", "uV", "mean of the rectified signal", window, half_window},
                        [](const AmplitudeInput& in) { return in.mean_magnitude < 0.0 ? 0.0 : in.mean_magnitude; }},
    Row<AmplitudeInput>{
        {"envelope_uv", "uV", "linear envelope: rectified, Butterworth low-pass of 2 poles", none, butterworth_delay},
        [](const AmplitudeInput& in) { return in.envelope_uv; }},
    Row<AmplitudeInput>{{"ref_pct", "%", "RMS in percent of the channel's reference, rest noise removed from both",
                         window, half_window},
                        reference_pct},
    Row<AmplitudeInput>{{"active", "1", "1 while the muscle is active, 0 while it rests", none, none},
                        [](const AmplitudeInput& in) { return in.active; }},
    Row<AmplitudeInput>{{"cusum", "1", "statistic of the activation detector", none, none},
                        [](const AmplitudeInput& in) { return in.cusum; }},
    Row<AmplitudeInput>{
        {"repetition_count", "1",
         "repetitions since the stream began; empty when the effort asked for is under 5 dB above rest", none, none},
        [](const AmplitudeInput& in) { return in.repetitions; }},
    Row<AmplitudeInput>{{"net_uv", "uV", "RMS with the power of the rest level taken out", window, half_window},
                        [](const AmplitudeInput& in) { return without_noise(rms(in), in.rest_uv); }},
};

constexpr std::array control_table{
    Row<AmplitudeInput>{{"rms_uv", "uV", "root mean square over the control window", control, half_control}, rms},
    Row<AmplitudeInput>{
        {"envelope_uv", "uV", "linear envelope without overshoot: rectified, Bessel low-pass of 2 poles, 10 Hz", none,
         bessel_delay},
        [](const AmplitudeInput& in) { return in.envelope_uv; }},
    Row<AmplitudeInput>{{"ref_pct", "%", "RMS in percent of the channel's reference, rest noise removed from both",
                         control, half_control},
                        reference_pct},
    Row<AmplitudeInput>{{"active", "1", "1 while the muscle is active, 0 while it rests", none, none},
                        [](const AmplitudeInput& in) { return in.active; }},
    Row<AmplitudeInput>{{"onset_count", "1", "onsets since the stream began", none, none},
                        [](const AmplitudeInput& in) { return in.onsets; }},
    Row<AmplitudeInput>{
        {"envelope_pct", "%", "envelope as ref_pct, as the RMS of Gaussian noise that has it", none, bessel_delay},
        envelope_pct},
};

constexpr std::array spectrum_table{
    Row<SpectrumInput>{
        {"mnf_hz", "Hz", "mean frequency of the power spectrum in the band", spectrum, half_spectrum, true},
        [](const SpectrumInput& in) { return mean_frequency_hz(in.band); }},
    Row<SpectrumInput>{
        {"mdf_hz", "Hz", "median frequency of the power spectrum in the band", spectrum, half_spectrum, true},
        [](const SpectrumInput& in) { return in.band.median_hz; }},
    Row<SpectrumInput>{{"finsm5", "Hz^-6", "fatigue index of Dimitrov: moment of order -1 over moment of order 5",
                        spectrum, half_spectrum, true},
                       [](const SpectrumInput& in) { return finsm5(in.band); }},
    Row<SpectrumInput>{{"power_uv2", "uV^2", "power in the band", spectrum, half_spectrum, true},
                       [](const SpectrumInput& in) { return power_uv2(in.band); }},
    Row<SpectrumInput>{{"zc_per_s", "1/s", "zero crossings above the noise threshold", spectrum, half_spectrum, true},
                       [](const SpectrumInput& in) { return per_second(in.activity.crossings, in); }},
    Row<SpectrumInput>{
        {"ssc_per_s", "1/s", "slope sign changes above the noise threshold", spectrum, half_spectrum, true},
        [](const SpectrumInput& in) { return per_second(in.activity.turns, in); }},
    Row<SpectrumInput>{
        {"wl_uv", "uV", "waveform length: sum of the magnitudes of the differences", spectrum, half_spectrum, true},
        [](const SpectrumInput& in) { return in.activity.length_uv; }},
    Row<SpectrumInput>{
        {"wamp_per_s", "1/s", "Willison amplitude: steps above the noise threshold", spectrum, half_spectrum, true},
        [](const SpectrumInput& in) { return per_second(in.activity.steps, in); }},
    Row<SpectrumInput>{
        {"iemg_uvs", "uV s", "integral of the rectified signal over the window", spectrum, half_spectrum},
        [](const SpectrumInput& in) { return in.activity.magnitudes_uv / in.rate_hz; }},
    Row<SpectrumInput>{{"snr_db", "dB", "RMS of the window over the rest level", spectrum, half_spectrum},
                       [](const SpectrumInput& in) {
                         const double ratio = in.activity.squares_uv2 / in.valid_samples / (in.rest_uv * in.rest_uv);
                         return ratio > 0.0 && ratio <= std::numeric_limits<double>::max() ? 10.0 * math::log10(ratio)
                                                                                           : unknown;
                       }},
    Row<SpectrumInput>{{"tkeo_uv2", "uV^2", "mean Teager-Kaiser energy: grows with amplitude and frequency", spectrum,
                        half_spectrum, true},
                       [](const SpectrumInput& in) {
                         return in.activity.triples > 0.0 ? in.activity.energies_uv2 / in.activity.triples : unknown;
                       }},
    Row<SpectrumInput>{
        {"moment_ratio", "Hz^-3", "spectral moment of order -1 over moment of order 2", spectrum, half_spectrum, true},
        [](const SpectrumInput& in) { return moment_ratio(in.band); }},
    Row<SpectrumInput>{
        {"omega", "1", "spectral deformation in the band: sqrt(M2 / M0) over M1 / M0", spectrum, half_spectrum, true},
        [](const SpectrumInput& in) { return deformation(in.band); }},
    Row<SpectrumInput>{
        {"active_fraction", "1", "share of the window in which the muscle was active", spectrum, half_spectrum},
        [](const SpectrumInput& in) { return in.active_fraction; }},
    Row<SpectrumInput>{{"mnf_slope_hz_per_s", "Hz/s",
                        "slope of the mean frequency over a hold of 20 s or more, else over 10 repetitions or more, "
                        "the last not over 60 s ago",
                        none, none, true},
                       [](const SpectrumInput& in) { return in.fatigue->mnf_hz.slope; }},
    Row<SpectrumInput>{
        {"mnf_slope_lo", "Hz/s", "lower end of its 95 % interval", none, none, true},
        [](const SpectrumInput& in) { return in.fatigue->mnf_hz.slope - in.fatigue->mnf_hz.half_width; }},
    Row<SpectrumInput>{
        {"mnf_slope_hi", "Hz/s", "upper end of its 95 % interval", none, none, true},
        [](const SpectrumInput& in) { return in.fatigue->mnf_hz.slope + in.fatigue->mnf_hz.half_width; }},
    Row<SpectrumInput>{{"mnf_robust_hz_per_s", "Hz/s", "the same slope after Theil and Sen", none, none, true},
                       [](const SpectrumInput& in) { return in.fatigue->mnf_hz.robust_slope; }},
    Row<SpectrumInput>{{"mdf_slope_hz_per_s", "Hz/s", "slope of the median frequency", none, none, true},
                       [](const SpectrumInput& in) { return in.fatigue->mdf_hz.slope; }},
    Row<SpectrumInput>{{"arv_slope_pct_per_s", "%/s", "slope of the logarithm of the amplitude", none, none},
                       [](const SpectrumInput& in) { return in.fatigue->log_arv.slope * 100.0; }},
    Row<SpectrumInput>{
        {"finsm5_ratio", "1", "finsm5 at the end over the beginning, of the fitted line", none, none, true},
        [](const SpectrumInput& in) { return in.fatigue->finsm5_ratio(); }},
    Row<SpectrumInput>{
        {"jasa", "1", "0 indeterminate, 1 fatigue, 2 force increase, 3 recovery, 4 force decrease", none, none, true},
        [](const SpectrumInput& in) { return static_cast<double>(in.fatigue->jasa); }},
    Row<SpectrumInput>{
        {"fatigue_index", "1",
         "0 without fall of the mean frequency, 100 at a fall of 40 %; empty when it cannot be told", none, none, true},
        [](const SpectrumInput& in) { return in.fatigue->index; }},
    Row<SpectrumInput>{
        {"fatigue_confidence_pct", "%", "how far the interval is from taking the answer back", none, none, true},
        [](const SpectrumInput& in) { return in.fatigue->confidence; }},
    Row<SpectrumInput>{
        {"cv_m_per_s", "m/s",
         "conduction velocity under the [[array]] that begins with this channel, above 0 towards its later ones; empty "
         "outside 2 to 8 m/s and below a correlation of 0.7",
         spectrum, half_spectrum},
        [](const SpectrumInput&) { return unknown; }},
    Row<SpectrumInput>{{"cv_correlation", "1", "mean correlation of that array's channels, each shifted by its delay",
                        spectrum, half_spectrum},
                       [](const SpectrumInput&) { return unknown; }},
    Row<SpectrumInput>{
        {"mains_db", "dB", "mains line (50 or 60 Hz) over all else in the band, before filters; -40: none",
         four_seconds, half_spectrum},
        [](const SpectrumInput& in) { return in.mains_db; }},
    Row<SpectrumInput>{
        {"sm_db", "dB", "Sinderby's SM: all power over that of motion, before filters; shown, gates nothing", spectrum,
         half_spectrum},
        [](const SpectrumInput& in) { return in.quality.sm_db; }},
    Row<SpectrumInput>{
        {"sn_db", "dB", "Sinderby's SN: all power over noise of the upper fifth's density, before filters", spectrum,
         half_spectrum},
        [](const SpectrumInput& in) { return in.quality.sn_db; }},
    Row<SpectrumInput>{
        {"dp_db", "dB", "Sinderby's DP: highest over lowest density, before filters; shown, gates nothing", spectrum,
         half_spectrum},
        [](const SpectrumInput& in) { return in.quality.dp_db; }},
    Row<SpectrumInput>{
        {"raw_omega", "1", "omega of 0 to 0.45 of the rate, before filters: Sinderby's", spectrum, half_spectrum},
        [](const SpectrumInput& in) { return in.quality.omega; }},
    Row<SpectrumInput>{{"rail_fraction", "1", "share of the window at the converter's limit", spectrum, half_spectrum},
                       [](const SpectrumInput&) { return unknown; }},
    Row<SpectrumInput>{{"gap_fraction", "1", "share of the window that was lost", spectrum, half_spectrum},
                       [](const SpectrumInput&) { return unknown; }},
};

template <typename Input, std::size_t N>
constexpr std::array<FeatureRow, N> descriptions(const std::array<Row<Input>, N>& table) {
  std::array<FeatureRow, N> rows{};
  for (std::size_t i = 0; i < N; ++i) rows[i] = table[i].row;
  return rows;
}
constexpr auto amplitude_rows = descriptions(amplitude_table);
constexpr auto control_rows = descriptions(control_table);
constexpr auto spectrum_rows = descriptions(spectrum_table);
static_assert(spectrum_rows[spectrum_rows.size() - 2].name == "rail_fraction" &&
              spectrum_rows[spectrum_rows.size() - 1].name == "gap_fraction");

/// The functions of a table in one piece, not called through their pointers.
template <const auto& table, typename Input>
void fill(const Input& in, std::span<double> out) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    ((out[i] = std::integral_constant<double (*)(const Input&), table[i].value>::value(in)), ...);
  }
  (std::make_index_sequence<table.size()>());
}

constexpr std::size_t place(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(spectrum_rows, name, &FeatureRow::name) - spectrum_rows.begin());
}
constexpr std::size_t first_of_quality = place("mains_db"), first_of_velocity = place("cv_m_per_s");
static_assert(spectrum_rows[first_of_velocity + 1].name == "cv_correlation");

}  // namespace

std::span<const FeatureRow> feature_rows(FrameKind kind) {
  const std::array<std::span<const FeatureRow>, 3> by_kind{amplitude_rows, spectrum_rows, control_rows};
  return by_kind.at(static_cast<std::size_t>(kind));
}

void amplitude_values(const AmplitudeInput& in, std::span<double> out) noexcept { fill<amplitude_table>(in, out); }
void control_values(const AmplitudeInput& in, std::span<double> out) noexcept { fill<control_table>(in, out); }
void quality_values(const SpectrumInput& in, std::span<double> out) noexcept {
  for (std::size_t i = first_of_quality; i < spectrum_table.size() - 2; ++i) out[i] = spectrum_table[i].value(in);
}

void spectrum_shares(double railed, double lost, std::span<double> out) noexcept {
  out[out.size() - 2] = railed;
  out[out.size() - 1] = lost;
}

void velocity_values(const ConductionVelocity& velocity, std::span<double> out) noexcept {
  out[first_of_velocity] = velocity.directed_m_per_s();
  out[first_of_velocity + 1] = velocity.correlation;
}

void spectrum_values(const SpectrumInput& in, std::span<double> out) noexcept {
  const double railed = out[out.size() - 2], lost = out[out.size() - 1];  // known already
  fill<spectrum_table>(in, out);
  spectrum_shares(railed, lost, out);
}

}  // namespace myod::dsp
