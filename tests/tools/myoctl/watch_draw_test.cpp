#include "tools/myoctl/watch_draw.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "dsp/results.hpp"
#include "tests/tools/myoctl/messages.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

using test::frame_message;
using test::nan_f;

constexpr std::int64_t second = 1'000'000'000;

WatchModel working() {
  WatchModel model({});
  model.connected(test::hello(), 0);
  model.take(test::stream_message(), 0);
  model.take(test::status_message(), 0);
  model.take(test::repetition_message("biceps", 4), 0);
  model.take(frame_message(v1::KIND_SPECTRUM, {90, 78, 1, nan_f, nan_f, nan_f, nan_f, nan_f, nan_f}), second);
  auto frame = frame_message(v1::KIND_FEATURES, {124.3F, 41, 1, nan_f, nan_f, nan_f, 12.5F, nan_f, 0});
  frame.mutable_frame()->mutable_status(2)->set_reasons(dsp::reason_mains);
  frame.mutable_frame()->mutable_status(2)->set_quality("degraded:mains");
  model.take(frame, second);
  return model;
}

Window plain(std::size_t width = 80, std::size_t height = 24) {
  return {width, height, false, "unix:/run/myod/myod.sock", second, 14 * 3600 * second};
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(WatchDraw, IsThisPictureAtEightyColumns) {
  const char* golden = R"(
myod 0.1.0 at unix:/run/myod/myod.sock                                 connected

sim  streaming  1000 Hz  3 samples lost in 2 gaps
  biceps  ████████████▎                 ▏100 %      124 µV   41 %  ACTIVE
          4 repetitions, last 1.5 s 310 µV   MDF 78 Hz   quality ok

  triceps ███████▌                      ▏50 µV     12.5 µV      –  rest
          no repetition seen yet   MDF – Hz   quality degraded
          mains: check the reference electrode, move away from cables
  grip (force): not EMG, no muscle numbers
q leaves · not a medical device
)";
  EXPECT_EQ(draw(working().view(), plain()), golden + 1);
}

TEST(WatchDraw, APairIsShownWithItsBasisAndBothSides) {
  WatchModel model = working();
  model.take(test::pair_message(), second);
  EXPECT_EQ(lines(draw(model.view(), plain())).at(10),
            "elbow  co-contraction 50 % (own references): biceps 30.0 %, triceps 10.0 %");
  const auto low = draw(model.view(), plain(80, 6));
  EXPECT_EQ(low.find("elbow"), std::string::npos);
  EXPECT_NE(low.find("1 pair more: enlarge the window"), std::string::npos);
  Window later = plain(120);
  later.now_ns += second;
  EXPECT_EQ(lines(draw(model.view(), later)).at(10), "elbow  old value");
}

TEST(WatchDraw, TellsHowManyRepetitionsThereWereBeforeItWasOpened) {
  WatchModel model({});
  model.connected(test::hello(), 0);
  auto stream = test::stream_message();
  stream.mutable_stream()->add_features()->set_name("repetition_count");
  model.take(stream, 0);
  model.take(frame_message(v1::KIND_FEATURES, {100, 40, 1, 7, 0, 0, 0, 0, 100, 40, 1, 1}), second);
  const std::string text = draw(model.view(), plain());
  EXPECT_NE(text.find("7 repetitions   MDF"), std::string::npos) << text;
  EXPECT_NE(text.find("1 repetition   MDF"), std::string::npos) << text;
}

TEST(WatchDraw, KeepsToTheWindowAtEveryWidthAndHeight) {
  const auto model = working();
  for (std::size_t width = 20; width <= 200; ++width)
    for (std::size_t height = 1; height <= 30; ++height) {
      const auto drawn = lines(draw(model.view(), plain(width, height)));
      EXPECT_LE(drawn.size(), height);
      for (const auto& line : drawn) EXPECT_LE(columns(line), width) << line;
    }
}

TEST(WatchDraw, GivesALowWindowOneLineAChannelAndSaysTheWorstBelow) {
  const auto text = draw(working().view(), plain(80, 9));
  EXPECT_EQ(text.find("repetitions"), std::string::npos);
  EXPECT_NE(text.find("biceps"), std::string::npos);
  EXPECT_NE(text.find("triceps: mains: check the reference electrode"), std::string::npos);
}

