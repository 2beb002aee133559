// The tree keeps its own rules, and the checks see a violation when there is one.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/layout/rules.hpp"

namespace myod::layout {
namespace {

namespace fs = std::filesystem;
using Complaints = std::vector<std::string>;

std::string joined(const Complaints& complaints) {
  std::string s;
  for (const std::string& c : complaints) s += c + "\n";
  return s;
}

bool is_source(const fs::path& file) {
  const std::string name = file.filename().string();
  for (const std::string_view end :
       {".cpp", ".hpp", ".c", ".h", ".py", ".js", ".ts", ".css", ".html", ".proto", ".sh", "CMakeLists.txt"})
    if (name.ends_with(end)) return true;
  return file.extension().empty() && name.find('.') == std::string::npos;  // tools/run
}

TEST(Layout, TheTreeKeepsItsRules) {
  const fs::path root = MYOD_SOURCE_DIR;
  std::size_t files = 0;
  Complaints complaints;
  for (const char* folder : {"dsp", "proto", "config", "daemon", "tools", "tests"}) {
    for (auto entry = fs::recursive_directory_iterator(root / folder); entry != fs::end(entry); ++entry) {
      const std::string name = entry->path().filename().string();
      if (entry->is_directory() && (name == "node_modules" || name == "__pycache__" || name == "data"))
        entry.disable_recursion_pending();
      if (!entry->is_regular_file() || !is_source(entry->path())) continue;
      std::stringstream text;
      text << std::ifstream(entry->path()).rdbuf();
      ++files;
      for (std::string& c : check_source(fs::relative(entry->path(), root).generic_string(), text.str()))
        complaints.push_back(std::move(c));
    }
  }
  std::sort(complaints.begin(), complaints.end());
  EXPECT_GT(files, 50U) << "the tree was not found";
  EXPECT_TRUE(complaints.empty()) << joined(complaints);
}

TEST(Layout, TheTopLevelHoldsOnlyWhatBelongsThere) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(MYOD_SOURCE_DIR)) names.push_back(entry.path().filename().string());
  const Complaints complaints = check_top_level(names);
  EXPECT_TRUE(complaints.empty()) << joined(complaints);
  EXPECT_EQ(check_top_level({"dsp", "utils", "build"}).size(), 1U);
}

TEST(LayoutRules, AForbiddenIncludeIsFoundWithFileAndLine) {
  EXPECT_EQ(check_source("dsp/a.cpp", "// x\n#include <vector>\n#include \"daemon/ring.hpp\"\n"),
            Complaints{"dsp/a.cpp:3: dsp/ must not include \"daemon/ring.hpp\""});
  EXPECT_EQ(check_source("dsp/a.cpp", "#include <daemon/ring.hpp>\n").size(), 1U);
  EXPECT_EQ(check_source("dsp/a.cpp", "#include \"block.hpp\"\n").size(), 1U);
  EXPECT_EQ(check_source("dsp/a.cpp", "  # include  \"../daemon/ring.hpp\"\n").size(), 1U);
}

struct Case {
  const char* file;
  const char* include;
  bool allowed;
};

TEST(LayoutRules, FoldersSeeOnlyWhatLiesBelowThem) {
  for (const Case& c : {
           Case{"dsp/detect/onset.cpp", "dsp/options.hpp", true},
           Case{"dsp/a.cpp", "proto/framing.hpp", false},
           Case{"dsp/a.cpp", "myod/v1/myod.pb.h", false},
           Case{"proto/convert.cpp", "myod/v1/myod.pb.h", true},
           Case{"proto/convert.cpp", "config/config.hpp", false},
           Case{"config/read.cpp", "dsp/options.hpp", true},
           Case{"config/read.cpp", "proto/framing.hpp", false},
           Case{"daemon/app.cpp", "config/config.hpp", true},
           Case{"daemon/app.cpp", "tools/client/client.hpp", false},
           Case{"daemon/sensors/ascii.cpp", "daemon/sensors/sensor.hpp", true},
           Case{"daemon/sensors/ascii.cpp", "dsp/math/math.hpp", true},
           Case{"daemon/sensors/ascii.cpp", "dsp/block.hpp", false},
           Case{"daemon/sensors/ascii.cpp", "daemon/ring.hpp", false},
           Case{"daemon/serve/server.cpp", "daemon/records.hpp", true},
           Case{"daemon/serve/server.cpp", "daemon/record/recorder.hpp", false},
           Case{"daemon/record/recorder.cpp", "daemon/control/page.hpp", false},
           Case{"daemon/control/page.cpp", "daemon/serve/server.hpp", false},
           Case{"tools/myoctl/main.cpp", "daemon/record/recording.hpp", true},
           Case{"tools/myoctl/main.cpp", "tests/support/process.hpp", false},
           Case{"tests/dsp/onset_test.cpp", "tests/support/recordings.hpp", true},
           Case{"tests/dsp/onset_test.cpp", "oracle.hpp", true},
       })
    EXPECT_EQ(check_source(c.file, "#include \"" + std::string(c.include) + "\"\n").empty(), c.allowed)
        << c.file << " and " << c.include;
}

TEST(LayoutRules, SignalProcessingUsesItsOwnMathAndKnowsNoWorld) {
  EXPECT_EQ(check_source("dsp/a.cpp", "double f(double x) { return std::sin(x); }\n").size(), 1U);
  EXPECT_EQ(check_source("dsp/a.cpp", "double f(double x) { return ::exp (x); }\n").size(), 1U);
  EXPECT_EQ(check_source("dsp/a.cpp", "double f(double x) { return math::sin(x) + std::sqrt(x); }\n").size(), 0U);
  EXPECT_EQ(
      check_source("dsp/a.cpp", "// not std::sin(x)\n/* nor\n std::pow(x) */\nauto s = \"std::log(x)\";\n").size(), 0U);
  EXPECT_EQ(check_source("dsp/a.cpp", "int n = 1'000;\ndouble y = std::log(2.0);\n").size(), 1U);
  EXPECT_EQ(check_source("daemon/a.cpp", "double y = std::log(2.0);\n").size(), 0U);
  for (const char* header : {"thread", "fstream", "chrono", "iostream", "sys/mman.h", "unistd.h", "random"})
    EXPECT_EQ(check_source("dsp/a.cpp", "#include <" + std::string(header) + ">\n").size(), 1U) << header;
  for (const char* header : {"vector", "cmath", "fftw3.h", "algorithm", "string"})
    EXPECT_EQ(check_source("dsp/a.cpp", "#include <" + std::string(header) + ">\n").size(), 0U) << header;
}

TEST(LayoutRules, WhatTheCompilersLackIsRefused) {
  EXPECT_EQ(check_source("tools/a.cpp", "#include <format>\nauto v = std::views::iota(1);\n").size(), 2U);
}

TEST(LayoutRules, FilesEndBeforeLine401) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "\n";
  EXPECT_TRUE(check_source("tools/a.py", text).empty());
  EXPECT_EQ(check_source("tools/a.py", text + "x\n"), Complaints{"tools/a.py:401: is longer than 400 lines"});
}

}  // namespace
}  // namespace myod::layout
