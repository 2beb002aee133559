// Hand-overs that cannot begin at once, and those that may not.
#include "daemon/pipelines.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <string>
#include <vector>

namespace myod::daemon {
namespace {

dsp::Stream stream_of(const std::vector<std::string>& names) {
  dsp::Stream stream;
  stream.sensor = "arm";
  stream.rate_mhz = 1'000'000;
  for (const std::string& name : names) stream.channels.emplace_back().name = name;
  return stream;
}

/// The serve thread's side with a worker, and in place of the dsp thread whoever takes from the ring.
struct PipelinesTest : testing::Test {
  Bell bell;
  Worker worker{bell};
  Ring requests{2048};
  Wake dsp;
  Pipelines pipelines{1,
                      worker,
                      requests,
                      dsp,
                      [](const dsp::Stream&, const dsp::Options&, std::uint32_t, std::uint32_t) {},
                      [](const dsp::Stream&, std::uint32_t, std::uint32_t) { return false; }};
  std::vector<Pipelines::Outcome> outcomes;

  ~PipelinesTest() override {
    worker.stop();
    for (DspRequest r; requests.pop(r);) delete r.built;
  }
  Pipelines::Done keep() {
    return [this](const Pipelines::Outcome& o) { outcomes.push_back(o); };
  }
  /// The worker has built what was asked for.
  void built() {
    pollfd fd{bell.fd(), POLLIN, 0};
    ASSERT_EQ(poll(&fd, 1, 20000), 1);
    bell.answer();
    worker.finish();
  }
  void fill() {
    for (DspRequest r; requests.push(r);) {
    }
  }
  /// The dsp thread takes all there is.
  void take() {
    for (DspRequest r; requests.pop(r);)
      if (r.built != nullptr) {
        DspReply reply;
        reply.kind = DspReply::Kind::handed_over;
        reply.retired = r.built;
        pipelines.handed_over(reply);
      }
  }
};

TEST_F(PipelinesTest, AFirstHandOverRefusedAsBusyIsTriedAgain) {
  fill();
  pipelines.begin(0, stream_of({"left"}), {}, "", keep());
  built();
  EXPECT_TRUE(outcomes.empty()) << "busy is no end";
  EXPECT_FALSE(pipelines.running(0));
  take();
  pipelines.retry();
  built();
  EXPECT_TRUE(pipelines.running(0));
  pipelines.retry();  // it is under way
  take();
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].done());
  pipelines.retry();  // and done
  EXPECT_FALSE(pipelines.busy(0));
}

TEST_F(PipelinesTest, ALaterOneRefusedAsBusySaysSo) {
  pipelines.begin(0, stream_of({"left"}), {}, "", keep());
  pipelines.rebuild(0, stream_of({"left"}), {}, "", keep());
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].busy);
  EXPECT_FALSE(outcomes[0].done());
  built();
}

TEST_F(PipelinesTest, ARunningStreamKeepsItsChannels) {
  pipelines.begin(0, stream_of({"left", "right"}), {}, "", keep());
  built();
  take();
  dsp::Stream of_other_kind = stream_of({"left", "right"});
  of_other_kind.channels[1].kind = dsp::ChannelKind::angle;
  for (const dsp::Stream& other :
       {stream_of({"left"}), stream_of({"left", "right", "third"}), stream_of({"right", "left"}), of_other_kind}) {
    outcomes.clear();
    pipelines.rebuild(0, other, {}, "", keep());
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(outcomes[0].error, "arm: its channels are other ones than those it began with: restart myod");
    EXPECT_FALSE(outcomes[0].busy);
  }
  pipelines.rebuild(0, stream_of({"left", "right"}), {}, "", keep());
  built();
  EXPECT_EQ(pipelines.epoch(0), 2U);
}

}  // namespace
}  // namespace myod::daemon
