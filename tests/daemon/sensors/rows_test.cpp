// What every row of the sensor table must do, whoever writes it: no row is named here.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <set>

#include "daemon/assembler.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

using daemon::Assembler;
using daemon::PlacedFrame;

struct Case {
  const SensorRow* row;
  std::uint32_t channels;
};

std::vector<Case> cases() {
  std::vector<Case> list;
  for (const SensorRow* row : sensor_table())
    for (const std::uint32_t channels : std::set<std::uint32_t>{row->min_channels, std::min(2U, row->max_channels),
                                                                row->max_channels / 2, row->max_channels})
      if (channels >= row->min_channels) list.push_back({row, channels});
  return list;
}

class Row : public testing::TestWithParam<Case> {
 protected:
  Row() : row_(*GetParam().row) {
    setup_.channels = GetParam().channels;
    if (row_.default_rate_hz == 0.0) setup_.rate_hz = 1000.0;
    setup_ = complete_setup(row_, setup_);
    channels_ = row_.channels(setup_);
  }

  // Any counts the converter can give.
  Frame frame(std::uint64_t k) {
    Frame f;
    f.values = row_.instants * static_cast<std::uint32_t>(channels_.size());
    for (std::size_t c = 0; c < f.values; ++c) {
      const dsp::Channel& channel = channels_[c % channels_.size()];
      const double low = std::max(channel.rail_low, -8388608.0), high = std::min(channel.rail_high, 8388607.0);
      f.counts[c] = std::floor(std::uniform_real_distribution<double>(low, high + 1.0)(random_));
      f.counts[c] = std::min(f.counts[c], high);
    }
    const std::uint64_t modulus = counter_modulus(row_, setup_);
    f.counter = modulus == 0 ? 0 : k * row_.instants % modulus;
    return f;
  }
  std::vector<std::uint8_t> bytes(const Frame& f) {
    std::vector<std::uint8_t> out(row_.max_frame_bytes);
    out.resize(row_.format(setup_, f, out));
    return out;
  }
  std::vector<std::uint8_t> stream(std::uint64_t frames) {
    std::vector<std::uint8_t> all;
    for (std::uint64_t k = 0; k < frames; ++k) {
      const auto one = bytes(frame(k));
      all.insert(all.end(), one.begin(), one.end());
    }
    return all;
  }

  const SensorRow& row_;
  sensors::Setup setup_;
  std::vector<dsp::Channel> channels_;
  std::mt19937 random_{12345};
};

TEST_P(Row, ReadsBackEveryFrameItWrites) {
  for (std::uint64_t k = 0; k < 500; ++k) {
    const Frame sent = frame(k);
    const auto wire = bytes(sent);
    ASSERT_GT(wire.size(), 0U);
    ASSERT_LE(wire.size(), row_.max_frame_bytes);
    Frame got;
    const ParseResult result = row_.parse(setup_, wire, got);
    ASSERT_EQ(result.status, ParseStatus::frame);
    EXPECT_EQ(result.size, wire.size());
    EXPECT_EQ(got.counter, sent.counter);
    ASSERT_EQ(got.values, sent.values);
    for (std::uint32_t c = 0; c < sent.values; ++c) {  // what is slower than the samples is not in every instant
      const bool slower = channels_[c % channels_.size()].kind != dsp::ChannelKind::emg && std::isnan(got.counts[c]);
      EXPECT_TRUE(slower || got.counts[c] == sent.counts[c]) << "value " << c;
    }
  }
}

TEST_P(Row, AsksForMoreWhenAFrameIsCutShort) {
  const auto wire = bytes(frame(3));
  for (std::size_t n = 0; n < wire.size(); ++n) {
    const std::vector<std::uint8_t> cut(wire.begin(),
                                        wire.begin() + static_cast<std::ptrdiff_t>(n));  // for the sanitizer
    Frame got;
    EXPECT_EQ(row_.parse(setup_, cut, got).status, ParseStatus::need_more) << n << " bytes";
  }
}

TEST_P(Row, GivesTheSameFramesHoweverTheBytesAreCut) {
  auto wire = stream(300);
  for (std::size_t i = 900; i < 1500 && i < wire.size(); i += 200) wire[i] ^= 4;  // some damage too
  const auto run = [&](std::size_t most) {
    std::vector<std::pair<std::uint64_t, double>> got;
    Assembler assembler(row_, setup_, [&](const PlacedFrame& p) { got.emplace_back(p.index, p.frame->counts[0]); });
    assembler.started();
    std::mt19937 cut(static_cast<unsigned>(most));
    for (std::size_t at = 0; at < wire.size();) {
      const std::size_t n = std::min(wire.size() - at, most == 0 ? wire.size() : 1 + cut() % most);
      assembler.feed(std::span<const std::uint8_t>(wire).subspan(at, n), 0);
      at += n;
    }
    return got;
  };
  const auto whole = run(0);
  EXPECT_GE(whole.size(), 290U);
  for (const std::size_t most : {1, 2, 3, 7, 64, 1000}) EXPECT_EQ(run(most), whole) << "pieces of up to " << most;
}

