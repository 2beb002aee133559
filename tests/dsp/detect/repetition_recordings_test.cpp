// The counts a therapist makes on real recordings, behind the default chain.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "dsp/detect/repetition.hpp"
#include "tests/dsp/detect/noise.hpp"
#include "tests/support/recordings.hpp"

namespace myod::dsp {
namespace {

constexpr double hop_s = 0.02;

std::vector<double> conditioned(const std::filesystem::path& file, const std::string& channel, double rate_hz) {
  const auto table = test::read_csv(file);
  std::size_t c = 0;
  while (table.names.at(c) != channel) ++c;
  test::DefaultChain chain(rate_hz);
  chain.warm(table.columns[c].at(0));
  std::vector<double> y;
  for (const double x : table.columns[c]) y.push_back(chain(x));
  return y;
}

struct Counted {
  std::vector<RepetitionEnd> all;
  std::vector<double> peak_at_s;  // end of the window that held the largest amplitude
};

Counted count(const std::vector<double>& y, double rate_hz) {
  RepetitionCounter counter(hop_s, {});
  Counted counted;
  const auto window = static_cast<std::size_t>(std::lround(repetition_window_ms / 1000.0 * rate_hz));
  std::vector<std::pair<double, double>> amplitudes;
  for (int k = 1;; ++k) {
    const auto end = static_cast<std::size_t>(std::lround(k * hop_s * rate_hz));
    if (end > y.size()) return counted;
    const bool valid = end >= window;
    double square = 0.0;
    for (std::size_t i = valid ? end - window : end; i < end; ++i) square += y[i] * y[i];
    const double rms = std::sqrt(square / static_cast<double>(window)), t = static_cast<double>(end) / rate_hz;
    amplitudes.emplace_back(t, rms);
    const auto hop = static_cast<std::size_t>(std::lround(hop_s * rate_hz));
    double newest = 0.0;
    for (std::size_t i = end - hop; i < end; ++i) newest += y[i] * y[i];
    if (const auto r = counter.push(t, rms, std::sqrt(newest / static_cast<double>(hop)), valid)) {
      counted.all.push_back(*r);
      for (const auto& [at, a] : amplitudes)
        if (a == r->peak_uv) counted.peak_at_s.push_back(at);
    }
  }
}

struct Row {
  const char *recording, *channel;
  double rate_hz;
  std::size_t repetitions;
};

TEST(RepetitionsOfRecordings, AreCountedAsATherapistCountsThem) {
  RECORDINGS_OR_SKIP(dir);
  for (const Row& row :
       {Row{"emg_bursts_biceps_1k", "EMG", 1000.0, 9}, Row{"emg_fatigue_biceps_1k", "EMG", 1000.0, 30},
        Row{"emg_8bit_vs_16bit_1k", "EMG_16bit", 1000.0, 10}, Row{"emg_8bit_vs_16bit_1k", "EMG_8bit", 1000.0, 10},
        Row{"semi_ecg_bursts_1k", "emg_clean", 1000.0, 6}, Row{"tscs_stim_off_4k", "EMG", 4000.0, 5}}) {
    const auto counted =
        count(conditioned(dir / (std::string(row.recording) + ".csv"), row.channel, row.rate_hz), row.rate_hz);
    EXPECT_EQ(counted.all.size(), row.repetitions) << row.recording << ' ' << row.channel;
    for (const auto& r : counted.all) EXPECT_TRUE(r.complete);
  }
}

TEST(RepetitionsOfRecordings, AgreeBetweenTwoHubsOnOneMuscle) {
  RECORDINGS_OR_SKIP(dir);
  const auto a = count(conditioned(dir / "emg_8bit_vs_16bit_1k.csv", "EMG_16bit", 1000.0), 1000.0);
  const auto b = count(conditioned(dir / "emg_8bit_vs_16bit_1k.csv", "EMG_8bit", 1000.0), 1000.0);
  ASSERT_EQ(a.all.size(), b.all.size());
  for (std::size_t i = 0; i < a.all.size(); ++i) {
    EXPECT_NEAR(a.all[i].start_s, b.all[i].start_s, 0.150 + 1e-9) << i;
    EXPECT_NEAR(a.all[i].end_s, b.all[i].end_s, 0.040 + 1e-9) << i;
    EXPECT_NEAR(a.peak_at_s.at(i), b.peak_at_s.at(i), 0.040 + 1e-9) << i;
  }
}

}  // namespace
}  // namespace myod::dsp
