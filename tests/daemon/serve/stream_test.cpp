// What the dsp thread says reaches everybody who wants it, and what does not is told.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "dsp/pairs/pairs.hpp"
#include "tests/daemon/serve/rig.hpp"

namespace myod::serve {
namespace {

using dsp::FrameKind;

TEST(Streaming, SeveralClientsEachGetEveryFrameInOrder) {
  constexpr std::uint64_t frames = 300;
  Rig rig;
  rig.describe(0, "arm");
  std::vector<client::Client> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(i % 2 == 0 ? rig.unix_address() : rig.tcp_address(), "test " + std::to_string(i), patience);
    subscribe(clients.back(), subscription({v1::KIND_FEATURES, v1::KIND_SPECTRUM}));
  }
  std::vector<std::thread> readers;
  for (auto& client : clients)
    readers.emplace_back([&client] {
      const auto stream = receive_until(client, [](const auto& m) { return m.has_stream(); });
      ASSERT_TRUE(stream);
      EXPECT_EQ(stream->stream().channels_size(), static_cast<int>(Rig::channels));
      EXPECT_GT(stream->stream().features_size(), 3);
      for (std::uint64_t expected = 0; expected < frames; ++expected) {
        const auto message = client.receive(patience);
        ASSERT_TRUE(message);
        ASSERT_TRUE(message->has_frame()) << message->body_case();
        ASSERT_EQ(message->frame().sequence(), expected);
        ASSERT_EQ(message->frame().values(0), static_cast<float>(expected));
      }
    });
  for (std::uint64_t s = 0; s < frames; ++s) rig.frame(0, s % 10 == 9 ? FrameKind::spectrum : FrameKind::amplitude, s);
  for (auto& reader : readers) reader.join();
}

TEST(Streaming, SendsOnlyTheKindsAndStreamsAskedFor) {
  Rig rig;
  rig.describe(0, "arm");
  rig.describe(1, "leg");
  client::Client client(rig.unix_address(), "test 1", patience);
  auto wish = subscription({v1::KIND_FEATURES});
  wish.add_channels("leg2");
  subscribe(client, wish);
  rig.frame(0, FrameKind::amplitude, 0);
  rig.event(1, 1, 0);
  rig.frame(1, FrameKind::control, 0);
  rig.frame(1, FrameKind::amplitude, 1);
  const auto message =
      receive_until(client, [](const auto& m) { return m.has_frame() || m.has_event() || m.has_loss(); });
  ASSERT_TRUE(message && message->has_frame());
  EXPECT_EQ(message->frame().stream(), 1U);
  EXPECT_EQ(message->frame().sequence(), 1U);
}

Options with_pairs() {
  Options options;
  options.pairs = {{"arms", "arm1", "arm2"},
                   {"legs", "leg1", "leg2", dsp::PairKind::co_contraction, dsp::PairBasis::reference}};
  return options;
}

TEST(Streaming, PairsGoToWhoWantsOneOfTheirChannelsWithNamesAndBasis) {
  Rig rig(with_pairs());
  rig.describe(0, "arm");
  rig.describe(1, "leg");
  client::Client client(rig.unix_address(), "test 1", patience);
  auto wish = subscription({v1::KIND_PAIRS});
  wish.add_channels("leg2");
  subscribe(client, wish);
  rig.pair(0, 0);
  rig.frame(1, FrameKind::amplitude, 0);
  rig.pair(1, 0);
  const auto message =
      receive_until(client, [](const auto& m) { return m.has_frame() || m.has_pair() || m.has_loss(); });
  ASSERT_TRUE(message && message->has_pair());
  const v1::PairFrame& pair = message->pair();
  EXPECT_EQ(pair.pair(), 1U);
  EXPECT_EQ(pair.name(), "legs");
  EXPECT_EQ(pair.kind(), "co_contraction");
  EXPECT_EQ(pair.basis(), "reference");
  EXPECT_EQ(pair.first(), "leg1");
  EXPECT_EQ(pair.second(), "leg2");
  EXPECT_EQ(pair.time_ns(), dsp::Pairs::grid_ns);
  EXPECT_TRUE(std::isnan(pair.cci_pct()));
}

TEST(Streaming, EveryPairIsThinnedForItselfAndItsLossesAreTold) {
  Rig rig(with_pairs());
  client::Client client(rig.unix_address(), "test 1", patience);
  auto wish = subscription({v1::KIND_PAIRS});
  wish.set_max_rate_hz(5.0);
  subscribe(client, wish);
  for (std::uint64_t s = 0; s < 6; ++s)
    if (s != 3) rig.pair(0, s), rig.pair(1, s);  // 3 is lost upstream
  std::array<std::string, 2> came;
  std::array<std::uint64_t, 2> lost{};
  while (came[1].size() < 4) {
    const auto m = receive_until(client, [](const auto& x) { return x.has_pair() || x.has_loss(); });
    ASSERT_TRUE(m);
    if (m->has_pair()) came.at(m->pair().pair()) += std::to_string(m->pair().sequence());
    if (!m->has_loss()) continue;
    EXPECT_EQ(m->loss().kind(), v1::KIND_PAIRS);
    lost.at(m->loss().stream()) += m->loss().frames();
  }
  for (std::size_t pair = 0; pair < 2; ++pair) {
    EXPECT_EQ(came.at(pair), "0145") << pair;  // 100, 200, 500 and 600 ms: the first of each stretch of 200 ms
    EXPECT_EQ(lost.at(pair), 2U) << pair;
  }
}

TEST(Streaming, RefusesASubscriptionItCannotKeepAndLeavesTheOldOne) {
  Rig rig;
  rig.describe(0, "arm");
  client::Client client(rig.unix_address(), "test 1", patience);
  subscribe(client, subscription({v1::KIND_FEATURES}));
  auto stranger = subscription({v1::KIND_EVENTS});
  stranger.add_channels("nose");
  auto backwards = subscription({v1::KIND_EVENTS});
  backwards.set_max_rate_hz(-1.0);
  const std::vector<std::pair<v1::Subscribe, v1::ErrorCode>> cases{
      {subscription({v1::KIND_SAMPLES}), v1::ERROR_CODE_UNSUPPORTED},
      {subscription({static_cast<v1::Kind>(99)}), v1::ERROR_CODE_BAD_VALUE},
      {stranger, v1::ERROR_CODE_UNKNOWN_CHANNEL},
      {backwards, v1::ERROR_CODE_BAD_VALUE}};
  for (const auto& [wish, error] : cases) {
    subscribe(client, wish);
    const auto refused = receive_until(client, [](const auto& m) { return m.has_reply(); });
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->reply().id(), 0U);
    EXPECT_EQ(refused->reply().error(), error) << refused->reply().text();
  }
  rig.frame(0, FrameKind::amplitude, 0);
  EXPECT_TRUE(receive_until(client, [](const auto& m) { return m.has_frame(); }));
}

