// Nothing lies in the tree that nobody uses: headers are included, sources are built, data are read.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace myod::layout {
namespace {

namespace fs = std::filesystem;

/// Path from the root -> text, of every file below the folders of the tree.
const std::map<std::string, std::string>& files() {
  static const auto all = [] {
    const fs::path root = MYOD_SOURCE_DIR;
    std::map<std::string, std::string> found;
    for (const char* folder : {"dsp", "proto", "config", "daemon", "tools", "tests"})
      for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
        const std::string path = fs::relative(entry.path(), root).generic_string();
        if (!entry.is_regular_file() || path.find("node_modules") != std::string::npos) continue;
        std::stringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        found[path] = text.str();
      }
    return found;
  }();
  return all;
}

/// Some file whose path ends with one of `ends`, `but` apart, has `text` in it.
bool somebody_says(const std::string& text, std::initializer_list<std::string_view> ends, const std::string& but = "") {
  for (const auto& [path, content] : files())
    for (const std::string_view end : ends)
      if (path != but && path.ends_with(end) && content.find(text) != std::string::npos) return true;
  return false;
}

bool is_included(const std::string& header) {
  return somebody_says("#include \"" + header + "\"", {".cpp", ".hpp"}, header) ||
         somebody_says("#include \"" + fs::path(header).filename().string() + "\"", {".cpp", ".hpp"}, header);
}

TEST(Unused, EveryHeaderIsIncludedBySomebody) {
  for (const auto& [path, text] : files())
    if (path.ends_with(".hpp")) {
      EXPECT_TRUE(is_included(path)) << path;
    }
  EXPECT_FALSE(is_included("dsp/nobody.hpp"));
}

// A folder's CMakeLists.txt builds all of its sources; one without is named by that of a folder above.
TEST(Unused, EverySourceIsBuilt) {
  for (const auto& [path, text] : files()) {
    if (!path.ends_with(".cpp")) continue;
    fs::path folder = fs::path(path).parent_path();
    std::string from_there = fs::path(path).filename().string();
    if (files().contains((folder / "CMakeLists.txt").generic_string())) continue;
    bool named = false;
    for (; folder.has_parent_path() && !named; folder = folder.parent_path()) {
      from_there = (folder.filename() / from_there).generic_string();
      const auto lists = files().find((folder.parent_path() / "CMakeLists.txt").generic_string());
      named = lists != files().end() && lists->second.find(from_there) != std::string::npos;
    }
    EXPECT_TRUE(named) << path;
  }
}

// By its name, or as that of a row for which a file is looked up: "cyton" reads cyton.bin.
TEST(Unused, EveryFileOfTestDataIsReadBySomebody) {
  for (const auto& [path, text] : files())
    if (path.starts_with("tests/data/")) {
      const fs::path file(path);
      EXPECT_TRUE(somebody_says(file.filename().string(), {".cpp", ".hpp", ".py"}) ||
                  somebody_says('"' + file.stem().string() + '"', {".cpp"}))
          << path;
    }
}

}  // namespace
}  // namespace myod::layout
