#include "dsp/kernels/kernels.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>

#include "dsp/features/windows.hpp"
#include "dsp/math/sections.hpp"
#include "recorder.hpp"
#include "tests/support/process.hpp"
#include "tests/support/recordings.hpp"

namespace {

using namespace myod;

std::vector<std::string> isas() {
  std::vector<std::string> names;
  std::string all(dsp::kernel_names());
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find(", ", at), all.size());
    names.push_back(all.substr(at, end - at));
    at = end + 2;
  }
  return names;
}

std::vector<dsp::Section> five_sections() {
  auto sections = dsp::math::butterworth_highpass(4, 20.0, 1000.0);
  for (const auto& s : dsp::math::butterworth_lowpass(5, 200.0, 1000.0)) sections.push_back(s);
  return sections;  // five: pairs and one over
}

/// That clip beyond 2, and whose repeats are stuck from the second on.
dsp::ConverterTile test_converters() {
  dsp::ConverterTile t;
  std::fill_n(t.low, dsp::lane_tile, -2.0);
  std::fill_n(t.high, dsp::lane_tile, 2.0);
  std::fill_n(t.offset, dsp::lane_tile, 0.25);
  std::fill_n(t.scale, dsp::lane_tile, 3.3);
  std::fill_n(t.limit, dsp::lane_tile, 2.0);
  return t;
}

TEST(Kernels, IntakeSaysTheSameOfRowsTogetherAsOfEachByItself) {
  constexpr std::size_t rows = 40, lanes = dsp::lane_tile;
  auto x = test::oracle_noise(rows * lanes, 5);
  for (double& v : x) v = std::clamp(v, -1.9, 1.9);
  const auto said = [&](const dsp::Kernels& k, std::size_t at_once) {
    auto t = test_converters();
    std::fill_n(t.last, lanes, std::nan(""));
    std::fill_n(t.step, lanes, 1e9);
    std::fill_n(t.limit, lanes, 16.0);
    t.scale[3] = 0.0, t.limit[3] = 1e9;  // padding
    std::vector<double> y(x.size());
    std::vector<unsigned char> flags(x.size());
    bool good = true;
    for (std::size_t i = 0; i < rows; i += at_once)
      good &= k.intake(t, y.data() + i * lanes, flags.data() + i * lanes, std::min(at_once, rows - i), lanes,
                       x.data() + i * lanes, lanes);
    y.insert(y.end(), flags.begin(), flags.end());
    for (const auto* v : {&t.last, &t.run, &t.step, &t.block_samples, &t.block_runs})
      for (std::size_t lane = 0; lane < lanes; ++lane)
        if (lane != 3 || (v != &t.run && v != &t.last)) y.push_back((*v)[lane]);
    y.push_back(good ? 1.0 : 0.0);
    return y;
  };
  for (std::size_t i = 0; i < rows; ++i) x[i * lanes + 3] = 0.0;
  for (const double odd : {0.1, x[8 * lanes + 2], 5.0, std::nan("")}) {  // like all others, a repeat, railed, missing
    x[9 * lanes + 2] = odd;
    const auto want = said(dsp::kernels("baseline"), 1);
    for (const std::string& isa : isas())
      for (const std::size_t at_once : {1U, 8U, 40U}) {
        const auto got = said(dsp::kernels(isa), at_once);
        EXPECT_EQ(std::memcmp(want.data(), got.data(), want.size() * sizeof(double)), 0)
            << isa << at_once << ' ' << odd;
      }
  }
}

