// The README's tables are those of the code: each stands between two markers and is compared word by word.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "daemon/sensors/sensor.hpp"
#include "dsp/features/table.hpp"
#include "dsp/words.hpp"

namespace myod::layout {
namespace {

/// A number without trailing zeros; a cell of Markdown has no bar in it.
std::string cell(double number) {
  std::ostringstream s;
  s << number;
  return s.str();
}

std::string sensor_table_text() {
  std::string s =
      "| `--sensor` | what it is | channels | rates in Hz | sees lost samples |\n| --- | --- | --- | --- | --- |\n";
  for (const sensors::SensorRow* row : sensors::sensor_table()) {
    std::string rates;
    for (const double rate : row->rates_hz) rates += (rates.empty() ? "" : ", ") + cell(rate);
    const std::string channels =
        (row->min_channels == row->max_channels ? "" : std::to_string(row->min_channels) + "-") +
        std::to_string(row->max_channels);
    s += "| `" + std::string(row->name) + "` | " + std::string(row->title) + " | " + channels + " | " +
         (rates.empty() ? "any" : rates) + " | " + (row->counter_modulus > 0 ? "yes" : "no") + " |\n";
  }
  return s;
}

std::string feature_table_text() {
  std::string s = "| frame | name | unit | meaning |\n| --- | --- | --- | --- |\n";
  for (const dsp::FrameKind kind : {dsp::FrameKind::amplitude, dsp::FrameKind::spectrum, dsp::FrameKind::control})
    for (const dsp::FeatureRow& row : dsp::feature_rows(kind))
      s += "| " + std::string(dsp::word(dsp::frame_kind_words, kind)) + " | `" + std::string(row.name) + "` | " +
           std::string(row.unit) + " | " + std::string(row.meaning) + " |\n";
  return s;
}

/// What stands between <!-- NAME --> and <!-- /NAME -->.
std::string between(const std::string& name) {
  std::stringstream text;
  text << std::ifstream(MYOD_SOURCE_DIR "/README.md").rdbuf();
  const std::string readme = text.str();
  const std::string open = "<!-- " + name + " -->\n";
  const std::size_t begin = readme.find(open);
  const std::size_t end = readme.find("<!-- /" + name + " -->");
  if (begin == std::string::npos || end == std::string::npos) return "the markers of " + name + " are missing";
  return readme.substr(begin + open.size(), end - begin - open.size());
}

TEST(Readme, ItsSensorsAreThoseOfTheSensorTable) { EXPECT_EQ(between("sensors"), sensor_table_text()); }
TEST(Readme, ItsFeaturesAreThoseOfTheFeatureTable) { EXPECT_EQ(between("features"), feature_table_text()); }

}  // namespace
}  // namespace myod::layout
