// The udev rules name every USB id by which a sensor of the table is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <string>

#include "daemon/sensors/sensor.hpp"

namespace myod::layout {
namespace {

/// Whether some line is about this vendor and product; udev compares small letters, and takes a|b for one of them.
bool is_named(const std::string& usb_id) {
  std::string id = usb_id;
  std::transform(id.begin(), id.end(), id.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::regex vendor(R"re(ATTR\{idVendor\}=="([^"]*\|)?)re" + id.substr(0, 4) + R"re((\|[^"]*)?")re");
  const std::regex product(R"re(ATTR\{idProduct\}=="([^"]*\|)?)re" + id.substr(5) + R"re((\|[^"]*)?")re");
  std::ifstream rules(MYOD_SOURCE_DIR "/config/99-myod.rules");
  for (std::string line; std::getline(rules, line);)
    if (line.find("ID_MM_DEVICE_IGNORE") != std::string::npos && std::regex_search(line, vendor) &&
        (line.find("idProduct") == std::string::npos || std::regex_search(line, product)))
      return true;
  return false;
}

TEST(UdevRules, NameEveryUsbIdOfTheSensorTable) {
  for (const sensors::SensorRow* row : sensors::sensor_table())
    for (const std::string_view id : row->usb_ids) EXPECT_TRUE(is_named(std::string(id))) << row->name << ": " << id;
  EXPECT_TRUE(is_named("2E8A:0123")) << "all of that vendor";
  EXPECT_FALSE(is_named("0403:9999"));
  EXPECT_FALSE(is_named("1234:6001"));
}

}  // namespace
}  // namespace myod::layout
