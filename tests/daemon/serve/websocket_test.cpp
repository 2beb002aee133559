// The same session over a WebSocket, spoken by hand after RFC 6455.
#include <gtest/gtest.h>

#include <string>

#include "tests/daemon/serve/http_rig.hpp"

namespace myod::serve {
namespace {

TEST(WebSocket, IsAcceptedWithTheSubprotocolAndTheKeysAnswer) {
  Rig rig;
  const HandMadeWebSocket page(rig.http_address());
  EXPECT_TRUE(page.answer().starts_with("HTTP/1.1 101 ")) << page.answer();
  EXPECT_NE(page.answer().find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  EXPECT_NE(page.answer().find("Sec-WebSocket-Protocol: myod.v1"), std::string::npos);
}

TEST(WebSocket, OfAnotherSitesPageOrAnotherProtocolIsRefused) {
  Rig rig;
  const auto answer = [&rig](const std::string& headers) {
    return HandMadeWebSocket(rig.http_address(), headers).answer().substr(0, 12);
  };
  EXPECT_EQ(answer("Origin: http://evil.example\r\nSec-WebSocket-Protocol: myod.v1\r\n"), "HTTP/1.1 403");
  EXPECT_EQ(answer("Origin: null\r\n"), "HTTP/1.1 403");
  EXPECT_EQ(answer("Sec-WebSocket-Protocol: chat, mqtt\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(answer("Origin: " + rig.http_address() + "\r\nSec-WebSocket-Protocol: chat, myod.v1\r\n"), "HTTP/1.1 101");
  EXPECT_EQ(answer(""), "HTTP/1.1 101") << "a program need not offer any";
}

TEST(WebSocket, CarriesTheSameMessagesAsASocketOnePerFrame) {
  Rig rig;
  HandMadeWebSocket page(rig.http_address());
  page.hello();
  const auto hello = page.next();
  ASSERT_TRUE(hello && hello->has_hello());
  EXPECT_EQ(hello->hello().role(), "viewer");
  client::Client other(rig.unix_address(), "test 1", patience);
  v1::ClientMessage wish;
  *wish.mutable_subscribe() = subscription({v1::KIND_FEATURES});
  page.send(wish);
  wish.Clear();
  wish.mutable_ping()->set_t0_ns(4);
  page.send(wish);  // answered when the subscription has been read
  while (const auto said = page.next())
    if (said->has_pong()) break;
  subscribe(other, subscription({v1::KIND_FEATURES}));
  rig.describe(0, "arm");
  for (std::uint64_t i = 0; i < 300; ++i) rig.frame(0, dsp::FrameKind::amplitude, i);
  for (std::uint64_t i = 0; i < 300;) {
    const auto over_ws = page.next();
    ASSERT_TRUE(over_ws);
    if (!over_ws->has_frame()) continue;
    const auto over_socket = receive_until(other, [](const auto& m) { return m.has_frame(); });
    ASSERT_TRUE(over_socket);
    EXPECT_EQ(over_ws->frame().sequence(), i++);
    EXPECT_EQ(over_ws->SerializeAsString(), over_socket->SerializeAsString());
  }
}

TEST(WebSocket, IsAViewerWhoMayNotCommand) {
  Rig rig;
  HandMadeWebSocket page(rig.http_address());
  page.hello();
  ASSERT_TRUE(page.next());
  v1::ClientMessage command;
  command.mutable_command()->mutable_mark()->set_text("x");
  page.send(command);
  const auto reply = page.next();
  ASSERT_TRUE(reply && reply->has_reply());
  EXPECT_EQ(reply->reply().error(), v1::ERROR_CODE_NOT_ALLOWED);
}

TEST(WebSocket, HostileFramesEndItWithAReason) {
  Rig rig;
  const auto after = [&rig](const auto& attack) {
    HandMadeWebSocket page(rig.http_address());
    page.hello();
    EXPECT_TRUE(page.next());
    attack(page);
    const auto goodbye = page.goodbye();
    return goodbye ? goodbye->reason() : std::string("no Goodbye");
  };
  EXPECT_EQ(after([](auto& page) { page.send("\xff\xff\xff\xff"); }), "what was sent is not a message of myod.v1");
  EXPECT_EQ(after([](auto& page) { page.send("hello", 1); }), "messages to myod are binary frames, not text");
  EXPECT_EQ(after([](auto& page) { page.hello(); }), "the first message is Hello, and no other");
  HandMadeWebSocket stranger(rig.http_address());
  stranger.hello(7);
  EXPECT_EQ(stranger.goodbye().value_or(v1::Goodbye()).code(), v1::GOODBYE_CODE_PROTOCOL_VERSION);
}

TEST(WebSocket, AMessageTooLongEndsItWhateverItsLengthSays) {
  Rig rig;
  for (const std::uint64_t announced : {proto::max_to_server + 1, std::size_t{1} << 62}) {
    HandMadeWebSocket page(rig.http_address());
    page.hello();
    ASSERT_TRUE(page.next());
    page.send("", 2, announced);
    bool closed = false;
    while (const auto frame = page.frame()) closed |= frame->opcode == 8;
    EXPECT_TRUE(closed);
  }
  EXPECT_EQ(rig.status().clients_size(), 1) << "only the one who asks";
}

TEST(WebSocket, AnswersAPingAndEndsInOrderWhenTheOtherSideCloses) {
  Rig rig;
  HandMadeWebSocket page(rig.http_address());
  page.hello();
  ASSERT_TRUE(page.next());
  page.send("abc", 9);
  const auto pong = page.frame();
  ASSERT_TRUE(pong);
  EXPECT_EQ(pong->opcode, 10U);
  EXPECT_EQ(pong->payload, "abc");
  page.send("\x03\xe8", 8);
  const auto close = page.frame();
  ASSERT_TRUE(close);
  EXPECT_EQ(close->opcode, 8U);
  EXPECT_FALSE(page.frame());
}

TEST(WebSocket, IsToldGoodbyeAndClosedInOrderWhenTheDaemonEnds) {
  Rig rig;
  HandMadeWebSocket page(rig.http_address());
  page.hello();
  ASSERT_TRUE(page.next());
  rig.on_io([&rig] { rig.server().close("myod is ending"); });
  const auto goodbye = page.next();
  ASSERT_TRUE(goodbye && goodbye->has_goodbye());
  EXPECT_EQ(goodbye->goodbye().reason(), "myod is ending");
  const auto close = page.frame();
  ASSERT_TRUE(close);
  EXPECT_EQ(close->opcode, 8U);
}

}  // namespace
}  // namespace myod::serve
