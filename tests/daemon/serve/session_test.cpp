// The conversation: Hello, refusals, roles, commands, heartbeats, Goodbye.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/daemon/serve/rig.hpp"

namespace myod::serve {
namespace {

TEST(Session, BeginsWithHelloBothWays) {
  Rig rig;
  const client::Client client(rig.unix_address(), "test 1", patience);
  EXPECT_EQ(client.hello().protocol_major(), 1U);
  EXPECT_EQ(client.hello().protocol_minor(), 0U);
  EXPECT_EQ(client.hello().program(), "myod test");
  EXPECT_EQ(client.hello().boot_id(), "boot");
  EXPECT_EQ(client.hello().role(), "operator");
  EXPECT_EQ(client.hello().disclaimer(), "not a medical device");
  EXPECT_EQ(client.hello().last_disconnect(), "");
}

TEST(Session, RefusesAnotherMajorVersionByItsCode) {
  Rig rig;
  RawClient client(rig.unix_address());
  client.hello("future 2", 2);
  const auto hello = client.next();
  ASSERT_TRUE(hello && hello->has_hello()) << "it is told what is spoken here";
  EXPECT_EQ(hello->hello().protocol_major(), 1U);
  const auto goodbye = client.goodbye();
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->code(), v1::GOODBYE_CODE_PROTOCOL_VERSION);
  EXPECT_NE(goodbye->reason().find("protocol 2"), std::string::npos) << goodbye->reason();
}

TEST(Session, EndsWhenNoHelloComes) {
  Options options;
  options.handshake_ms = 20;
  Rig rig(options);
  RawClient client(rig.tcp_address());
  const auto goodbye = client.goodbye();
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->code(), v1::GOODBYE_CODE_SILENT);
}

TEST(Session, EndsWhenThreeHeartbeatsAreMissed) {
  Options options;
  options.heartbeat_ms = 20;
  Rig rig(options);
  RawClient client(rig.unix_address());
  client.hello();
  int heartbeats = 0;
  std::optional<v1::Goodbye> goodbye;
  while (const auto message = client.next()) {
    if (message->has_heartbeat()) ++heartbeats;
    if (message->has_goodbye()) goodbye = message->goodbye();
  }
  EXPECT_GE(heartbeats, 1);
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->code(), v1::GOODBYE_CODE_SILENT);
}

TEST(Session, LastsWhileTheClientLibraryIsAlive) {
  Options options;
  options.heartbeat_ms = 1001;
  Rig rig(options);
  client::Client client(rig.unix_address(), "test 1", patience);
  EXPECT_NO_THROW(EXPECT_FALSE(client.receive(4s)));
  ASSERT_TRUE(client.round_trip());
  EXPECT_GE(client.round_trip()->t1_ns, client.round_trip()->t0_ns) << "one clock on one machine";
  EXPECT_GE(client.round_trip()->t2_ns, client.round_trip()->t1_ns);
  EXPECT_GE(client.round_trip()->t3_ns, client.round_trip()->t2_ns);
}

TEST(Session, EndsHostileBytesWithAReasonAndServesTheOthers) {
  Rig rig;
  client::Client witness(rig.unix_address(), "witness 1", patience);
  const std::string endless(5, '\xff');
  std::string oversize, garbage;
  proto::append_length(oversize, proto::max_to_server + 1);
  proto::append_length(garbage, 4);
  garbage += "\xff\xff\xff\xff";
  std::string second_hello;
  v1::ClientMessage hello;
  hello.mutable_hello()->set_protocol_major(1);
  proto::append_message(second_hello, hello);
  for (const std::string& bytes : {endless, oversize, garbage, second_hello})
    for (const bool greeted : {false, true}) {
      if (!greeted && bytes == second_hello) continue;
      RawClient client(rig.tcp_address());
      if (greeted) client.hello();
      client.send(bytes);
      const auto goodbye = client.goodbye();
      ASSERT_TRUE(goodbye);
      EXPECT_EQ(goodbye->code(), v1::GOODBYE_CODE_PROTOCOL_ERROR);
      EXPECT_FALSE(goodbye->reason().empty());
    }
  RawClient impatient(rig.unix_address());
  v1::ClientMessage ping;
  ping.mutable_ping();
  impatient.send(ping);
  EXPECT_EQ(impatient.goodbye().value_or(v1::Goodbye()).code(), v1::GOODBYE_CODE_PROTOCOL_ERROR);
  EXPECT_EQ(witness.command({}, patience).error(), v1::ERROR_CODE_NONE);
}

