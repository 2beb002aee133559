// A client that comes back gets what it missed, in order and once, and is told what is no longer there.
#include <gtest/gtest.h>

#include "daemon/serve/history.hpp"
#include "tests/daemon/serve/rig.hpp"

namespace myod::serve {
namespace {

using dsp::FrameKind;

v1::Subscribe resuming(std::vector<v1::Kind> kinds, std::optional<std::uint64_t> frame,
                       std::optional<std::uint64_t> event = {}) {
  v1::Subscribe wish = subscription(kinds);
  v1::Resume& from = *wish.add_resume_from();
  if (frame) from.set_frame(*frame);
  if (event) from.set_event(*event);
  return wish;
}

bool said(const v1::ServerMessage& m) { return m.has_frame() || m.has_event() || m.has_loss() || m.has_reply(); }

TEST(Resume, TellsWhatCameSinceInOrderThenWhatComesNow) {
  Rig rig;
  rig.describe(0, "arm");
  for (std::uint64_t s = 0; s < 20; ++s) rig.frame(0, s % 2 == 0 ? FrameKind::amplitude : FrameKind::control, s);
  client::Client client(rig.unix_address(), "test 1", patience);
  subscribe(client, resuming({v1::KIND_FEATURES}, 5));
  rig.frame(0, FrameKind::amplitude, 20);
  for (std::uint64_t expected = 6; expected <= 20; expected += 2) {
    const auto m = receive_until(client, said);
    ASSERT_TRUE(m && m->has_frame()) << "5 is of a kind nobody asked for, so it is no loss";
    EXPECT_EQ(m->frame().sequence(), expected);
    EXPECT_EQ(m->frame().values(0), static_cast<float>(expected));
    EXPECT_EQ(m->frame().written_ns(), 7) << "when it was made, not when it was told again";
  }
}

TEST(Resume, TellsAsLostWhatIsNoLongerKeptAndWhatNeverCame) {
  Options options;
  options.history_bytes = 64 * 1024;  // a dozen of the rig's frames
  Rig rig(options);
  rig.describe(0, "arm");
  for (std::uint64_t s = 0; s < 100; ++s)
    if (s != 97) rig.frame(0, FrameKind::amplitude, s);  // lost upstream
  client::Client client(rig.unix_address(), "test 1", patience);
  subscribe(client, resuming({v1::KIND_FEATURES}, 10));
  auto m = receive_until(client, said);
  ASSERT_TRUE(m && m->has_loss());
  EXPECT_EQ(m->loss().reason(), "history");
  EXPECT_EQ(m->loss().from(), 10U);
  EXPECT_EQ(m->loss().frames(), m->loss().to() - 9);
  std::uint64_t next = m->loss().to() + 1, upstream = 0;
  EXPECT_GT(next, 80U);
  EXPECT_LT(next, 97U);
  for (; next < 100; ++next) {
    m = receive_until(client, said);
    ASSERT_TRUE(m);
    if (m->has_loss()) {
      EXPECT_EQ(m->loss().reason(), "upstream");
      EXPECT_EQ(m->loss().from(), 97U);
      ++upstream;
      m = receive_until(client, said);
      ASSERT_TRUE(m);
      ++next;
    }
    ASSERT_TRUE(m->has_frame());
    EXPECT_EQ(m->frame().sequence(), next);
  }
  EXPECT_EQ(upstream, 1U);
}

TEST(Resume, TellsEventsAgainToWhoHasNoFrames) {
  Options options;
  options.event_queue = 8;
  Rig rig(options);
  rig.describe(0, "arm");
  for (std::uint64_t s = 0; s < 20; ++s) rig.event(0, 0, s);
  client::Client client(rig.unix_address(), "test 1", patience);
  subscribe(client, resuming({v1::KIND_EVENTS}, {}, 15));
  for (std::uint64_t expected = 15; expected < 20; ++expected) {
    const auto m = receive_until(client, said);
    ASSERT_TRUE(m && m->has_event());
    EXPECT_EQ(m->event().sequence(), expected);
  }
  client::Client later(rig.unix_address(), "test 2", patience);
  subscribe(later, resuming({v1::KIND_EVENTS}, {}, 3));
  const auto lost = receive_until(later, said);
  ASSERT_TRUE(lost && lost->has_loss());
  EXPECT_EQ(lost->loss().kind(), v1::KIND_EVENTS);
  EXPECT_EQ(lost->loss().from(), 3U);
  EXPECT_EQ(lost->loss().to(), 11U);
  const auto first = receive_until(later, said);
  ASSERT_TRUE(first && first->has_event());
  EXPECT_EQ(first->event().sequence(), 12U);
}

TEST(Resume, RefusesWhatIsStillToComeWhatHasNotBegunAndToDoItTwice) {
  Rig rig;
  rig.describe(0, "arm");
  rig.frame(0, FrameKind::amplitude, 0);
  client::Client client(rig.unix_address(), "test 1", patience);
  v1::Subscribe nowhere = resuming({v1::KIND_FEATURES}, 0);
  nowhere.mutable_resume_from(0)->set_stream(7);
  v1::Subscribe twice = resuming({v1::KIND_FEATURES}, 0);
  *twice.add_resume_from() = twice.resume_from(0);
  for (const v1::Subscribe& wish :
       {resuming({v1::KIND_FEATURES}, 2), resuming({v1::KIND_EVENTS}, {}, 1), nowhere, twice}) {
    subscribe(client, wish);
    const auto refused = receive_until(client, said);
    ASSERT_TRUE(refused && refused->has_reply());
    EXPECT_EQ(refused->reply().error(), v1::ERROR_CODE_BAD_VALUE) << refused->reply().text();
  }
  subscribe(client, resuming({v1::KIND_FEATURES}, 1));  // the next one: nothing was missed
  rig.frame(0, FrameKind::amplitude, 1);
  const auto m = receive_until(client, said);
  ASSERT_TRUE(m && m->has_frame());
  EXPECT_EQ(m->frame().sequence(), 1U);
  subscribe(client, resuming({v1::KIND_FEATURES}, 0));
  const auto again = receive_until(client, said);
  ASSERT_TRUE(again && again->has_reply());
  EXPECT_NE(again->reply().text().find("first subscription of a connection"), std::string::npos);
}

/// A record whose payload is `words` times its sequence.
struct Kept {
  Kept(std::uint64_t sequence, std::size_t words) : payload(words, sequence) {
    record = {{daemon::RecordKind::frame, 0, sequence, 0}, std::as_bytes(std::span(payload))};
  }
  std::vector<std::uint64_t> payload;
  daemon::RecordView record;
};

TEST(History, KeepsTheNewestThatFitWholeWhateverTheirSizes) {
  constexpr std::size_t room = 100;
  History history(room * 8, 1);
  std::uint32_t dice = 1;
  std::deque<std::size_t> sizes;
  for (std::uint64_t s = 0; s < 5000; ++s) {
    dice = dice * 1664525U + 1013904223U;
    sizes.push_back(1 + (dice >> 16U) % 40);
    history.frame(Kept(s, sizes.back()).record);
    std::uint64_t next = history.first_frame(s + 1);
    ASSERT_LE(next, s) << "the newest is there";
    std::size_t kept = 0;
    history.frames_from(0, [&](const daemon::RecordView& record) {
      ASSERT_EQ(record.head.sequence, next);
      ASSERT_EQ(record.payload.size(), 8 * sizes.at(next));
      for (const std::uint64_t word : record.array<std::uint64_t>(0, sizes.at(next))) ASSERT_EQ(word, next);
      kept += sizes.at(next++);
    });
    ASSERT_EQ(next, s + 1);
    ASSERT_LE(kept, room);
    ASSERT_TRUE(s < 20 || kept > room / 4) << kept;
  }
  history.frame(Kept(5000, room + 1).record);
  EXPECT_EQ(history.first_frame(7), 7U) << "one that cannot be kept leaves nothing";
}

}  // namespace
}  // namespace myod::serve
