// Time, from the devices' bytes to the heads of blocks: simulated sensors whose clocks drift apart, read in bursts of
// 16 ms, with losses and an outage. The host's time is simulated, too, so that truth is a formula.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <random>
#include <vector>

#include "daemon/assembler.hpp"
#include "daemon/block_writer.hpp"
#include "daemon/sensors/sensor.hpp"
#include "tools/myosim/device.hpp"

namespace myod {
namespace {

constexpr double sine_hz = 10.0, amplitude_uv = 1400.0;

/// The same sine on every sensor, by the host's clock.
class Sine : public myosim::Source {
 public:
  explicit Sine(double begin_s) : begin_s_(begin_s) {}
  bool next(std::span<myosim::Sample> inputs) override {
    const double s = begin_s_ + static_cast<double>(++at_) / rate_hz_;  // the first a period after the start
    inputs[0].value = amplitude_uv * std::sin(2.0 * std::numbers::pi * sine_hz * s);
    return true;
  }
  void set_rate(double rate_hz) override { rate_hz_ = rate_hz; }
  bool knows_truth() const override { return false; }
  std::uint32_t inputs() const override { return 1; }

 private:
  double begin_s_, rate_hz_ = 0.0;
  std::uint64_t at_ = 0;
};

/// A BITalino of one channel, from its converter to the blocks of the dsp thread.
class Chain {
 public:
  Chain(double drift_ppm, double begin_s, std::uint64_t seed) : options_(options(drift_ppm, seed)), random_(seed) {
    device_ = std::make_unique<myosim::Device>(options_, std::make_unique<Sine>(begin_s), truth_);
    for (const sensors::Step& step : row_.start(options_.setup))
      if (step.kind == sensors::Step::Kind::send)
        device_->receive({reinterpret_cast<const std::uint8_t*>(step.bytes.data()), step.bytes.size()}, ns(begin_s));
    assembler_.started();
    now_s_ = begin_s;
  }

  void run(double until_s) {
    for (; now_s_ < until_s; now_s_ += 16e-3) {
      const std::int64_t read_ns = ns(now_s_ + 1e-3 * std::uniform_real_distribution<double>()(random_));
      arrival_ns_ = read_ns;
      std::vector<std::uint8_t> bytes;
      device_->produce(read_ns, true, 10'000, bytes);
      assembler_.feed(bytes, read_ns);
      writer_.flush(assembler_.timebase(), read_ns);
      for (auto record = ring_.front(); !record.empty(); record = ring_.front()) {
        take(daemon::view(record).block());
        ring_.release();
      }
    }
  }

  /// When the sine rose through zero, by the times of the blocks; of whole pairs of samples alone.
  const std::vector<double>& rises_s() const { return rises_s_; }
  const daemon::AssemblerCounts& counts() const { return assembler_.counts(); }
  const daemon::Timebase& timebase() const { return assembler_.timebase(); }
  std::uint64_t never_sent() const {
    return device_->count(myosim::Fate::dropped) + device_->count(myosim::Fate::stalled);
  }
  std::uint32_t flags() const { return flags_; }

 private:
  static std::int64_t ns(double s) { return static_cast<std::int64_t>(std::llround(s * 1e9)); }
  myosim::Options options(double drift_ppm, std::uint64_t seed) const {
    myosim::Options o;
    o.row = &row_;
    o.setup.channels = 1;
    o.setup = sensors::complete_setup(row_, o.setup);
    o.drop = 0.05;
    o.drift_ppm = drift_ppm;
    o.seed = seed;
    o.stalls = {{0.3, 20.0}};  // 18 turns of its counter, and a part
    return o;
  }

  void take(const dsp::SampleBlock& block) {
    flags_ |= block.head.flags;
    for (std::uint32_t i = 0; i < block.head.instants; ++i) {
      const std::uint64_t index = block.head.first_index + i;
      const double uv = (block.raw[std::size_t{i} * block.head.channels] - channel_.offset) * channel_.scale;
      const double s = static_cast<double>(block.head.host_time_ns) * 1e-9 + i / options_.setup.rate_hz;
      if (index == before_ + 1 && before_uv_ < 0.0 && uv >= 0.0)
        rises_s_.push_back(s - uv / (uv - before_uv_) / options_.setup.rate_hz);
      before_ = index;
      before_uv_ = uv;
    }
  }

  const sensors::SensorRow& row_ = *sensors::find_sensor("bitalino");
  myosim::Options options_;
  std::mt19937_64 random_;
  myosim::TruthFile truth_{"", {}, false};
  std::unique_ptr<myosim::Device> device_;
  daemon::Ring ring_{1 << 20};
  daemon::Wake wake_;
  dsp::Channel channel_ = row_.channels(options_.setup).at(0);
  daemon::BlockWriter writer_{ring_, wake_, 0, static_cast<std::uint32_t>(row_.channels(options_.setup).size()), false};
  std::int64_t arrival_ns_ = 0;
  daemon::Assembler assembler_{row_, options_.setup, [this](const daemon::PlacedFrame& p) {
                                 writer_.add(p, assembler_.timebase(), arrival_ns_, false);
                               }};
  double now_s_ = 0.0;
  std::vector<double> rises_s_;
  std::uint64_t before_ = 0;
  double before_uv_ = 0.0;
  std::uint32_t flags_ = 0;
};

double p99(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v.at(v.size() * 99 / 100);
}

TEST(Time, OfTheSameMomentOnTwoSensorsThatDriftApartAgreesWithinAMillisecond) {
  constexpr double begin_s = 100.0, settled_s = begin_s + 10.0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Chain fast(100.0, begin_s, seed), slow(-100.0, begin_s + 0.7, seed + 100);
    fast.run(begin_s + 60.0);
    slow.run(begin_s + 60.0);
    std::vector<double> from_truth, apart;
    auto other = slow.rises_s().begin();
    for (const double s : fast.rises_s()) {
      if (s < settled_s) continue;
      from_truth.push_back(std::abs(s - std::round(s * sine_hz) / sine_hz));
      while (other != slow.rises_s().end() && *other < s - 0.02) ++other;
      if (other != slow.rises_s().end() && *other < s + 0.02) apart.push_back(std::abs(*other - s));
    }
    ASSERT_GT(apart.size(), 300U);
    EXPECT_LT(p99(from_truth), 1e-3) << "seed " << seed;
    EXPECT_LT(p99(apart), 1e-3) << "seed " << seed;
    for (const Chain* chain : {&fast, &slow}) {
      EXPECT_LE(chain->counts().lost, chain->never_sent());
      EXPECT_GE(chain->counts().lost + 5, chain->never_sent()) << "but for what followed the last sample";
      EXPECT_EQ(chain->flags() & (dsp::block_gap_by_clock | dsp::block_gap_uncertain), dsp::block_gap_by_clock);
    }
    EXPECT_NEAR(fast.timebase().drift_ppm(), 100.0, fast.timebase().drift_error_ppm());
    EXPECT_NEAR(slow.timebase().drift_ppm(), -100.0, slow.timebase().drift_error_ppm());
  }
}

}  // namespace
}  // namespace myod
