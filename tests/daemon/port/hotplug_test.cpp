// Hot-plug as udev tells it, over a real netlink socket in a network namespace of the test's own.
#include "daemon/port/hotplug.hpp"

#include <endian.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

namespace myod::port {
namespace {

/// By which libudev lets the kernel filter: Appleby's MurmurHash2 with seed 0.
std::uint32_t murmur(std::string_view text) {
  constexpr std::uint32_t m = 0x5bd1e995;
  auto h = static_cast<std::uint32_t>(text.size());
  for (; text.size() >= 4; text.remove_prefix(4)) {
    std::uint32_t k = 0;
    std::memcpy(&k, text.data(), 4);
    k *= m;
    h = (h * m) ^ ((k ^ (k >> 24U)) * m);
  }
  for (std::size_t i = 0; i < text.size(); ++i) h ^= static_cast<std::uint32_t>(text[i]) << (8 * i);
  if (!text.empty()) h *= m;
  h = (h ^ (h >> 13U)) * m;
  return h ^ (h >> 15U);
}

/// What udevd sends to all who listen when it is done with a device.
class Udev {
 public:
  Udev() : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT)) {}
  ~Udev() { close(fd_); }
  Udev(const Udev&) = delete;
  Udev& operator=(const Udev&) = delete;

  bool says(std::string_view action, std::string_view subsystem, std::string_view name) const {
    std::string properties;
    for (const auto& line : {"ACTION=" + std::string(action), "DEVPATH=/devices/test/" + std::string(name),
                             "SUBSYSTEM=" + std::string(subsystem), std::string("SEQNUM=1")})
      properties.append(line).push_back('\0');
    struct {
      std::array<char, 8> prefix{'l', 'i', 'b', 'u', 'd', 'e', 'v', '\0'};
      std::uint32_t magic = htobe32(0xfeedcafe), header_size = 40, properties_at = 40, properties_size = 0;
      std::uint32_t subsystem_hash = 0, devtype_hash = 0, tag_bloom_high = 0, tag_bloom_low = 0;
    } header;
    header.properties_size = static_cast<std::uint32_t>(properties.size());
    header.subsystem_hash = htobe32(murmur(subsystem));
    const std::string message = std::string(reinterpret_cast<const char*>(&header), sizeof header) + properties;
    sockaddr_nl everybody{};
    everybody.nl_family = AF_NETLINK;
    everybody.nl_groups = 2;  // udev's; the kernel's is 1
    return sendto(fd_, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&everybody),
                  sizeof everybody) == static_cast<ssize_t>(message.size());
  }

 private:
  int fd_;
};

TEST(Hotplug, TellsOfSerialDevicesThatCameAndOfNothingElse) {
  bool possible = false;
  int came = 0;
  std::thread([&] {  // a network namespace belongs to a thread
    if (unshare(CLONE_NEWNET) != 0) return;
    const Udev udev;
    boost::asio::io_context io;
    const Hotplug hotplug(io, [&] { ++came; });
    possible = udev.says("remove", "tty", "ttyUSB0") && udev.says("add", "block", "sda") &&
               udev.says("change", "tty", "ttyUSB0");
    if (!possible) return;
    io.poll();
    EXPECT_EQ(came, 0);
    EXPECT_TRUE(udev.says("add", "tty", "ttyUSB0"));
    io.run_one_for(std::chrono::seconds(10));
    EXPECT_EQ(came, 1);
    EXPECT_TRUE(udev.says("add", "tty", "ttyUSB1"));
    io.run_one_for(std::chrono::seconds(10));
    EXPECT_EQ(came, 2) << "it goes on listening";
  })
      .join();
  if (!possible) GTEST_SKIP() << "a network namespace of one's own needs root";
}

}  // namespace
}  // namespace myod::port
