// Numbers of a table are the doubles nearest to what is written, however it is written.
#include "tools/myoctl/process_csv.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace {

using namespace myod;

/// Of up to 19 digits, the point anywhere or nowhere.
std::string decimal(std::mt19937_64& random) {
  std::string text = std::to_string(random() >> (random() % 64));
  if (const std::size_t point = random() % (text.size() + 4); point <= text.size()) text.insert(point, 1, '.');
  if (text == ".") text = "0.";
  return (random() % 3 == 0 ? "-" : "") + text;
}

TEST(CsvTable, ReadsEveryDecimalAsTheNearestNumber) {
  std::mt19937_64 random(5);
  std::vector<std::string> texts{"0",
                                 "-0",
                                 "-0.0",
                                 "1.",
                                 ".5",
                                 "-.25",
                                 "+3.5",
                                 "0.1",
                                 "1e3",
                                 "2.5E-3",
                                 "1.e2",
                                 "007.50",
                                 "1e-320",
                                 "1e22",
                                 "inf",
                                 "-nan",
                                 "0.3e0",
                                 "1e15",
                                 "999999999999999",
                                 "9999999999999999",
                                 "0.000000000000001",
                                 "0.0000000000000001",
                                 "123456789012345678901234567890"};
  for (int i = 0; i < 20000; ++i) texts.push_back(decimal(random));
  test::TemporaryFolder folder;
  std::ofstream out(folder / "table.csv");
  out << "a,b\n";
  for (const std::string& text : texts) out << text << ", " << text << " \n";
  out.close();
  myoctl::CsvTable table(folder / "table.csv");
  std::vector<double> row(2);
  for (const std::string& text : texts) {
    ASSERT_TRUE(table.next(row));
    for (const double v : row)
      ASSERT_EQ(std::bit_cast<std::uint64_t>(v), std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)))
          << text;
  }
  EXPECT_FALSE(table.next(row));
}

}  // namespace
