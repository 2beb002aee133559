// The byte stream in any pieces gives the same messages; what cannot be a message is seen at once.
#include "proto/framing.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "myod/v1/myod.pb.h"

namespace myod::proto {
namespace {

std::vector<std::string> read_all(FrameReader& reader) {
  std::vector<std::string> out;
  while (const auto m = reader.next()) out.emplace_back(*m);
  return out;
}

std::string framed(const std::vector<std::string>& messages) {
  std::string stream;
  for (const std::string& m : messages) {
    append_length(stream, m.size());
    stream += m;
  }
  return stream;
}

TEST(FrameReader, GivesTheSameMessagesForAnyChunking) {
  std::mt19937 random(1);
  std::vector<std::string> messages;
  for (const std::size_t size : {0, 1, 127, 128, 129, 16383, 16384, 65536, 3})
    messages.push_back(std::string(size, static_cast<char>('a' + messages.size())));
  const std::string stream = framed(messages);
  for (const std::size_t most :
       {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{70'000}, stream.size()}) {
    FrameReader reader(max_to_server);
    std::vector<std::string> got;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t n = std::min(1 + random() % most, stream.size() - at);
      reader.feed(std::string_view(stream).substr(at, n));
      at += n;
      for (auto& m : read_all(reader)) got.push_back(std::move(m));
    }
    EXPECT_EQ(got, messages) << "pieces of up to " << most;
    EXPECT_FALSE(reader.broken());
  }
}

TEST(FrameReader, AMessageStaysValidUntilMoreBytesAreFed) {
  FrameReader reader(max_to_server);
  reader.feed(framed({"first", "second"}));
  const auto first = reader.next(), second = reader.next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, "first");
  EXPECT_EQ(*second, "second");
}

TEST(FrameReader, RefusesALengthAboveTheLimitBeforeItsBytesCome) {
  std::string length;
  append_length(length, 101);
  FrameReader reader(100);
  reader.feed(length);
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.broken());
  reader.feed(framed({"later"}));
  EXPECT_FALSE(reader.next()) << "a broken stream stays broken";
}

TEST(FrameReader, TakesAMessageOfExactlyTheLimit) {
  FrameReader reader(100);
  reader.feed(framed({std::string(100, 'x')}));
  EXPECT_TRUE(reader.next());
}

TEST(FrameReader, RefusesAVarintThatDoesNotEnd) {
  for (const char byte : {'\xff', '\x80'}) {
    FrameReader reader(max_to_client);
    reader.feed(std::string(10, byte));
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.broken());
  }
}

TEST(FrameReader, RandomBytesNeverGiveMoreThanWasFed) {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; ++round) {
    FrameReader reader(max_to_server);
    std::size_t fed = 0, got = 0;
    for (int i = 0; i < 20; ++i) {
      std::string bytes(random() % 64, '\0');
      for (char& b : bytes) b = static_cast<char>(random());
      fed += bytes.size();
      reader.feed(bytes);
      for (const auto& m : read_all(reader)) got += m.size() + 1;
    }
    ASSERT_LE(got, fed);
  }
}

TEST(Framing, IsTheOneOfProtobufsOwnLibraries) {
  v1::ClientMessage message;
  message.mutable_ping()->set_t0_ns(300);
  std::string bytes;
  append_message(bytes, message);
  EXPECT_EQ(bytes, std::string("\x05\x22\x03\x08\xac\x02", 6));
}

}  // namespace
}  // namespace myod::proto