TEST(Streaming, DescribesAStreamAgainWithItsNewEpochBeforeItsFrames) {
  Rig rig;
  rig.describe(0, "arm", 0);
  client::Client client(rig.unix_address(), "test 1", patience);
  subscribe(client, subscription({v1::KIND_FEATURES}));
  rig.describe(0, "leg", 1);
  rig.frame(0, FrameKind::amplitude, 0);
  const auto first = client.receive(patience), second = client.receive(patience), third = client.receive(patience);
  ASSERT_TRUE(first && second && third);
  EXPECT_EQ(first->stream().epoch(), 0U);
  EXPECT_EQ(second->stream().epoch(), 1U);
  EXPECT_EQ(second->stream().channels(0).name(), "leg1");
  EXPECT_TRUE(third->has_frame());
}

TEST(Streaming, ThinsToTheWishedRateAndTellsEveryFrameLeftOut) {
  Rig rig;
  rig.describe(0, "arm");
  client::Client client(rig.unix_address(), "test 1", patience);
  auto wish = subscription({v1::KIND_FEATURES});
  wish.set_max_rate_hz(20.0);
  subscribe(client, wish);
  constexpr std::uint64_t frames = 500;  // 10 s at 50 Hz
  for (std::uint64_t s = 0; s < frames; ++s) rig.frame(0, FrameKind::amplitude, s);
  std::uint64_t received = 0, lost = 0, next = 0;
  while (next < frames - 3) {
    const auto message = receive_until(client, [](const auto& m) { return m.has_frame() || m.has_loss(); });
    ASSERT_TRUE(message);
    if (message->has_loss()) {
      EXPECT_EQ(message->loss().from(), next);
      EXPECT_EQ(message->loss().reason(), "rate");
      EXPECT_EQ(message->loss().kind(), v1::KIND_FEATURES);
      lost += message->loss().frames();
      next = message->loss().to() + 1;
    } else {
      EXPECT_EQ(message->frame().sequence(), next++) << "a frame is missing and nobody said so";
      ++received;
    }
  }
  EXPECT_EQ(received + lost, next);
  EXPECT_LE(received, 201U);
  EXPECT_GE(received, 199U);
}

