// Sentences of the wire that concern everybody at once: what was lost inside, whose Stop is heard, whose clock it is.
#include <gtest/gtest.h>

#include "daemon/clock.hpp"
#include "tests/daemon/serve/rig.hpp"

namespace myod::serve {
namespace {

TEST(WireOfAll, EventsLostInsideAreToldToEveryClientWhateverItSubscribedTo) {
  Rig rig;
  client::Client one(rig.unix_address(), "test 1", patience), other(rig.tcp_address(), "test 2", patience);
  subscribe(other, subscription({v1::KIND_STATUS}));
  rig.on_io([&] { rig.server().events_lost(3); });
  for (client::Client* client : {&one, &other}) {
    const auto told = receive_until(*client, [](const auto& m) { return m.has_events_lost(); });
    ASSERT_TRUE(told);
    EXPECT_EQ(told->events_lost().count(), 3U);
  }
}

TEST(WireOfAll, AStopIsHeardFromAViewerAndNoOtherCommandIs) {
  int stops = 0, others = 0;
  Hooks hooks;
  hooks.command = [&](const v1::Command& command, std::uint64_t, const auto& reply) {
    ++(command.has_stop() ? stops : others);
    reply({});
  };
  Rig rig({}, hooks);
  client::Client viewer(rig.tcp_address(), "test 1", patience);
  ASSERT_EQ(viewer.hello().role(), "viewer");
  v1::Command stop, mark;
  stop.mutable_stop();
  mark.mutable_mark()->set_text("now");
  EXPECT_EQ(viewer.command(stop, patience).error(), v1::ERROR_CODE_NONE);
  EXPECT_EQ(viewer.command(mark, patience).error(), v1::ERROR_CODE_NOT_ALLOWED);
  rig.on_io([&] {
    EXPECT_EQ(stops, 1);
    EXPECT_EQ(others, 0);
  });
}

TEST(WireOfAll, APingComesBackWithWhatTheClientSaidAndTheTimesBetween) {
  Rig rig;
  RawClient client(rig.unix_address());
  client.hello();
  v1::ClientMessage ping;
  ping.mutable_ping()->set_t0_ns(42);
  const std::int64_t before = monotonic_ns();
  client.send(ping);
  std::optional<v1::ServerMessage> message;
  do message = client.next();
  while (message && !message->has_pong());
  const std::int64_t after = monotonic_ns();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->pong().t0_ns(), 42);
  EXPECT_LE(before, message->pong().t1_ns());
  EXPECT_LE(message->pong().t1_ns(), message->pong().t2_ns());
  EXPECT_LE(message->pong().t2_ns(), after);
}

TEST(WireOfAll, AFrameIsTheSameBytesForEveryClient) {
  Rig rig;
  rig.describe(0, "arm");
  std::vector<client::Client> clients;
  for (const std::string& address : {rig.unix_address(), rig.tcp_address()}) {
    clients.emplace_back(address, "test", patience);
    subscribe(clients.back(), subscription({v1::KIND_FEATURES}));
  }
  rig.frame(0, dsp::FrameKind::amplitude, 5);
  std::vector<std::string> bytes;
  for (client::Client& client : clients) {
    const auto message = receive_until(client, [](const auto& m) { return m.has_frame(); });
    ASSERT_TRUE(message);
    const v1::Frame& frame = message->frame();
    EXPECT_EQ(frame.written_ns(), 7);
    EXPECT_GT(frame.last_time_ns(), frame.first_time_ns());
    bytes.push_back(message->SerializeAsString());
  }
  EXPECT_EQ(bytes[0], bytes[1]);
}

}  // namespace
}  // namespace myod::serve
