// What fuzzing of the sensors begins with: an input for every row, and each keeps every promise of the target.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "daemon/sensors/sensor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace myod {
namespace {

TEST(FuzzCorpus, HasAnInputForEveryRowAndEachIsSurvived) {
  for (const sensors::SensorRow* row : sensors::sensor_table()) {
    const std::string path = std::string(MYOD_SOURCE_DIR "/tests/fuzz/corpus/sensors/").append(row->name);
    std::ifstream in(path, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(in), {}};
    ASSERT_EQ(input.rfind(std::string(row->name) + "\n", 0), 0U)
        << path << ": written by tests/oracles/sensors/captures.py";
    EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size()), 0);
  }
}

}  // namespace
}  // namespace myod