TEST(Kernels, EveryInstructionSetGivesTheSameBits) {
  ASSERT_GE(isas().size(), 1U);
  for (const std::size_t lanes : {8U, 24U, 64U}) {
    const std::size_t rows = 61;
    const auto x = test::oracle_noise(2 * rows * lanes, 3);
    std::vector<double> counts(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(rows * lanes));
    for (std::size_t i = 0; i < counts.size(); i += 7) counts[i] = i % 3 == 0 ? std::nan("") : 0.5;  // repeats too
    auto sections = five_sections();
    std::vector<double> first;
    for (const std::string& isa : isas()) {
      const dsp::Kernels& k = dsp::kernels(isa);
      EXPECT_EQ(std::string(k.name), isa == "sse2" ? "baseline" : isa);
      std::vector<double> y = counts, out(dsp::envelope_count * lanes), mixed(3 * lanes), a(lanes), b(lanes), c(lanes),
                          d(lanes), state(sections.size() * 2 * lanes, 0.5), all;
      auto converters = test_converters();
      std::vector<unsigned char> flags(rows * lanes);
      for (std::size_t tile = 0; tile < lanes; tile += dsp::lane_tile)
        EXPECT_FALSE(k.intake(converters, y.data() + tile, flags.data() + tile, rows, lanes, y.data() + tile, lanes));
      k.cascade(y.data(), rows, lanes, sections.data(), sections.size(), state.data());
      all = y;
      all.insert(all.end(), flags.begin(), flags.end());
      for (const auto* v : {&converters.step, &converters.run, &converters.block_samples, &converters.block_runs})
        all.insert(all.end(), std::begin(*v), std::end(*v));
      std::vector<unsigned char> valid(rows * lanes, 1);
      for (std::size_t i = 0; i < valid.size(); i += 13) valid[i] = 0;
      const std::size_t tile_rows = rows * lanes / dsp::lane_tile;
      const double* const old = x.data() + rows * lanes;
      k.sum_squares(a.data(), b.data(), tile_rows, y.data(), old, nullptr, nullptr);
      k.sum_squares(a.data(), b.data(), tile_rows, y.data(), old, valid.data(), flags.data());
      k.sum_magnitudes(c.data(), d.data(), tile_rows, y.data(), old, nullptr, nullptr);
      k.sum_magnitudes(c.data(), d.data(), tile_rows, y.data(), old, valid.data(), flags.data());
      std::vector<double> integral(2 * dsp::lane_tile);
      k.integrate(integral.data(), integral.data() + dsp::lane_tile, y.data(), valid.data(), tile_rows);
      all.insert(all.end(), integral.begin(), integral.end());
      for (const std::size_t count : {dsp::envelope_count, std::size_t{1}})
        k.envelopes(out.data(), y.data(), rows, lanes, sections.data(), count, state.data());
      const std::vector<int> counts_of(lanes, 7);
      std::vector<double> roots(lanes);
      k.root_means(roots.data(), y.data(), counts_of.data(), lanes);
      all.insert(all.end(), roots.begin(), roots.end());
      k.mix(mixed.data(), y.data(), rows, lanes, x.data());
      dsp::ActivityTile sums;
      const std::vector<double> threshold(dsp::lane_tile, 0.5);
      k.activity(sums, y.data(), nullptr, tile_rows / 2, threshold.data());
      k.activity(sums, y.data(), valid.data(), tile_rows, threshold.data());
      for (const auto* v : {&sums.crossings, &sums.turns, &sums.steps, &sums.length, &sums.energies, &sums.triples,
                            &sums.magnitudes, &sums.squares})
        all.insert(all.end(), std::begin(*v), std::end(*v));
      std::vector<double> lagged(12 * dsp::lane_tile);
      k.autocorrelation(lagged.data(), x.data(), rows, 12);
      all.insert(all.end(), lagged.begin(), lagged.end());
      dsp::TileSum total;
      k.sum(total, x.data(), 7, 0);
      k.sum(total, x.data(), rows, 7);
      for (std::size_t lane = 0; lane < dsp::lane_tile; ++lane) all.push_back(total.of(lane));
      dsp::HalfPowerTile half;
      k.half_power(half, out.data(), out.size() / dsp::lane_tile, threshold.data());
      dsp::ExtremesTile extremes;
      std::fill_n(extremes.lowest, dsp::lane_tile, 1e9);
      k.moving_extremes(extremes, x.data(), 13, 0, 20);
      k.moving_extremes(extremes, x.data(), 13, 20, rows);
      for (const auto* v : {&half.bin, &half.missing, &half.density, &extremes.sum, &extremes.highest,
                            &extremes.highest_row, &extremes.lowest})
        all.insert(all.end(), std::begin(*v), std::end(*v));
      for (const auto* v : {&out, &mixed, &a, &b, &c, &d, &state}) all.insert(all.end(), v->begin(), v->end());
      if (first.empty()) first = all;
      EXPECT_EQ(std::memcmp(first.data(), all.data(), all.size() * sizeof(double)), 0) << isa << ' ' << lanes;
    }
  }
}

