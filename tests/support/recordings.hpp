// Real recordings, read in place: MYOD_RECORDINGS, else ../shared/recordings beside the source tree.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace myod::test {

/// The folder, or nothing when there is none.
std::optional<std::filesystem::path> recordings_dir();

struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;
};
/// A CSV with a header row; empty fields are NaN. Throws when it cannot be read.
Table read_csv(const std::filesystem::path& file);

}  // namespace myod::test

/// In a test: `RECORDINGS_OR_SKIP(dir);` declares dir, or skips the test.
#define RECORDINGS_OR_SKIP(dir)                                                     \
  const auto dir##_found = myod::test::recordings_dir();                            \
  if (!dir##_found) GTEST_SKIP() << "SKIPPED: no recordings (set MYOD_RECORDINGS)"; \
  const std::filesystem::path& dir = *dir##_found
