// Lines as sketches print them, and lines they should not have printed.
#include <gtest/gtest.h>

#include <string>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

const SensorRow& row() { return *find_sensor("ascii"); }

sensors::Setup any_columns() { return complete_setup(row(), {}); }

struct Read {
  ParseResult result;
  std::vector<double> values;
  Frame frame;
};

Read read(std::string_view text, const sensors::Setup& setup = any_columns()) {
  Read r;
  r.result = row().parse(setup, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, r.frame);
  if (r.result.status == ParseStatus::frame)
    r.values.assign(r.frame.counts.begin(), r.frame.counts.begin() + r.frame.values);
  return r;
}

using Values = std::vector<double>;

TEST(Ascii, ReadsWhatSketchesPrint) {
  const std::vector<std::pair<std::string, Values>> lines{
      {"523\r\n", {523}},
      {"523\n", {523}},
      {"1,2,3\n", {1, 2, 3}},
      {"1, 2, 3\r\n", {1, 2, 3}},
      {"1;2\n", {1, 2}},
      {"1\t2\n", {1, 2}},
      {"1 2  3\n", {1, 2, 3}},
      {"emg:523\n", {523}},
      {"emg: 523\n", {523}},
      {"a:1,b:2\n", {1, 2}},
      {"Sensor 1:523\n", {523}},
      {">emg:523\n", {523}},
      {">emg:1627551892437:5\n", {5}},
      {">emg:5\xC2\xA7mV\n", {5}},
      {">emg:5|g\n", {5}},
      {"-1.5,+2,3e2\n", {-1.5, 2, 300}},
      {"1,2,\n", {1, 2}},
      {"  7\n", {7}},
  };
  for (const auto& [text, values] : lines) {
    const Read r = read(text);
    EXPECT_EQ(r.result.status, ParseStatus::frame) << text;
    EXPECT_EQ(r.result.size, text.size()) << text;
    EXPECT_EQ(r.values, values) << text;
  }
}

TEST(Ascii, RefusesWholeLinesAndSaysWhy) {
  const std::vector<std::pair<std::string, SkipReason>> lines{
      {"# 1,2\n", SkipReason::text},      {"Starting up\n", SkipReason::text},  {"\r\n", SkipReason::text},
      {"nan\n", SkipReason::text},        {"1,nan\n", SkipReason::bad_field},   {"inf,1\n", SkipReason::text},
      {"1,,3\n", SkipReason::bad_field},  {",1\n", SkipReason::bad_field},      {"5x3\n", SkipReason::bad_field},
      {"r23\n", SkipReason::bad_field},   {"1,1e999\n", SkipReason::bad_field}, {"emg:\n", SkipReason::bad_field},
      {"1:nan\n", SkipReason::bad_field}, {">\n", SkipReason::bad_field},       {"-\n", SkipReason::bad_field},
  };
  for (const auto& [text, reason] : lines) {
    const Read r = read(text);
    EXPECT_EQ(r.result.status, ParseStatus::skip) << text;
    EXPECT_EQ(r.result.reason, reason) << text;
    EXPECT_EQ(r.result.size, text.size()) << text;
  }
}

TEST(Ascii, CapsTheLine) {
  EXPECT_EQ(read(std::string(255, '1')).result.status, ParseStatus::need_more);
  const Read r = read(std::string(256, '1'));
  EXPECT_EQ(r.result.reason, SkipReason::too_long);
  EXPECT_EQ(r.result.size, 256U);
}

TEST(Ascii, HoldsTheColumnCountOfTheSetup) {
  sensors::Setup two;
  two.channels = 2;
  two = complete_setup(row(), two);
  EXPECT_EQ(read("1,2\n", two).values, (Values{1, 2}));
  EXPECT_EQ(read("1\n", two).result.reason, SkipReason::wrong_columns);
  EXPECT_EQ(read("1,2,3\n", two).result.reason, SkipReason::wrong_columns);
}

TEST(Ascii, TakesCounterAndTimeOutOfTheColumns) {
  sensors::Setup s;
  s.counter_column = 1;
  s.timestamp_column = 2;
  s = complete_setup(row(), s);
  const Read r = read("17,123456,5,6\n", s);
  EXPECT_EQ(r.values, (Values{5, 6}));
  EXPECT_EQ(r.frame.counter, 17U);
  EXPECT_EQ(r.frame.device_time, 123456.0);
  EXPECT_EQ(read("-1,123456,5,6\n", s).result.reason, SkipReason::bad_field);
  EXPECT_EQ(read("1.5,123456,5,6\n", s).result.reason, SkipReason::bad_field);
  EXPECT_EQ(read("17,123456\n", s).result.reason, SkipReason::wrong_columns);
  std::vector<std::uint8_t> out(256);
  out.resize(row().format(s, r.frame, out));
  EXPECT_EQ(std::string(out.begin(), out.end()), "17,123456,5,6\r\n");
}

TEST(Ascii, ScalesAMyowareOnAnUnoToMicrovolt) {
  sensors::Setup one;
  one.channels = 1;
  const auto channel = row().channels(complete_setup(row(), one))[0];
  const Read r = read("567\r\n");
  EXPECT_NEAR((r.values[0] - channel.offset) * channel.scale, 1342.8, 0.05);
  one.bits = 12;
  one.full_scale = 3.3;
  one.gain = 1000;
  EXPECT_NEAR(row().channels(complete_setup(row(), one))[0].scale, 3.3 / 4096 / 1000 * 1e6, 1e-12);
}

}  // namespace
}  // namespace myod::sensors