TEST(WatchDraw, SaysHowManyChannelsDoNotFit) {
  EXPECT_EQ(draw(working().view(), plain(80, 5)).find("more"), std::string::npos);
  EXPECT_EQ(lines(draw(working().view(), plain(80, 4))).back(), "1 channel more: enlarge the window or use --channel");
}

/// Two sensors with six muscles of long names between them, one of them out of order.
WatchModel crowded() {
  WatchModel model({});
  model.connected(test::hello(), 0);
  v1::ServerMessage status;
  for (const auto& [id, sensor] : {std::pair{1U, "arm"}, {2U, "leg"}}) {
    v1::ServerMessage stream;
    auto& s = *stream.mutable_stream();
    s.set_stream(id);
    s.set_epoch(1);
    s.set_sensor(sensor);
    s.set_rate_hz(1000);
    v1::ServerMessage frame;
    auto& f = *frame.mutable_frame();
    f.set_stream(id);
    f.set_epoch(1);
    f.set_kind(v1::KIND_FEATURES);
    f.set_end_index(1000);
    for (const char* name : {"rms_uv", "ref_pct", "active"}) s.add_features()->set_name(name);
    for (const char* muscle : {"biceps left", "deltoid anterior", "gastrocnemius"}) {
      auto& channel = *s.add_channels();
      channel.set_name(std::string(muscle) + (id == 1 ? "" : " 2"));
      channel.set_kind("emg");
      for (const float v : {247.0F, nan_f, 1.0F}) f.add_values(v);
      auto& q = *f.add_status();
      q.set_quality("ok");
    }
    f.mutable_status(1)->set_reasons(dsp::reason_gap);
    f.mutable_status(1)->set_quality("degraded:gap");
    auto& told = *status.mutable_status()->add_sensors();
    told.set_name(sensor);
    told.set_state("streaming");
    told.set_rate_hz(1000);
    told.set_lost(93);
    told.set_gaps(92);
    model.take(stream, 0);
    model.take(frame, second);
  }
  model.take(status, second);
  return model;
}

TEST(WatchDraw, KeepsStateAndReasonOfEveryChannelInASmallWindow) {
  for (const auto& [width, height] : {std::pair<std::size_t, std::size_t>{80, 24}, {60, 15}, {40, 10}}) {
    const auto drawn = lines(draw(crowded().view(), plain(width, height)));
    EXPECT_LE(drawn.size(), height);
    int active = 0, reasons = 0, amplitudes = 0;
    for (const auto& line : drawn) {
      active += line.find("ACTIVE") != std::string::npos ? 1 : 0;
      reasons += line.find("gap") != std::string::npos && line.find("lost") == std::string::npos ? 1 : 0;
      amplitudes += line.find("247 µV") != std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(active, 6) << width << "x" << height;
    EXPECT_EQ(amplitudes, 6) << width << "x" << height;
    EXPECT_GE(reasons, 2) << width << "x" << height;
  }
}

TEST(WatchDraw, IsThisPictureAtFortyColumns) {
  const char* golden = R"(
myod 0.1.0 at unix:/run/myod/myod.sock
arm  streaming  93 lost in 92 gaps
  biceps left  247 µV  ACTIVE ok
  deltoid an…  247 µV  ACTIVE gap
  gastrocnem…  247 µV  ACTIVE ok
leg  streaming  93 lost in 92 gaps
  biceps lef…  247 µV  ACTIVE ok
  deltoid an…  247 µV  ACTIVE gap
  gastrocnem…  247 µV  ACTIVE ok
deltoid anterior: check the cable or ra…
)";
  EXPECT_EQ(draw(crowded().view(), plain(40, 10)), golden + 1);
}

TEST(WatchDraw, GivesUpTheExcusesOfOtherSensorsBeforeItsChannels) {
  auto model = working();
  auto other = test::status_message("waiting",
                                    "waiting for /dev/ttyNONE: plug the sensor in, or name its port, and it will come");
  other.mutable_status()->mutable_sensors(0)->set_name("ascii");
  model.take(other, second);
  const auto drawn = lines(draw(model.view(), plain(80, 8)));
  ASSERT_EQ(drawn.size(), 7U);
  EXPECT_EQ(drawn[3].substr(0, 9), "  triceps");
  EXPECT_EQ(drawn[4].substr(0, 51), "ascii  NOT STREAMING  waiting for /dev/ttyNONE: plu");
  EXPECT_EQ(drawn[6], "q leaves · not a medical device");
}