TEST(Session, OfATruncatedMessageNothingRemains) {
  Rig rig;
  {
    RawClient client(rig.unix_address());
    client.hello();
    ASSERT_TRUE(client.next());
    client.send(std::string("\x20half", 5));
  }
  // The server learns of the end by itself; asked often enough it no longer knows the client.
  const auto deadline = client::Clock::now() + patience;
  while (rig.status().clients_size() != 1 && client::Clock::now() < deadline) {
  }
  EXPECT_EQ(rig.status().clients_size(), 1);
}

TEST(Session, AnswersAMessageItDoesNotKnow) {
  Rig rig;
  RawClient client(rig.unix_address());
  client.hello();
  ASSERT_TRUE(client.next());
  client.send(v1::ClientMessage());
  const auto answer = client.next();
  ASSERT_TRUE(answer && answer->has_reply());
  EXPECT_EQ(answer->reply().error(), v1::ERROR_CODE_UNSUPPORTED);
}

TEST(Session, OverTcpIsAViewerAndIsToldHowToGiveCommands) {
  bool called = false;
  Hooks hooks;
  hooks.command = [&](const v1::Command&, std::uint64_t, const auto& reply) {
    called = true;
    reply({});
  };
  Rig rig({}, hooks);
  client::Client client(rig.tcp_address(), "test 1", patience);
  EXPECT_EQ(client.hello().role(), "viewer");
  const auto reply = client.command({}, patience);
  EXPECT_EQ(reply.error(), v1::ERROR_CODE_NOT_ALLOWED);
  EXPECT_NE(reply.text().find("Unix socket"), std::string::npos) << reply.text();
  rig.on_io([&] { EXPECT_FALSE(called); });
}

TEST(Session, GivesRepliesInTheOrderTheyCome) {
  std::vector<std::function<void(v1::Reply)>> waiting;
  Hooks hooks;
  hooks.command = [&](const v1::Command&, std::uint64_t, std::function<void(v1::Reply)> reply) {
    waiting.push_back(std::move(reply));
  };
  Rig rig({}, hooks);
  RawClient client(rig.unix_address());
  client.hello();
  ASSERT_TRUE(client.next());
  for (const std::uint64_t id : {7, 8}) {
    v1::ClientMessage message;
    message.mutable_command()->set_id(id);
    message.mutable_command()->mutable_mark()->set_text("x");
    client.send(message);
  }
  v1::ClientMessage ping;
  ping.mutable_ping()->set_t0_ns(42);
  client.send(ping);
  const auto pong = client.next();
  ASSERT_TRUE(pong && pong->has_pong());
  EXPECT_EQ(pong->pong().t0_ns(), 42);
  rig.on_io([&] {
    ASSERT_EQ(waiting.size(), 2U);
    waiting[1]({});
    waiting[0]({});
    waiting.clear();
  });
  EXPECT_EQ(client.next()->reply().id(), 8U);
  EXPECT_EQ(client.next()->reply().id(), 7U);
}

