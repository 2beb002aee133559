// Every row against tests/data/sensors: bytes of its device, and what an independent writer of them
// (tests/oracles/sensors/captures.py) says they mean. No row is named here.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "daemon/assembler.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

using daemon::Assembler;
using daemon::PlacedFrame;

std::string file_of(const SensorRow& row, const char* ending) {
  return std::string(MYOD_SOURCE_DIR "/tests/data/sensors/").append(row.name) + ending;
}

/// "channels=8 rate_hz=250 ..."
Setup read_setup(const std::string& line) {
  std::map<std::string, double> values;
  std::istringstream words(line);
  for (std::string word; words >> word;)
    values[word.substr(0, word.find('='))] = std::stod(word.substr(word.find('=') + 1));
  Setup s;
  s.channels = static_cast<std::uint32_t>(values["channels"]);
  s.rate_hz = values["rate_hz"];
  s.gain = values["gain"];
  s.full_scale = values["full_scale"];
  s.bits = static_cast<std::int64_t>(values["bits"]);
  s.counter_column = static_cast<std::int64_t>(values["counter_column"]);
  return s;
}

struct Golden {
  Setup setup;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields{""};
  for (const char c : line)
    if (c == ',')
      fields.emplace_back();
    else
      fields.back() += c;
  return fields;
}

Golden read_golden(const SensorRow& row) {
  std::ifstream in(file_of(row, ".csv"));
  Golden golden;
  std::string line;
  std::getline(in, line);
  golden.setup = complete_setup(row, read_setup(line));
  std::getline(in, line);
  golden.columns = fields_of(line);
  while (std::getline(in, line)) golden.rows.push_back(fields_of(line));
  return golden;
}

std::vector<std::uint8_t> read_bytes(const SensorRow& row) {
  std::ifstream in(file_of(row, ".bin"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return {bytes.begin(), bytes.end()};
}

class Capture : public testing::TestWithParam<const SensorRow*> {};

TEST_P(Capture, IsReadAsWhatItsDeviceMeant) {
  const SensorRow& row = *GetParam();
  const auto bytes = read_bytes(row);
  ASSERT_FALSE(bytes.empty()) << "no " << file_of(row, ".bin") << ": write one with tests/oracles/sensors/captures.py";
  const Golden golden = read_golden(row);
  const auto channels = row.channels(golden.setup);
  ASSERT_EQ(golden.columns.size(), channels.size() + 1);
  for (std::size_t c = 0; c < channels.size(); ++c) EXPECT_EQ(golden.columns[c + 1], channels[c].name);

  std::size_t at = 0;
  Assembler assembler(row, golden.setup, [&](const PlacedFrame& p) {
    for (std::size_t i = 0; i < p.instants; ++i) {
      ASSERT_LT(at, golden.rows.size()) << "more than was sent";
      const auto& expected = golden.rows[at++];
      EXPECT_EQ(std::to_string(p.index + i), expected[0]);
      for (std::size_t c = 0; c < channels.size(); ++c) {
        const double value = (p.frame->counts[i * channels.size() + c] - channels[c].offset) * channels[c].scale;
        if (expected[c + 1].empty())
          EXPECT_TRUE(std::isnan(value)) << channels[c].name << " of " << expected[0];
        else
          EXPECT_NEAR(value, std::stod(expected[c + 1]), 1e-12 + 1e-9 * std::abs(value))
              << channels[c].name << " of " << expected[0];
      }
    }
  });
  assembler.feed(bytes, 0);
  assembler.tick(1'000'000'000'000);
  EXPECT_EQ(at, golden.rows.size()) << "instants that arrived whole";
}

INSTANTIATE_TEST_SUITE_P(Every, Capture, testing::ValuesIn(sensor_table().begin(), sensor_table().end()),
                         [](const auto& p) {
                           std::string name(p.param->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace myod::sensors
