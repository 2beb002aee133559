// HTTP on a real socket: what is answered, and what is not.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/serve/metrics.hpp"
#include "tests/daemon/serve/http_rig.hpp"

namespace myod::serve {
namespace {

std::string status_line(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }
std::string body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

TEST(Http, HealthIsThatOfTheWorkAndNotOfTheListener) {
  std::string trouble;
  Hooks hooks;
  hooks.trouble = [&trouble] { return trouble; };
  Rig rig({}, hooks);
  EXPECT_EQ(status_line(get(rig.http_address(), "/healthz")), "HTTP/1.1 200 OK");
  rig.on_io([&trouble] { trouble = "the dsp thread stands still"; });
  const std::string answer = get(rig.http_address(), "/healthz");
  EXPECT_EQ(status_line(answer), "HTTP/1.1 503 Service Unavailable");
  EXPECT_EQ(body(answer), "the dsp thread stands still\n");
}

TEST(Http, AnswersAreForNoOtherPageAndKeptNowhere) {
  Rig rig;
  const std::string answer = get(rig.http_address(), "/");
  for (const char* header : {"Cache-Control: no-store", "X-Content-Type-Options: nosniff",
                             "Content-Security-Policy: default-src 'none'", "Content-Type: text/plain"})
    EXPECT_NE(answer.find(header), std::string::npos) << header;
  EXPECT_EQ(answer.find("Access-Control"), std::string::npos);
  EXPECT_NE(body(answer).find("Not a medical device"), std::string::npos);
}

TEST(Http, ANameThatResolvesToThisMachineIsRefusedAndSoIsAPageOfAnotherSite) {
  Rig rig;
  const std::string& url = rig.http_address();
  EXPECT_EQ(status_line(ask(url, "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n")), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(status_line(ask(url, "GET /metrics HTTP/1.1\r\n\r\n")), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(status_line(get(url, "/metrics", "Origin: http://evil.example\r\n")), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(status_line(get(url, "/metrics", "Origin: " + url + "\r\n")), "HTTP/1.1 200 OK");
}

TEST(Http, WhatIsNoRequestForAPageIsRefusedWithTheReason) {
  Rig rig;
  const std::string& url = rig.http_address();
  const std::string host = "Host: " + host_of(url) + "\r\n";
  EXPECT_EQ(status_line(get(url, "/nothing")), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(status_line(get(url, "/../metrics")), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(status_line(ask(url, "DELETE / HTTP/1.1\r\n" + host + "\r\n")), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_EQ(status_line(ask(url, "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\n\r\nx")),
            "HTTP/1.1 413 Payload Too Large");
  EXPECT_EQ(status_line(get(url, "/", "X: " + std::string(9000, 'x') + "\r\n")),
            "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(status_line(get(url, "/ws")), "HTTP/1.1 426 Upgrade Required");
  EXPECT_EQ(ask(url, "\x16\x03\x01 this is no HTTP\r\n\r\n"), "");
  EXPECT_EQ(body(ask(url, "HEAD / HTTP/1.1\r\n" + host + "\r\n")), "");
}

TEST(Http, MetricsAreReadByPrometheusOwnParserAndHoldWhatTheStatusSays) {
  Hooks hooks;
  hooks.status = [](v1::Status& s) {
    s.set_version("1.2.3");
    s.set_uptime_s(2.5);
    for (const char* name : {"arm", "a \"leg\"\\\n"}) {
      s.add_sensors()->set_name(name);
      s.mutable_sensors()->rbegin()->set_state("streaming");
      s.mutable_sensors()->rbegin()->set_samples(7);
      s.mutable_sensors()->rbegin()->set_measured_rate_hz(std::nan(""));
    }
  };
  Rig rig({}, hooks);
  client::Client client(rig.unix_address(), "test 1", patience);
  const test::TemporaryFolder folder;
  { std::ofstream(folder / "metrics") << body(get(rig.http_address(), "/metrics")); }
  const auto read = test::run({"/usr/bin/python3", "-c",
                               "import sys\n"
                               "from prometheus_client.parser import text_string_to_metric_families as parse\n"
                               "for f in parse(open(sys.argv[1]).read()):\n"
                               "  for s in f.samples: print(s.name, f.type, sorted(s.labels.items()), s.value)\n",
                               folder / "metrics"});
  if (read.err.find("No module named") != std::string::npos) GTEST_SKIP() << "SKIPPED: needs python3-prometheus-client";
  ASSERT_EQ(read.code, 0) << read.err;
  for (const char* line :
       {"myod_sensor_samples_total counter [('sensor', 'arm')] 7.0\n",
        "myod_sensor_streaming gauge [('sensor', 'a \"leg\"\\\\\\n')] 1.0\n", "myod_uptime_seconds gauge [] 2.5\n",
        "myod_clients gauge [('role', 'operator')] 1.0\n", "myod_clients gauge [('role', 'viewer')] 0.0\n",
        "myod_clients_total counter [] 1.0\n", "myod_build_info gauge [('version', '1.2.3')] 1.0\n"})
    EXPECT_NE(read.out.find(line), std::string::npos) << line << "in\n" << read.out;
  EXPECT_EQ(read.out.find("measured_rate"), std::string::npos) << "what is not known is not told";
}

TEST(Http, MetricNamesFollowPrometheusConventions) {
  for (const MetricInfo& metric : list_metrics()) {
    EXPECT_TRUE(metric.name.starts_with("myod_")) << metric.name;
    EXPECT_EQ(metric.name.ends_with("_total"), metric.type == "counter") << metric.name;
    EXPECT_FALSE(metric.meaning.empty()) << metric.name;
    for (const char* unit : {"_ms", "_hz", "_s", "_kb"}) EXPECT_FALSE(metric.name.ends_with(unit)) << metric.name;
  }
}

TEST(Http, TwoHundredHalfOpenConnectionsKeepNobodyOutAndAreEnded) {
  Options options;
  options.handshake_ms = 2000;
  Rig rig(options);
  std::vector<client::Socket> half, slow;
  for (int i = 0; i < 100; ++i) {
    half.emplace_back("tcp:" + host_of(rig.http_address()), client::Clock::now() + patience);
    slow.emplace_back("tcp:" + host_of(rig.http_address()), client::Clock::now() + patience);
    slow.back().send("GET / HTTP/1.1\r\nHost: ", client::Clock::now() + patience);
  }
  EXPECT_EQ(status_line(get(rig.http_address(), "/healthz")), "HTTP/1.1 200 OK");
  HandMadeWebSocket page(rig.http_address());
  page.hello();
  EXPECT_TRUE(page.next());
  std::string nothing;
  for (auto* all : {&half, &slow})
    for (client::Socket& one : *all)
      ASSERT_EQ(one.receive(nothing, client::Clock::now() + patience), client::Socket::Got::end);
  EXPECT_EQ(nothing, "");
}

TEST(Http, OneConnectionTooManyIsToldToComeBackAndTwiceAsManyAreClosed) {
  Options options;
  options.max_clients = 2;
  Rig rig(options);
  const auto connected = [&rig] {
    return client::Socket("tcp:" + host_of(rig.http_address()), client::Clock::now() + patience);
  };
  const client::Socket a = connected(), b = connected();
  EXPECT_EQ(status_line(get(rig.http_address(), "/")), "HTTP/1.1 503 Service Unavailable");
  std::vector<client::Socket> more;
  for (int i = 0; i < 8; ++i) more.push_back(connected());
  std::string answers;
  EXPECT_EQ(more.back().receive(answers, client::Clock::now() + patience), client::Socket::Got::end);
  EXPECT_EQ(answers, "");
}

}  // namespace
}  // namespace myod::serve
