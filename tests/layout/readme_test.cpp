// The README's tables are those of the code: each stands between two markers and is compared word by word.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "daemon/port/port.hpp"
#include "daemon/sensors/sensor.hpp"
#include "daemon/serve/metrics.hpp"
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

std::string metric_table_text() {
  std::string s = "| metric | type | label | meaning |\n| --- | --- | --- | --- |\n";
  for (const serve::MetricInfo& m : serve::list_metrics())
    s += "| `" + std::string(m.name) + "` | " + std::string(m.type) + " | " + std::string(m.labels) + " | " +
         std::string(m.meaning) + " |\n";
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

TEST(Readme, ItsMetricsAreThoseOfTheMetricTable) { EXPECT_EQ(between("metrics"), metric_table_text()); }

/// Every text of `pattern`'s first group.
std::set<std::string> all(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i) found.insert((*i)[1]);
  return found;
}

TEST(Readme, ItsPortsAreThoseMyodTakesAndAllOfThem) {
  const std::string table = between("ports");
  for (const std::string& port : all(table, R"(\n\| `([^`]+)`)")) EXPECT_NO_THROW(port::parse_address(port)) << port;
  try {
    port::parse_address("nonsense");
    FAIL() << "nonsense is a port";
  } catch (const std::invalid_argument& e) {  // it lists what there is
    EXPECT_EQ(all(table, R"(\n\| `([a-z]+:))"), all(e.what(), "([a-z]+:)[ ,;]"));
  }
}

}  // namespace
}  // namespace myod::layout
