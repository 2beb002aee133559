// Pages of any site can make a browser on this machine ask us: only those we served ourselves are answered.
#include "daemon/serve/origin.hpp"

#include <gtest/gtest.h>

namespace myod::serve {
namespace {

TEST(OwnNames, OfALoopbackAddressAreItsThreeNamesWithThePort) {
  const OwnNames own("http://127.0.0.1:7680");
  for (const char* host : {"127.0.0.1:7680", "localhost:7680", "[::1]:7680"}) {
    EXPECT_EQ(own.refusal(host, ""), "") << host;
    EXPECT_EQ(own.refusal(host, std::string("http://") + host), "") << host;
  }
}

TEST(OwnNames, AreExactSoThatANameThatResolvesToThisMachineIsRefused) {
  const OwnNames own("http://127.0.0.1:7680");
  for (const char* host : {"", "evil.example", "evil.example:7680", "127.0.0.1", "127.0.0.1:7681",
                           "127.0.0.1:7680.evil", "localhost.:7680", "LOCALHOST:7680", "127.1:7680", "127.0.0.1:7680 "})
    EXPECT_EQ(own.refusal(host, ""), "the Host of a request must name this server: ask for http://127.0.0.1:7680")
        << host;
}

TEST(OwnNames, RefuseAPageOfAnyOtherOrigin) {
  const OwnNames own("http://[::1]:7680");
  for (const char* origin : {"null", "http://evil.example", "https://localhost:7680", "http://localhost:7681",
                             "http://localhost", "http://localhost:7680/", "file://"})
    EXPECT_EQ(own.refusal("[::1]:7680", origin),
              "a page of another origin may not ask here: open http://[::1]:7680 itself")
        << origin;
}

TEST(OwnNames, NeedNoPortWhereBrowsersLeaveItOut) {
  const OwnNames own("http://127.0.0.1:80");
  EXPECT_EQ(own.refusal("localhost", "http://localhost"), "");
  EXPECT_EQ(own.refusal("localhost:80", "http://localhost:80"), "");
}

}  // namespace
}  // namespace myod::serve