TEST(Streaming, TellsFramesLostUpstreamOnceToThoseWhoWantThem) {
  Rig rig;
  rig.describe(0, "arm");
  client::Client client(rig.unix_address(), "test 1", patience);
  subscribe(client, subscription({v1::KIND_FEATURES}));
  rig.frame(0, FrameKind::amplitude, 0);
  rig.frame(0, FrameKind::amplitude, 5);
  rig.frame(0, FrameKind::amplitude, 6);
  std::vector<v1::ServerMessage> got;
  while (got.size() < 4) {
    auto message = receive_until(client, [](const auto& m) { return m.has_frame() || m.has_loss(); });
    ASSERT_TRUE(message);
    got.push_back(std::move(*message));
  }
  EXPECT_EQ(got[0].frame().sequence(), 0U);
  ASSERT_TRUE(got[1].has_loss());
  EXPECT_EQ(got[1].loss().from(), 1U);
  EXPECT_EQ(got[1].loss().to(), 4U);
  EXPECT_EQ(got[1].loss().frames(), 4U);
  EXPECT_EQ(got[1].loss().reason(), "upstream");
  EXPECT_EQ(got[2].frame().sequence(), 5U);
  EXPECT_EQ(got[3].frame().sequence(), 6U);
}

TEST(Streaming, AnEventNamesItsChannelAndCarriesItsRepetition) {
  Rig rig;
  rig.describe(0, "arm");
  client::Client client(rig.unix_address(), "test 1", patience);
  subscribe(client, subscription({v1::KIND_EVENTS}));
  dsp::Repetition repetition;
  repetition.number = 9;
  repetition.peak_uv = 123.0;
  rig.event(0, 2, 0, repetition);
  rig.event(0, dsp::all_channels, 1);
  rig.on_io([&] { rig.server().events_lost(3); });
  const auto first = receive_until(client, [](const auto& m) { return m.has_event(); });
  ASSERT_TRUE(first);
  EXPECT_EQ(first->event().kind(), "repetition");
  EXPECT_EQ(first->event().channel(), "arm3");
  EXPECT_EQ(first->event().repetition().number(), 9U);
  EXPECT_EQ(first->event().repetition().peak_uv(), 123.0);
  const auto second = receive_until(client, [](const auto& m) { return m.has_event(); });
  ASSERT_TRUE(second);
  EXPECT_EQ(second->event().channel(), "");
  EXPECT_FALSE(second->event().has_repetition());
  const auto third = receive_until(client, [](const auto& m) { return m.has_events_lost(); });
  ASSERT_TRUE(third);
  EXPECT_EQ(third->events_lost().count(), 3U);
}

}  // namespace
}  // namespace myod::serve
