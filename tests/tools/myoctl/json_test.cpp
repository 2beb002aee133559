#include "tools/myoctl/json.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace myod::myoctl {
namespace {

TEST(Json, WritesNestedObjectsAndArraysOnOneLine) {
  Json json;
  json.open_object().field("name", "sim").list("channels", std::vector<std::string>{"a", "b"});
  json.key("none").open_array().close_array().key("inner").open_object().field("x", 1).close_object();
  json.field("lost", std::uint64_t{18446744073709551615U}).field("active", true).close_object();
  EXPECT_EQ(
      json.text(),
      R"({"name":"sim","channels":["a","b"],"none":[],"inner":{"x":1},"lost":18446744073709551615,"active":true})");
}

TEST(Json, EscapesWhatJsonMustEscapeAndMendsBrokenUtf8) {
  Json json;
  json.value("say \"µ\" \\ \n\t\x01 \xFF");
  EXPECT_EQ(json.text(), "\"say \\\"µ\\\" \\\\ \\u000a\\u0009\\u0001 \uFFFD\"");
}

TEST(Json, WritesTheShortestNumberThatReadsBackAndNullForWhatIsNone) {
  Json json;
  json.open_array().value(0.1).value(0.1F).value(1e300).value(-0.0).value(1.0 / 3);
  json.value(std::numeric_limits<double>::quiet_NaN()).value(-std::numeric_limits<float>::infinity()).close_array();
  EXPECT_EQ(json.text(), "[0.1,0.1,1e+300,-0,0.3333333333333333,null,null]");
}

}  // namespace
}  // namespace myod::myoctl
