// Promises of the option tables that hold for every row.
#include "config/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "config/config.hpp"
#include "config/value.hpp"

namespace myod::config {
namespace {

template <typename Owner>
void check(std::span<const Row<Owner>> rows) {
  std::set<std::string_view> keys;
  std::set<const void*> members;
  Owner fresh;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.rule.key);
    EXPECT_TRUE(keys.insert(row.rule.key).second) << "two rows of one key";
    EXPECT_FALSE(row.rule.help.empty());
    const Value value = row.member(fresh);
    const void* const member = std::visit(
        [](const auto& v) -> const void* {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, Choice>)
            return v.value;
          else
            return v;
        },
        value);
    EXPECT_TRUE(members.insert(member).second) << "two rows of one member";
    if (const auto* const* d = std::get_if<double*>(&value)) {
      EXPECT_LE(row.rule.low, **d);
      EXPECT_GE(row.rule.high, **d);
    } else if (const auto* const* i = std::get_if<std::int64_t*>(&value)) {
      EXPECT_LE(row.rule.low, static_cast<double>(**i));
      EXPECT_GE(row.rule.high, static_cast<double>(**i));
    }
  }
}

TEST(OptionTable, RowsAreUniqueExplainedAndTheirDefaultsAllowed) {
  check(configuration_rows());
  check(sensor_rows());
  check(channel_rows());
  check(channel_options_rows());
  check(pair_rows());
  check(array_rows());
}

TEST(OptionTable, EveryOptionCanBeSetToItsDefault) {
  Configuration c;
  for (const auto& row : configuration_rows()) set(c, std::string(row.rule.key) + "=" + toml_text(row.member(c)));
  EXPECT_EQ(print(c), print(Configuration{}));
}

TEST(OptionTable, AChannelMayHaveEveryOptionOfConditioningOfItsOwn) {
  const auto own = channel_options_rows();
  for (const auto& row : configuration_rows()) {
    if (!row.rule.key.starts_with("condition.")) continue;
    const auto same = std::find_if(own.begin(), own.end(), [&](const auto& o) { return o.rule.key == row.rule.key; });
    ASSERT_NE(same, own.end()) << row.rule.key;
    EXPECT_EQ(same->rule.help, row.rule.help);
  }
}

TEST(OptionTable, SectionsStandTogether) {
  std::set<std::string_view> closed;
  std::string_view section;
  for (const auto& row : configuration_rows()) {
    const std::string_view now = row.rule.key.substr(0, row.rule.key.find('.'));
    if (now == section) continue;
    section = now;
    EXPECT_TRUE(closed.insert(now).second) << now;
  }
}

}  // namespace
}  // namespace myod::config
