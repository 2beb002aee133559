// For tests of `myoctl process`: tables written, a run with what it said, and the files it wrote read back.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tools/myoctl/process.hpp"

namespace myod::test {

using myoctl::ProcessArguments;

/// A CSV as written: fields of quoted text kept whole.
struct Sheet {
  std::string header;
  std::vector<std::map<std::string, std::string>> rows;

  std::vector<double> column(const std::string& name) const {
    std::vector<double> out;
    for (const auto& row : rows) out.push_back(row.at(name).empty() ? NAN : std::stod(row.at(name)));
    return out;
  }
};

inline std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

inline Sheet sheet(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  Sheet s;
  std::getline(in, s.header);
  const auto names = fields(s.header);
  for (std::string line; std::getline(in, line);) {
    const auto values = fields(line);
    EXPECT_EQ(values.size(), names.size()) << path << ": " << line;
    auto& row = s.rows.emplace_back();
    for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) row[names[i]] = values[i];
  }
  return s;
}

class ProcessTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  /// Two channels of noise, the first with bursts; seconds at 1000 Hz.
  std::string noise(const std::string& name, int seconds, const std::string& end_of_line = "\n") {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    std::ostringstream text;
    text << "left arm,right arm" << end_of_line;
    for (int i = 0; i < seconds * 1000; ++i)
      text << normal(random) * (i % 3000 < 1000 ? 100.0 : 3.0) << "," << 3.0 * normal(random) << end_of_line;
    return write(name, text.str());
  }
  ProcessArguments arguments(const std::string& input) const {
    ProcessArguments a;
    a.inputs = {input};
    a.rate_hz = 1000.0;
    a.unit = "uV";
    a.out = folder_ / "out";
    return a;
  }
  int run(const ProcessArguments& a) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const int code = myoctl::run_process(a);
    said_ = testing::internal::GetCapturedStdout();
    errors_ = testing::internal::GetCapturedStderr();
    return code;
  }
  void expect_refused(const ProcessArguments& a, int code, const std::string& why) {
    EXPECT_EQ(run(a), code) << why;
    EXPECT_NE(errors_.find(why), std::string::npos) << errors_;
  }
  Sheet out(const std::string& name) const { return sheet(folder_ / ("out/" + name)); }

  TemporaryFolder folder_;
  std::vector<std::string> names_in(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / folder))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  std::string errors_, said_;
};

}  // namespace myod::test
