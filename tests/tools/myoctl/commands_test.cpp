// The built program against the wire: what it sends, what it prints, how it ends.
#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "daemon/clock.hpp"
#include "tests/support/process.hpp"
#include "tests/tools/myoctl/fake_daemon.hpp"
#include "tests/tools/myoctl/messages.hpp"

namespace myod::test {
namespace {

struct Talk : testing::Test {
  TemporaryFolder folder;

  std::vector<std::string> line(const FakeDaemon& daemon, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {program("myoctl"), "--connect", daemon.address()});
    return arguments;
  }

  /// Runs a command to its end against a daemon that gives this reply; the command it got comes back in `got`.
  Finished ordered(std::vector<std::string> arguments, v1::Reply reply, v1::Command& got) const {
    FakeDaemon daemon(folder / "s", [&](const v1::ClientMessage& message) -> FakeDaemon::Answers {
      if (!message.has_command()) return {};
      got = message.command();
      v1::ServerMessage answer;
      *answer.mutable_reply() = reply;
      answer.mutable_reply()->set_id(got.id());
      return {answer};
    });
    return run(line(daemon, std::move(arguments)));
  }
};

FakeDaemon::Answers nothing(const v1::ClientMessage&) { return {}; }

v1::Reply measured(bool done, double uv, const std::string& text) {
  v1::Reply reply;
  auto& one = *reply.add_measured();
  one.set_channel("biceps");
  one.set_done(done);
  one.set_value_uv(uv);
  one.set_text(text);
  return reply;
}

v1::Reply refusal(v1::ErrorCode code, const std::string& text) {
  v1::Reply reply;
  reply.set_error(code);
  reply.set_text(text);
  return reply;
}

TEST_F(Talk, StatusIsOneJsonObjectPerSensor) {
  const FakeDaemon daemon(folder / "s", nothing);
  const auto end = run(line(daemon, {"status", "--json"}));
  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(
      end.out,
      R"({"name":"sim","kind":"sim","port":"","state":"streaming","detail":"","hint":"","samples":12340,"lost":3,"corrupted":0,)"
      R"("gaps":2,"resyncs":0,"skipped_bytes":0,"rate_hz":1000,"measured_rate_hz":0,"drift_ppm":12.5,"drift_error_ppm":3,)"
      R"("time_error_ms":0.25,"late_p50_ms":0.5,"late_p99_ms":null,"dropped_blocks":0,)"
      R"("channels":["biceps","grip","triceps"],"limits":[],"recording":"","recording_failure":"","skips":{}})"
      "\n");
}

TEST_F(Talk, SensorsShowHowWellTheirSamplesAreDated) {
  const FakeDaemon daemon(folder / "s", nothing);
  EXPECT_NE(
      run(line(daemon, {"sensors"}))
          .out.find(
              "  time: within 0.25 ms, reads late by 0.50 ms (median) to – ms (99 %), clock fast by 12.5 ± 3.0 ppm\n"),
      std::string::npos);
  EXPECT_NE(run(line(daemon, {"sensors", "--json"}))
                .out.find(R"("drift_ppm":12.5,"drift_error_ppm":3,"time_error_ms":0.25,)"),
            std::string::npos);
}

TEST_F(Talk, SensorsShowTheirChannels) {
  const FakeDaemon daemon(folder / "s", nothing);
  const std::string said = run(line(daemon, {"sensors"})).out;
  EXPECT_NE(said.find("  grip     force"), std::string::npos);
  EXPECT_NE(said.find("  conditioning: high-pass 20 Hz, delays by 8.4 ms\n"
                      "  features delayed by 125.0 ms: rms_uv, ref_pct\n"),
            std::string::npos)
      << said;
  EXPECT_NE(run(line(daemon, {"sensors", "--json"})).out.find(R"({"name":"grip","kind":"force",)"), std::string::npos);
}

TEST_F(Talk, EventsComeAsTheyHappenAndASignalEndsThemWell) {
  const FakeDaemon daemon(folder / "s", [](const v1::ClientMessage& message) -> FakeDaemon::Answers {
    return message.has_subscribe() ? FakeDaemon::Answers{repetition_message("biceps", 4)} : FakeDaemon::Answers{};
  });
  Process events(line(daemon, {"events", "--json"}));
  EXPECT_EQ(events.line(),
            R"({"kind":"repetition","channel":"biceps","t_event_s":10.5,"t_decision_s":12.25,"value":310.5,)"
            R"("text":"1.5 s, 4.0 s after the last","sensor":"sim","epoch":1,"sequence":0,"time_ns":0,)"
            R"("repetition":{"number":4,"start_s":10.5,"end_s":12,"peak_uv":310.5,"peak_ref_pct":0,"mean_uv":0,)"
            R"("rest_before_s":0,"mdf_hz":82,"complete":false}})");
  events.signal(SIGINT);
  EXPECT_EQ(events.wait(), 0);
}

TEST_F(Talk, EventsEndWithTheReasonOfTheDaemon) {
  const FakeDaemon daemon(folder / "s", [](const v1::ClientMessage&) -> FakeDaemon::Answers {
    v1::ServerMessage goodbye;
    goodbye.mutable_goodbye()->set_reason("you read too slowly");
    return {goodbye, {}};
  });
  const auto end = run(line(daemon, {"events"}));
  EXPECT_EQ(end.code, 1);
  EXPECT_NE(end.err.find("you read too slowly"), std::string::npos);
}

TEST_F(Talk, CalibrationSendsWhatWasAskedAndPrintsWhatWasMeasured) {
  v1::Command got;
  const auto end =
      ordered({"calibrate", "reference", "--kind", "submax", "--percent", "50", "--seconds", "3", "biceps"},
              measured(true, 412.4, "reference 412.4 uV, 96 times rest"), got);
  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(end.out, "biceps: reference 412.4 uV, 96 times rest\n");
  EXPECT_EQ(end.err, "Hold biceps at 50 % of the maximum for 3.0 s\n");
  EXPECT_EQ(got.calibrate().what(), v1::CALIBRATE_WHAT_REFERENCE);
  EXPECT_EQ(got.calibrate().reference_kind(), "submax");
  EXPECT_EQ(got.calibrate().percent(), 50);
  EXPECT_EQ(got.calibrate().seconds(), 3);
}

TEST_F(Talk, ACalibrationThatFailedSaysWhyAndIsAFailure) {
  v1::Command got;
  v1::Reply reply = measured(false, 0, "the muscle was active: relax and repeat");
  reply.set_error(v1::ERROR_CODE_FAILED);
  reply.set_text("biceps: the muscle was active: relax and repeat");
  const auto end = ordered({"calibrate", "rest", "biceps"}, reply, got);
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(end.out, "");
  EXPECT_EQ(end.err,
            "Relax biceps for 2.0 s\nmyoctl: biceps: not calibrated: the muscle was active: relax and repeat\n");
}

TEST_F(Talk, ARefusalOfAValueIsSeventyEightAndAnyOtherIsOne) {
  v1::Command got;
  for (const auto& [code, exit] : {std::pair{v1::ERROR_CODE_UNKNOWN_CHANNEL, 78},
                                   {v1::ERROR_CODE_BAD_VALUE, 78},
                                   {v1::ERROR_CODE_BUSY, 1},
                                   {v1::ERROR_CODE_NOT_ALLOWED, 1},
                                   {v1::ERROR_CODE_FAILED, 1}}) {
    const auto end = ordered({"calibrate", "rest", "bicesp"}, refusal(code, "no such\x1b[2J thing"), got);
    EXPECT_EQ(end.code, exit);
    EXPECT_NE(end.err.find("myoctl: no such?[2J thing"), std::string::npos) << end.err;
  }
}

TEST_F(Talk, OrdersCarryTheirArguments) {
  v1::Command got;
  EXPECT_EQ(ordered({"mark", "record"}, {}, got).out, "marked\n");
  EXPECT_EQ(got.mark().text(), "record") << "a text that is also the name of a command";
  v1::Reply told;
  told.set_text("30 pulses");
  EXPECT_EQ(ordered({"stimulus", "--at", "12.5", "--pulses", "30", "--period", "25", "--sensor", "sim"}, told, got).out,
            "30 pulses\n");
  EXPECT_EQ(got.stimulus().sensor(), "sim");
  EXPECT_EQ(got.stimulus().t_s(), 12.5);
  EXPECT_EQ(got.stimulus().pulses(), 30U);
  EXPECT_EQ(got.stimulus().period_s(), 0.025);
  const std::int64_t before = monotonic_ns();
  EXPECT_EQ(ordered({"stimulus"}, told, got).code, 0);
  EXPECT_GE(got.stimulus().time_ns(), before) << "now";
  EXPECT_LE(got.stimulus().time_ns(), monotonic_ns());
  EXPECT_EQ(ordered({"configure", "features.hop_ms=40", "a.b=c=d"}, {}, got).code, 0);
  ASSERT_EQ(got.configure().settings_size(), 2);
  EXPECT_EQ(got.configure().settings(1), "a.b=c=d");
  EXPECT_EQ(ordered({"expect", "5", "--channel", "biceps", "--channel", "triceps"}, {}, got).out, "expecting\n");
  EXPECT_EQ(got.expect().seconds(), 5.0);
  ASSERT_EQ(got.expect().channels_size(), 2);
  EXPECT_EQ(got.expect().channels(1), "triceps");
  v1::Reply path;
  path.set_text("recording to P01/x.xdf");
  EXPECT_EQ(ordered({"record", "start", "--subject", "P01", "--label", "walk"}, path, got).out,
            "recording to P01/x.xdf\n");
  EXPECT_TRUE(got.record().start());
  EXPECT_EQ(got.record().subject(), "P01");
  EXPECT_EQ(ordered({"record", "stop"}, {}, got).code, 0);
  EXPECT_FALSE(got.record().start());
}

TEST_F(Talk, WatchWithoutATerminalIsOneLinePerChannelAndFrame) {
  const auto answer = [](const v1::ClientMessage& message) -> FakeDaemon::Answers {
    if (!message.has_subscribe()) return {};
    EXPECT_EQ(message.subscribe().max_rate_hz(), 5);
    return {frame_message(v1::KIND_FEATURES, {124.3F, 41, 1, nan_f, nan_f, nan_f, 12.5F, nan_f, 0}), {}};
  };
  const FakeDaemon daemon(folder / "s", answer);
  EXPECT_EQ(run(line(daemon, {"watch", "--rate", "5"})).out,
            "    12.340 s  biceps         124 uV   41 %  ACTIVE           MDF – Hz  ok\n"
            "    12.340 s  triceps       12.5 uV      –  rest             MDF – Hz  ok\n");
  EXPECT_EQ(run(line(daemon, {"watch", "--rate", "5", "--json", "--channel", "triceps"})).out,
            R"({"kind":"features","sensor":"sim","channel":"triceps","t_s":12.34,"time_ns":0,"epoch":1,"sequence":7,)"
            R"("rms_uv":12.5,"ref_pct":null,"active":0,"valid_fraction":1,"quality":"ok"})"
            "\n");
}

TEST_F(Talk, WatchWithoutATerminalSaysOnceWhyNothingComes) {
  const FakeDaemon daemon(folder / "s", [](const v1::ClientMessage& message) -> FakeDaemon::Answers {
    if (!message.has_subscribe()) return {};
    const auto waiting = status_message("waiting", "waiting for /dev/ttyUSB0: plug the sensor in");
    return {waiting, waiting, status_message(), {}};
  });
  const auto end = run(line(daemon, {"watch"}));
  EXPECT_EQ(end.out, "");
  EXPECT_EQ(end.err.find("myoctl: sim: waiting for /dev/ttyUSB0: plug the sensor in\nmyoctl: sim: streaming\n"), 0U)
      << end.err;
}

TEST_F(Talk, ARefusedSubscriptionIsSaidAndEndsTheCommand) {
  const FakeDaemon daemon(folder / "s", [](const v1::ClientMessage& message) -> FakeDaemon::Answers {
    if (!message.has_subscribe()) return {};
    v1::ServerMessage refused;
    *refused.mutable_reply() = refusal(v1::ERROR_CODE_UNKNOWN_CHANNEL, "subscription refused: no such channel");
    return {refused};
  });
  for (const char* command : {"watch", "events"}) {
    const auto end = run(line(daemon, {command}));
    EXPECT_EQ(end.code, 78);
    EXPECT_NE(end.err.find("myoctl: subscription refused: no such channel"), std::string::npos) << end.err;
  }
}

TEST_F(Talk, WatchRefusesAChannelThatIsNotThere) {
  const FakeDaemon daemon(folder / "s", nothing);
  const auto end = run(line(daemon, {"watch", "--channel", "bicesp"}));
  EXPECT_EQ(end.code, 78);
  EXPECT_NE(end.err.find("no channel is named bicesp; there is biceps, grip, triceps"), std::string::npos);
}

}  // namespace
}  // namespace myod::test