TEST(Kernels, CascadeIsTheTextbookRecursionBitForBit) {
  const auto sections = five_sections();
  const std::size_t lanes = 8, rows = 200;
  const auto x = test::oracle_noise(rows, 3);
  std::vector<double> y(rows * lanes), state(sections.size() * 2 * lanes, 0.0);
  for (std::size_t i = 0; i < rows; ++i) y[i * lanes + 3] = x[i];
  dsp::kernels().cascade(y.data(), rows, lanes, sections.data(), sections.size(), state.data());
  std::vector<std::array<double, 2>> z(sections.size());
  for (std::size_t i = 0; i < rows; ++i) {
    double v = x[i];
    for (std::size_t s = 0; s < sections.size(); ++s) {
      const dsp::Section& q = sections[s];
      const double out = q.b0 * v + z[s][0];
      z[s][0] = q.b1 * v - q.a1 * out + z[s][1];
      z[s][1] = q.b2 * v - q.a2 * out;
      v = out;
    }
    ASSERT_EQ(y[i * lanes + 3], v) << i;
  }
}

TEST(Kernels, MovingSumsHaveNoDriftAfterAnHour) {
  const std::size_t lanes = 8, window = 250, n = 3'600'000;
  dsp::History history(window, lanes);
  dsp::MovingSum squares(dsp::MovingSum::Of::squares, window, lanes);
  std::uint64_t z = 1;
  std::vector<double> last;
  constexpr std::size_t rows = 16;  // divides a run
  std::vector<double> y(rows * lanes);
  const std::vector<std::uint8_t> valid(rows * lanes, 1);
  for (std::uint64_t i = 0; i < n; i += rows) {
    for (std::size_t r = 0; r < rows; ++r) {
      z = z * 6364136223846793005ULL + 1442695040888963407ULL;
      const double artefact = (i + r) % 30000 < 20 ? 1e7 : 1.0;
      const double v = artefact * (static_cast<double>(z >> 11U) / 9007199254740992.0 - 0.5);
      std::fill_n(y.begin() + static_cast<std::ptrdiff_t>(r * lanes), lanes, v);
      if (i + r + window >= n) last.push_back(v);
    }
    history.put(i, rows, y.data(), valid.data());
    squares.push(history, i, rows, 0);
  }
  double sum = 0.0;
  for (const double v : last) sum += v * v;
  EXPECT_NEAR(squares.at(5), sum, 1e-9 * sum);
}

TEST(Kernels, AnInstructionSetThatIsNotThereIsRefusedWithWhatIs) {
  try {
    dsp::kernels("avx9");
    FAIL();
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("MYOD_ISA = avx9"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("baseline"), std::string::npos);
  }
}

/// What tests/dsp/digest says under an instruction set.
test::Finished digest_under(const std::string& isa, const std::string& recordings = {}) {
  std::vector<std::string> argv{"/usr/bin/env", "MYOD_ISA=" + isa, MYOD_BINARY_DIR "/tests/digest"};
  if (!recordings.empty()) argv.push_back(recordings);
  return test::run(std::move(argv));
}

TEST(Isa, MyodIsaChoosesAndNeverChangesAResult) {
  const auto baseline = digest_under("baseline");
  ASSERT_EQ(baseline.code, 0) << baseline.err;
  EXPECT_EQ(baseline.out.rfind("made default ", 0), 0U) << baseline.out;
  for (const std::string& isa : isas()) EXPECT_EQ(digest_under(isa).out, baseline.out) << isa;
  EXPECT_NE(digest_under("mmx").err.find("MYOD_ISA = mmx"), std::string::npos);
}

TEST(Isa, NeverChangesAResultOfARecording) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "SKIPPED: minutes of signal, four times; the release build does it";
#else
  RECORDINGS_OR_SKIP(dir);
  const auto baseline = digest_under("baseline", dir.string());
  ASSERT_EQ(baseline.code, 0) << baseline.err;
  EXPECT_NE(baseline.out.find("tscs_stim_on_30hz_4k stimulated "), std::string::npos) << baseline.out;
  for (const std::string& isa : isas()) EXPECT_EQ(digest_under(isa, dir.string()).out, baseline.out) << isa;
#endif
}

}  // namespace
