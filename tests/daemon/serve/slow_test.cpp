// A client that stops reading delays nobody, and learns exactly what it did not get.
#include <gtest/gtest.h>

#include "tests/daemon/serve/rig.hpp"

namespace myod::serve {
namespace {

using dsp::FrameKind;

/// Far more than socket buffers and queue hold together.
constexpr std::uint64_t frames = 3000;

Options small_queue() {
  Options options;
  options.queue_bytes = 128 * 1024;
  options.event_queue = 16;
  options.linger_ms = 50;
  return options;
}

FrameKind kind_of(std::uint64_t sequence) { return sequence % 3 == 0 ? FrameKind::control : FrameKind::amplitude; }

void publish_all(Rig& rig) {
  for (std::uint64_t s = 0; s < frames; ++s) rig.frame(static_cast<std::uint32_t>(s % 2), kind_of(s / 2), s / 2);
}

class Slow : public testing::TestWithParam<bool> {
 protected:
  const std::string& address(const Rig& rig) const { return GetParam() ? rig.unix_address() : rig.tcp_address(); }
};

TEST_P(Slow, ClientIsThinnedWithAnExactAccountWhileAnotherGetsEverything) {
  Rig rig(small_queue());
  rig.describe(0, "arm");
  rig.describe(1, "leg");
  client::Client slow(address(rig), "slow 1", patience), quick(rig.unix_address(), "quick 1", patience);
  const auto wish = subscription({v1::KIND_FEATURES, v1::KIND_CONTROL});
  subscribe(slow, wish);
  subscribe(quick, wish);
  std::uint64_t next[2] = {0, 0};
  // The quick one keeps up because it is read after every frame.
  for (std::uint64_t s = 0; s < frames; ++s) {
    rig.frame(static_cast<std::uint32_t>(s % 2), kind_of(s / 2), s / 2);
    const auto message = receive_until(quick, [](const auto& m) { return m.has_frame() || m.has_loss(); });
    ASSERT_TRUE(message && message->has_frame());
    ASSERT_EQ(message->frame().sequence(), next[message->frame().stream()]++);
  }
  using Key = std::pair<std::uint32_t, v1::Kind>;
  std::map<Key, std::uint64_t> sent, received, lost;
  std::uint64_t last[2] = {0, 0};
  for (std::uint64_t s = 0; s < frames; ++s)
    ++sent[{static_cast<std::uint32_t>(s % 2),
            kind_of(s / 2) == FrameKind::control ? v1::KIND_CONTROL : v1::KIND_FEATURES}];
  std::map<std::uint32_t, bool> told;
  while (last[0] != frames / 2 - 1 || last[1] != frames / 2 - 1) {
    const auto message = receive_until(slow, [](const auto& m) { return m.has_frame() || m.has_loss(); });
    ASSERT_TRUE(message);
    if (message->has_loss()) {
      const auto& loss = message->loss();
      EXPECT_EQ(loss.reason(), "slow");
      lost[{loss.stream(), loss.kind()}] += loss.frames();
      told[loss.stream()] = true;
      continue;
    }
    const auto& frame = message->frame();
    ++received[{frame.stream(), frame.kind()}];
    if (frame.sequence() > last[frame.stream()] + 1) {
      EXPECT_TRUE(told[frame.stream()]) << "a gap that was not told first";
    }
    EXPECT_TRUE(frame.sequence() == 0 || frame.sequence() > last[frame.stream()]);
    last[frame.stream()] = frame.sequence();
    told[frame.stream()] = false;
  }
  for (const auto& [key, n] : sent) {
    EXPECT_EQ(received[key] + lost[key], n);
    EXPECT_GT(lost[key], 0U) << "the queue was never full: nothing was tested";
  }
}

TEST_P(Slow, ClientIsDisconnectedWhenThatIsItsPolicyAndIsToldAtItsNextHello) {
  Rig rig(small_queue());
  rig.describe(0, "arm");
  rig.describe(1, "leg");
  client::Client client(address(rig), "strict 1", patience);
  auto wish = subscription({v1::KIND_FEATURES, v1::KIND_CONTROL});
  wish.set_policy(v1::SLOW_POLICY_DISCONNECT);
  subscribe(client, wish);
  publish_all(rig);
  EXPECT_THROW(receive_until(client, [](const auto&) { return false; }), client::Disconnected);
  EXPECT_EQ(client::Client(address(rig), "other 1", patience).hello().last_disconnect(), "");
  EXPECT_NE(client::Client(address(rig), "strict 1", patience).hello().last_disconnect().find("policy"),
            std::string::npos);
  EXPECT_EQ(client::Client(address(rig), "strict 1", patience).hello().last_disconnect(), "") << "told once";
}

TEST_P(Slow, ClientThatCannotTakeTheEventsIsDisconnectedAndIsToldAtItsNextHello) {
  Rig rig(small_queue());
  rig.describe(0, "arm");
  client::Client client(address(rig), "deaf 1", patience);
  subscribe(client, subscription({v1::KIND_EVENTS, v1::KIND_FEATURES}));
  // Frames fill the socket; then no event may be dropped.
  for (std::uint64_t s = 0; s < frames; ++s) rig.frame(0, FrameKind::amplitude, s);
  for (std::uint64_t s = 0; s < 17; ++s) rig.event(0, 0, s);
  EXPECT_THROW(receive_until(client, [](const auto&) { return false; }), client::Disconnected);
  EXPECT_NE(client::Client(address(rig), "deaf 1", patience).hello().last_disconnect().find("events"),
            std::string::npos);
}

TEST_P(Slow, ClientThatAsksWithoutReadingIsDisconnected) {
  Hooks hooks;
  hooks.status = [](v1::Status& status) { status.set_version(std::string(4000, 'x')); };
  Rig rig(small_queue(), hooks);
  RawClient client(address(rig));
  client.hello("chatty 1");
  v1::ClientMessage ask;
  ask.mutable_status_request();
  for (int i = 0; i < 20'000; ++i) {
    client.send(ask);
    if (i % 500 == 499 && rig.status().clients_size() == 1) break;
  }
  while (client.next()) {
  }
  EXPECT_EQ(rig.status().clients_size(), 1) << "only the one who asks";
}

INSTANTIATE_TEST_SUITE_P(Both, Slow, testing::Bool(),
                         [](const auto& kind) { return std::string(kind.param ? "Unix" : "Tcp"); });

}  // namespace
}  // namespace myod::serve