TEST(WatchDraw, SaysSinceWhenThereIsNoData) {
  Window later = plain();
  later.now_ns += 12 * second;
  EXPECT_NE(draw(working().view(), later).find("NO DATA since 14:00:01 (12 s)"), std::string::npos);
}

TEST(WatchDraw, MakesALostConnectionUnmistakable) {
  auto model = working();
  model.disconnected("myod closed the connection", 2 * second);
  Window later = plain();
  later.now_ns = 5 * second;
  const auto drawn = lines(draw(model.view(), later));
  EXPECT_EQ(drawn[0], " NOT CONNECTED since 14:00:02 (3 s), trying again");
  EXPECT_EQ(drawn[1], "myod closed the connection");
  EXPECT_EQ(drawn[2], "sim  old values since 14:00:01 (4 s)");
}

TEST(WatchDraw, SaysWhatToDoAboutALostConnectionInAsManyLinesAsItTakes) {
  auto model = working();
  model.disconnected("cannot connect to unix:/run/myod/myod.sock: Connection refused; is myod running?", 2 * second);
  const auto drawn = lines(draw(model.view(), plain(60)));
  EXPECT_EQ(drawn[1], "cannot connect to unix:/run/myod/myod.sock: Connection");
  EXPECT_EQ(drawn[2], "refused; is myod running?");
  EXPECT_EQ(lines(draw(model.view(), plain(60, 8))).back(), "q leaves · not a medical device");
}

TEST(WatchDraw, SaysWhyASensorDoesNotStreamInAsManyLinesAsItTakes) {
  auto model = working();
  model.take(
      test::status_message("lost", "the port /dev/ttyUSB0 closed: plug the sensor in again, or give its new port"),
      second);
  const auto drawn = lines(draw(model.view(), plain()));
  EXPECT_EQ(drawn[2], "sim  NOT STREAMING since 14:00:01 (0 s)");
  EXPECT_EQ(drawn[3], "  lost: the port /dev/ttyUSB0 closed: plug the sensor in again, or give its new");
  EXPECT_EQ(drawn[4], "  port");
}

TEST(WatchDraw, ColoursOnlyWhenAskedAndGreysOldRows) {
  const auto model = working();
  EXPECT_EQ(draw(model.view(), plain()).find('\x1b'), std::string::npos);
  Window coloured = plain();
  coloured.colour = true;
  EXPECT_NE(draw(model.view(), coloured).find("\x1b[1;38;5;214mACTIVE\x1b[0m"), std::string::npos);
  coloured.now_ns += second;
  EXPECT_NE(draw(model.view(), coloured).find("\x1b[38;5;244mold value\x1b[0m"), std::string::npos);
}

TEST(WatchDraw, NeverShowsAStateOrAQualityOfOldValues) {
  Window later = plain();
  later.now_ns += second;
  const auto old = draw(working().view(), later);
  for (const char* live : {"ACTIVE", "rest", "quality", "mains", "streaming"})
    EXPECT_EQ(old.find(live), std::string::npos) << live << " in\n" << old;
  later.height = 9;
  EXPECT_EQ(draw(working().view(), later).find("mains"), std::string::npos);
}

TEST(WatchDraw, SaysWhatMayBeWrongWithASensorThatFellSilent) {
  auto model = working();
  model.take(test::status_message("streaming", "no data for over 3 s from /dev/ttyUSB0 (switched off?)"), second);
  Window later = plain();
  later.now_ns = 5 * second;
  const auto drawn = lines(draw(model.view(), later));
  EXPECT_EQ(drawn[2].substr(0, 31), "sim  NO DATA since 14:00:01 (4 ");
  EXPECT_EQ(drawn[3], "  no data for over 3 s from /dev/ttyUSB0 (switched off?)");
}

TEST(WatchDraw, NeverPassesOnControlCharactersFromTheWire) {
  WatchModel model({});
  auto stream = test::stream_message();
  stream.mutable_stream()->set_sensor("s\x1b[2J");
  stream.mutable_stream()->mutable_channels(0)->set_name("b\x07");
  model.connected(test::hello(), 0);
  model.take(stream, 0);
  auto status = test::status_message("lost", "d\x1b]0;x\x07");
  status.mutable_status()->mutable_sensors(0)->set_name("s\x1b[2J");
  model.take(status, 0);
  const auto text = draw(model.view(), plain());
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
}

}  // namespace
}  // namespace myod::myoctl
