// Where the daemon may listen, and what it says when it may not.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "daemon/serve/address.hpp"
#include "tests/daemon/serve/rig.hpp"

namespace myod::serve {
namespace {

std::string refusal(const std::string& address) {
  try {
    ListeningSocket socket(address);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

mode_t mode(const std::string& path) {
  struct stat s {};
  return stat(path.c_str(), &s) == 0 ? s.st_mode & 0777 : 0;
}

/// The file of a daemon that was killed.
void leave_stale_socket(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), to.sun_path);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  close(fd);
}

TEST(ListeningSocket, MakesItsFolderForTheGroupOnlyAndRemovesItsFileAtTheEnd) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "run/myod/myod.sock";
  {
    const ListeningSocket socket("unix:" + path);
    EXPECT_EQ(mode(path), 0660U);
    EXPECT_EQ(mode(folder / "run/myod") & 0027U, 0U);
    EXPECT_EQ(mode(folder / "run/myod") & 0700U, 0700U);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ListeningSocket, ReplacesASocketNobodyAnswersOn) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "myod.sock";
  leave_stale_socket(path);
  const ListeningSocket socket("unix:" + path);
  EXPECT_NO_THROW(client::Socket("unix:" + path, client::Clock::now() + patience));
}

TEST(ListeningSocket, NeverTakesTheAddressOfARunningDaemon) {
  const test::TemporaryFolder folder;
  const std::string address = "unix:" + (folder / "myod.sock");
  const ListeningSocket first(address);
  EXPECT_NE(refusal(address).find("another myod is running at " + address), std::string::npos) << refusal(address);
  EXPECT_NO_THROW(client::Socket(address, client::Clock::now() + patience)) << "the first one lost its socket";
}

TEST(ListeningSocket, RemovesOnlyItsOwnFile) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "myod.sock";
  {
    const ListeningSocket first("unix:" + path);
    std::filesystem::remove(path);
    std::ofstream(path) << "someone else's";
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(ListeningSocket, NeverRemovesAFileThatIsNoSocket) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "notes";
  std::ofstream(path) << "precious";
  EXPECT_NE(refusal("unix:" + path).find("not a socket"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST(ListeningSocket, RefusesABusyPortAndSaysWhatToDo) {
  const ListeningSocket first("tcp:127.0.0.1:0");
  const std::string why = refusal(first.address());
  EXPECT_NE(why.find(first.address()), std::string::npos) << why;
  EXPECT_NE(why.find("--listen"), std::string::npos) << why;
}

TEST(ListeningSocket, RefusesAddressesTheNetworkCanReach) {
  for (const char* address : {"tcp:0.0.0.0:7600", "tcp:[::]:7600", "tcp:192.0.2.1:7600", "tcp:example.org:7600"})
    EXPECT_NE(refusal(address).find("SSH tunnel"), std::string::npos) << address;
}

TEST(ListeningSocket, RefusesWhatIsNoAddress) {
  for (const std::string address : {"", "7600", "tcp:", "tcp:127.0.0.1", "tcp:127.0.0.1:", "tcp:127.0.0.1:http",
                                    "tcp:127.0.0.1:65536", "udp:127.0.0.1:1", "unix:"})
    EXPECT_THROW(ListeningSocket{address}, std::invalid_argument) << address;
  EXPECT_THROW(ListeningSocket{"unix:/" + std::string(200, 'x')}, std::invalid_argument);
}

}  // namespace
}  // namespace myod::serve