TEST_P(Row, SurvivesRandomBytesInLinearTime) {
  std::vector<std::uint8_t> noise(1 << 20);
  for (auto& b : noise) b = static_cast<std::uint8_t>(random_());
  for (std::size_t at = 0; at + 400 < noise.size(); at += 1 + random_() % 5000) {  // with scraps of real frames
    const auto one = bytes(frame(random_()));
    std::copy_n(one.begin(), random_() % (one.size() + 1), noise.begin() + static_cast<std::ptrdiff_t>(at));
  }
  std::uint64_t delivered = 0, parses = 0;
  static std::uint64_t* counting = nullptr;
  static const SensorRow* original = nullptr;
  counting = &parses;
  original = &row_;
  SensorRow counted = row_;
  counted.parse = [](const sensors::Setup& s, std::span<const std::uint8_t> b, Frame& f) {
    ++*counting;
    return original->parse(s, b, f);
  };
  Assembler assembler(counted, setup_, [&](const PlacedFrame&) { ++delivered; });
  assembler.feed(noise, 0);
  EXPECT_LT(parses, noise.size() * (row_.lock_frames + 2));
  EXPECT_LE(delivered, noise.size());
  const auto& c = assembler.counts();
  EXPECT_LE(c.skipped_bytes, noise.size());
  parses = 0;
  for (std::size_t i = 0; i < 20'000; ++i) assembler.feed({&noise[i], 1}, 0);
  EXPECT_LT(parses, 20'000U * (row_.lock_frames + 3));
}

TEST_P(Row, SurvivesEveryTruncationOfNoise) {
  std::vector<std::uint8_t> noise(300);
  for (int round = 0; round < 20; ++round) {
    for (auto& b : noise) b = static_cast<std::uint8_t>(random_());
    for (std::size_t n = 1; n <= noise.size(); ++n) {
      const std::vector<std::uint8_t> cut(noise.begin(), noise.begin() + static_cast<std::ptrdiff_t>(n));
      Frame got;
      const ParseResult result = row_.parse(setup_, cut, got);
      if (result.status == ParseStatus::need_more) {
        EXPECT_EQ(result.size, 0U);
      } else {
        EXPECT_GE(result.size, 1U);
        EXPECT_LE(result.size, n);
      }
      EXPECT_EQ(result.status == ParseStatus::skip, result.reason != SkipReason::none);
    }
  }
}

TEST_P(Row, FramesHaveOneSizeWhereTheRowSaysSo) {
  if (!row_.fixed_size) GTEST_SKIP() << "sizes vary";
  for (std::uint64_t k = 0; k < 100; ++k) EXPECT_EQ(bytes(frame(k)).size(), frame_size(row_, setup_));
}

TEST_P(Row, DescribesItself) {
  EXPECT_FALSE(row_.name.empty());
  EXPECT_FALSE(row_.title.empty());
  EXPECT_FALSE(row_.scale_source.empty());
  EXPECT_EQ(find_sensor(row_.name), &row_);
  std::set<std::string> names;
  for (const auto& c : channels_) EXPECT_TRUE(names.insert(c.name).second) << c.name << " twice";
}

// The row's own device side must answer the row's own start session.
TEST_P(Row, ItsDeviceUnderstandsItsSession) {
  DeviceState device;
  std::string answers;
  const auto run = [&](const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      if (step.kind == Step::Kind::drain) answers.clear();
      if (step.kind == Step::Kind::send)
        for (const char byte : step.bytes) answers += row_.device(setup_, device, static_cast<std::uint8_t>(byte));
      if (step.kind == Step::Kind::expect) {
        const auto found = answers.find(step.bytes);
        ASSERT_NE(found, std::string::npos) << "no \"" << step.bytes << "\"";
        const auto last = answers.find(step.until, found + step.bytes.size());
        ASSERT_NE(last, std::string::npos) << "no end of \"" << step.bytes << "\"";
        answers.erase(0, last + step.until.size());
      }
    }
  };
  for (int twice = 0; twice < 2; ++twice) {  // also from the streaming state
    run(row_.start(setup_));
    EXPECT_TRUE(device.streaming || row_.streams_unasked);
  }
  run(row_.stop(setup_));
  EXPECT_FALSE(device.streaming);
}

INSTANTIATE_TEST_SUITE_P(Every, Row, testing::ValuesIn(cases()), [](const auto& p) {
  std::string name(p.param.row->name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name + "_" + std::to_string(p.param.channels) + "ch";
});

}  // namespace
}  // namespace myod::sensors