TEST(Session, AReplyToAClientThatHasGoneIsNoTrouble) {
  std::function<void(v1::Reply)> late;
  std::uint64_t whose = 0;
  std::vector<std::uint64_t> gone;
  Hooks hooks;
  hooks.command = [&](const v1::Command&, std::uint64_t client, std::function<void(v1::Reply)> reply) {
    late = std::move(reply);
    whose = client;
  };
  hooks.gone = [&](std::uint64_t client) { gone.push_back(client); };
  Rig rig({}, hooks);
  {
    RawClient client(rig.unix_address());
    client.hello();
    v1::ClientMessage message;
    message.mutable_command();
    client.send(message);
    v1::ClientMessage ping;
    ping.mutable_ping();
    client.send(ping);
    ASSERT_TRUE(client.next() && client.next());
  }
  const auto deadline = client::Clock::now() + patience;
  while (rig.status().clients_size() != 1 && client::Clock::now() < deadline) {
  }
  rig.on_io([&] {
    ASSERT_TRUE(late);
    EXPECT_EQ(std::count(gone.begin(), gone.end(), whose), 1) << "its end is told, so that what it asked for can end";
    late({});
    late = nullptr;
  });
}

TEST(Session, StatusNamesTheClientsAndComesByItselfWhenSubscribed) {
  Options options;
  options.heartbeat_ms = 200;
  Rig rig(options);
  client::Client client(rig.unix_address(), "test 1", patience);
  subscribe(client, subscription({v1::KIND_STATUS}));
  for (int i = 0; i < 2; ++i) {
    // A ping per status: the heartbeat of this server is quicker than the library's.
    client.ping();
    const auto status = receive_until(client, [](const auto& m) { return m.has_status(); });
    ASSERT_TRUE(status);
    EXPECT_EQ(status->status().version(), "test");
    ASSERT_EQ(status->status().clients_size(), 1);
    EXPECT_EQ(status->status().clients(0).program(), "test 1");
    EXPECT_EQ(status->status().clients(0).role(), "operator");
  }
}

TEST(Session, PassesNothingOnThatCouldHarmATerminal) {
  Rig rig;
  const client::Client client(rig.unix_address(), "\x1b[2J" + std::string(127, 'x') + "\u00e9", patience);
  const v1::Status status = rig.status();
  ASSERT_EQ(status.clients_size(), 2);
  EXPECT_EQ(status.clients(0).program(), "?[2J" + std::string(124, 'x'));
}

TEST(Server, RefusesOneClientTooMany) {
  Options options;
  options.max_clients = 1;
  Rig rig(options);
  const client::Client first(rig.unix_address(), "test 1", patience);
  RawClient second(rig.unix_address());
  const auto goodbye = second.goodbye();
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->code(), v1::GOODBYE_CODE_TOO_MANY_CLIENTS);
}

TEST(Server, SaysGoodbyeToAllWhenItCloses) {
  Rig rig;
  RawClient a(rig.unix_address()), b(rig.tcp_address());
  a.hello();
  b.hello();
  ASSERT_TRUE(a.next() && b.next());
  rig.on_io([&] { rig.server().close("myod is ending"); });
  for (RawClient* client : {&a, &b}) {
    const auto goodbye = client->goodbye();
    ASSERT_TRUE(goodbye);
    EXPECT_EQ(goodbye->code(), v1::GOODBYE_CODE_CLOSING);
    EXPECT_EQ(goodbye->reason(), "myod is ending");
  }
}

TEST(Session, ATroubleIsToldAtOnceToWhoeverSubscribedToAnything) {
  Rig rig({}, {nullptr, nullptr, [](v1::Status& s) { s.set_recording_failure("disk full"); }});
  rig.describe(0, "arm");
  client::Client controller(rig.unix_address(), "test 1", patience);
  subscribe(controller, subscription({v1::KIND_FEATURES}));
  rig.on_io([&] { rig.server().status_changed(); });
  const auto told = receive_until(controller, [](const auto& m) { return m.has_status(); });
  ASSERT_TRUE(told);
  EXPECT_EQ(told->status().recording_failure(), "disk full");
}

}  // namespace
}  // namespace myod::serve
