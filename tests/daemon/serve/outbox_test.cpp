// What waits for one client: order, bounds, and the exact account of what it did not get.
#include <gtest/gtest.h>

#include <random>

#include "daemon/serve/outbox.hpp"

namespace myod::serve {
namespace {

constexpr std::size_t all = std::size_t{1} << 30;
constexpr std::int64_t any_age = std::int64_t{1} << 60;

Bytes bytes(std::size_t n) { return std::make_shared<const std::string>(n, 'x'); }

Bytes frame_message(const FrameKey& key) {
  v1::ServerMessage message;
  message.mutable_frame()->set_stream(key.stream);
  message.mutable_frame()->set_kind(key.kind);
  message.mutable_frame()->set_sequence(key.sequence);
  return serialise(message);
}

std::vector<v1::ServerMessage> read(const std::vector<Bytes>& taken) {
  proto::FrameReader reader(proto::max_to_client);
  std::vector<v1::ServerMessage> messages;
  for (const Bytes& b : taken) reader.feed(*b);
  while (const auto m = reader.next()) {
    messages.emplace_back();
    EXPECT_TRUE(messages.back().ParseFromArray(m->data(), static_cast<int>(m->size())));
  }
  return messages;
}

TEST(Outbox, KeepsTheOrderAcrossItsQueues) {
  Outbox outbox(1000, 10, any_age);
  const std::vector<Bytes> said{bytes(1), bytes(2), bytes(3), bytes(4), bytes(5)};
  outbox.frame({0, v1::KIND_FEATURES, 0}, said[0], true);
  outbox.event(said[1]);
  outbox.control(said[2]);
  outbox.frame({0, v1::KIND_FEATURES, 1}, said[3], true);
  outbox.event(said[4]);
  std::vector<Bytes> taken;
  outbox.take(taken, all);
  EXPECT_EQ(taken, said);
}

TEST(Outbox, TakesAboutAsManyBytesAsAsked) {
  Outbox outbox(1000, 10, any_age);
  for (int i = 0; i < 5; ++i) outbox.control(bytes(10));
  std::vector<Bytes> taken;
  outbox.take(taken, 25);
  EXPECT_EQ(taken.size(), 3U);
  EXPECT_EQ(outbox.queued_bytes(), 20U);
}

TEST(Outbox, TellsALossBeforeTheNextFrameOfItsStreamAndNotLater) {
  Outbox outbox(60, 10, any_age);
  outbox.lose({1, v1::KIND_FEATURES, 4}, 4, 1, LossReason::rate);
  outbox.frame({2, v1::KIND_FEATURES, 0}, frame_message({2, v1::KIND_FEATURES, 0}), true);
  outbox.frame({1, v1::KIND_FEATURES, 5}, frame_message({1, v1::KIND_FEATURES, 5}), true);
  outbox.lose({1, v1::KIND_FEATURES, 6}, 6, 1, LossReason::rate);
  std::vector<Bytes> taken;
  outbox.take(taken, all);
  const auto messages = read(taken);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_TRUE(messages[0].has_frame());
  EXPECT_EQ(messages[1].loss().stream(), 1U);
  EXPECT_EQ(messages[1].loss().from(), 4U);
  EXPECT_EQ(messages[1].loss().to(), 4U);
  EXPECT_EQ(messages[1].loss().reason(), "rate");
  EXPECT_EQ(messages[2].frame().sequence(), 5U);
}

TEST(Outbox, DropsWhatIsTooOldHoweverSmallAndTellsIt) {
  constexpr std::int64_t ms = 1'000'000;
  Outbox outbox(all, 10, 100 * ms);
  for (std::uint64_t k = 0; k < 50; ++k) {
    const FrameKey key{0, v1::KIND_FEATURES, k, static_cast<std::int64_t>(k) * 20 * ms};
    EXPECT_TRUE(outbox.frame(key, frame_message(key), true));
  }
  EXPECT_EQ(outbox.queued_ns(), 100 * ms);
  std::vector<Bytes> taken;
  outbox.take(taken, all);
  const auto messages = read(taken);
  ASSERT_EQ(messages.size(), 7U);
  EXPECT_EQ(messages[0].loss().from(), 0U);
  EXPECT_EQ(messages[0].loss().to(), 43U);
  EXPECT_EQ(messages[0].loss().reason(), "slow");
  EXPECT_EQ(messages[1].frame().sequence(), 44U);
  EXPECT_EQ(outbox.lost(), 44U);
  EXPECT_EQ(outbox.queued_ns(), 0);
}

TEST(Outbox, RefusesInsteadOfDroppingWhenFramesMustNotBeDropped) {
  Outbox outbox(100, 10, any_age);
  EXPECT_TRUE(outbox.frame({0, v1::KIND_FEATURES, 0}, bytes(60), false));
  EXPECT_FALSE(outbox.frame({0, v1::KIND_FEATURES, 1}, bytes(60), false));
}

TEST(Outbox, NeverDropsAnEvent) {
  Outbox outbox(100, 3, any_age);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(outbox.event(bytes(1000)));
  EXPECT_FALSE(outbox.event(bytes(1)));
}

TEST(Outbox, BoundsTheAnswers) {
  Outbox outbox(100, 3, any_age);
  EXPECT_TRUE(outbox.control(bytes(1000))) << "one message always fits";
  EXPECT_FALSE(outbox.control(bytes(1)));
}

struct Account {
  std::map<std::pair<std::uint32_t, v1::Kind>, std::uint64_t> sent, received, lost;
};

// Any mixture of streams, kinds, thinning, dropping and reading: what was sent was received or told as lost, in order.
TEST(Outbox, AccountsForEveryFrameWhateverHappens) {
  std::mt19937 random(5);
  const auto chance = [&](unsigned one_in) { return random() % one_in == 0; };
  for (int round = 0; round < 200; ++round) {
    Outbox outbox(200 + random() % 400, 10, any_age);
    Account account;
    std::map<std::uint32_t, std::uint64_t> next, last_told;
    const auto settle = [&](std::size_t n) {
      std::vector<Bytes> taken;
      outbox.take(taken, n);
      for (const auto& m : read(taken)) {
        if (m.has_frame()) {
          const auto& f = m.frame();
          ++account.received[{f.stream(), f.kind()}];
          EXPECT_GT(f.sequence() + 1, last_told[f.stream()]);
          last_told[f.stream()] = f.sequence() + 1;
        } else {
          const auto& l = m.loss();
          account.lost[{l.stream(), l.kind()}] += l.frames();
          EXPECT_LE(l.from(), l.to());
          EXPECT_GE(l.to() + 1, l.from() + l.frames());
        }
      }
    };
    for (int i = 0; i < 200; ++i) {
      const auto stream = static_cast<std::uint32_t>(random() % 3);
      const auto kind = chance(4) ? v1::KIND_SPECTRUM : v1::KIND_FEATURES;
      const FrameKey key{stream, kind, next[stream]++};
      ++account.sent[{stream, kind}];
      if (chance(3))
        outbox.lose(key, key.sequence, 1, LossReason::rate);
      else
        outbox.frame(key, frame_message(key), true);
      if (chance(20)) settle(random() % 300);
    }
    for (std::uint32_t stream = 0; stream < 3; ++stream) {
      const FrameKey last{stream, v1::KIND_CONTROL, next[stream]};
      ++account.sent[{stream, v1::KIND_CONTROL}];
      outbox.frame(last, frame_message(last), true);
    }
    settle(all);
    for (const auto& [key, sent] : account.sent)
      ASSERT_EQ(account.received[key] + account.lost[key], sent) << "round " << round << " stream " << key.first;
  }
}

}  // namespace
}  // namespace myod::serve
