#include "daemon/electrode_watch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace myod::daemon {
namespace {

ElectrodeWatch watch_of(std::string_view kind, const sensors::Setup& wished) {
  const sensors::SensorRow& row = *sensors::find_sensor(kind);
  const sensors::Setup setup = sensors::complete_setup(row, wished);
  return {row, setup, row.channels(setup)};
}

TEST(ElectrodeWatch, NamesTheChannelsWhoseElectrodesTheDeviceSaysAreOff) {
  ElectrodeWatch watch = watch_of("knight", {});
  sensors::Frame frame;
  watch.add(frame);
  EXPECT_EQ(watch.hint().view(), "");
  frame.counts[8] = 0b00000100;  // LOFF_P
  frame.counts[9] = 0b10000000;  // LOFF_N
  watch.add(frame);
  EXPECT_EQ(watch.hint().view(), "electrodes are off or loose: ch3, ch8");
  watch.add({});
  EXPECT_EQ(watch.hint().view(), "") << "as of now";
}

TEST(ElectrodeWatch, MeasuresTheImpedanceTheTestCurrentMeets) {
  for (const char* kind : {"cyton", "cyton-daisy"}) {
    sensors::Setup wished;
    wished.channels = 2;
    wished.lead_off = true;
    ElectrodeWatch watch = watch_of(kind, wished);
    const double rate_hz = sensors::find_sensor(kind)->default_rate_hz, uv_per_count = 4.5e6 / 8388607.0 / 24.0;
    const std::array<double, 2> ohm{40e3, 2e6};
    EXPECT_TRUE(std::isnan(watch.ohm(0)));
    for (int i = 0; i < static_cast<int>(rate_hz); ++i) {
      sensors::Frame frame;
      for (std::size_t c = 0; c < ohm.size(); ++c)
        frame.counts[c] = 1e5 + (ohm[c] + 2200.0) * 6e-9 * 1e6 / uv_per_count *
                                    std::sin(2.0 * std::numbers::pi * 31.2 * i / rate_hz + 1.0);
      watch.add(frame);
    }
    for (std::size_t c = 0; c < ohm.size(); ++c) EXPECT_NEAR(watch.ohm(c), ohm[c], 0.02 * ohm[c] + 500.0) << kind;
    EXPECT_EQ(watch.hint().view().substr(0, 35), "electrodes are off or loose: ch2 (2") << watch.hint().view();
  }
}

}  // namespace
}  // namespace myod::daemon
