#include "tests/bench/daemon_under_test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "daemon/clock.hpp"

namespace myod::bench {

namespace {

constexpr std::size_t most_samples = 40'000;

const sensors::SensorRow& row() { return *sensors::find_sensor("sim"); }

sockaddr_un address_of(const std::string& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  std::strncpy(a.sun_path, path.c_str(), sizeof a.sun_path - 1);
  return a;
}

std::vector<std::string> daemon_words(const std::string& address, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{test::program("myod"), "--listen", address, "--http", "off"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace

SensorUnderBench::SensorUnderBench(Transport transport, std::uint32_t channels, double rate_hz)
    : transport_(transport), sent_(most_samples) {
  sensors::Setup wished;
  wished.channels = channels;
  wished.rate_hz = rate_hz;
  setup_ = sensors::complete_setup(row(), wished);
  std::array<std::uint8_t, 512> bytes{};
  sensors::Frame frame;
  frame.values = channels;
  frame_bytes_ = row().format(setup_, frame, bytes);
  if (transport == Transport::pty) {
    fd_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd_ < 0 || grantpt(fd_) != 0 || unlockpt(fd_) != 0) throw std::runtime_error("no pty");
    path_ = ptsname(fd_);
    keep_open_ = open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios raw{};
    tcgetattr(keep_open_, &raw);
    cfmakeraw(&raw);
    tcsetattr(keep_open_, TCSANOW, &raw);
  } else {
    path_ = folder_ / "sensor.sock";
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un a = address_of(path_);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0 || listen(listener_, 1) != 0)
      throw std::runtime_error("cannot listen at " + path_);
  }
  thread_ = std::thread([this] { run(); });
}

SensorUnderBench::~SensorUnderBench() {
  ended_ = true;
  thread_.join();
  for (const int fd : {fd_, listener_, keep_open_})
    if (fd >= 0) close(fd);
}

std::string SensorUnderBench::port() const { return (transport_ == Transport::pty ? "pty:" : "unix:") + path_; }

int SensorUnderBench::open_as_host() {
  int fd = -1;
  if (transport_ == Transport::pty) {
    fd = open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  } else {
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un a = address_of(path_);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0) throw std::runtime_error("cannot connect");
  }
  if (write(fd, "b", 1) != 1) throw std::runtime_error("cannot start the sensor");
  return fd;
}

void SensorUnderBench::run() {
  sensors::DeviceState device;
  sensors::Frame frame;
  frame.values = setup_.channels;
  std::array<std::uint8_t, 512> bytes{};
  std::uint64_t index = 0;
  std::int64_t due = 0;
  const auto period = static_cast<std::int64_t>(1e9 / setup_.rate_hz);
  while (!ended_) {
    if (fd_ < 0) {
      pollfd p{listener_, POLLIN, 0};
      if (poll(&p, 1, 100) > 0) fd_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      continue;
    }
    const std::int64_t wait = device.streaming ? due - monotonic_ns() : 10'000'000;
    const timespec limit{0, std::max<std::int64_t>(0, wait)};
    pollfd p{fd_, POLLIN, 0};
    if (ppoll(&p, 1, &limit, nullptr) > 0) {
      std::array<std::uint8_t, 64> heard{};
      const ssize_t n = read(fd_, heard.data(), heard.size());
      for (ssize_t i = 0; i < n; ++i) {
        const bool was = device.streaming;
        const std::string answer = row().device(setup_, device, heard[static_cast<std::size_t>(i)]);
        if (!answer.empty() && write(fd_, answer.data(), answer.size()) < 0) return;
        if (device.streaming && !was) {
          index = 0;
          due = monotonic_ns();
        }
      }
      if (n <= 0 && transport_ == Transport::unix_socket) return;
      continue;
    }
    if (!device.streaming || index >= most_samples) continue;
    for (std::uint32_t c = 0; c < setup_.channels; ++c)
      frame.counts[c] = static_cast<double>((index * (c + 7) * 2654435761U >> 8 & 0x3FFU)) - 512.0;
    frame.counter = index % row().counter_modulus;
    const std::size_t size = row().format(setup_, frame, bytes);
    sent_[index].store(monotonic_ns(), std::memory_order_release);
    if (write(fd_, bytes.data(), size) != static_cast<ssize_t>(size)) return;
    ++index;
    due += period;
  }
}

DaemonUnderTest::DaemonUnderTest(const std::vector<std::string>& arguments)
    : address_("unix:" + (folder_ / "myod.sock")), process_(daemon_words(address_, arguments)) {
  if (!process_.line_with("ready ")) throw std::runtime_error("myod did not get ready: " + process_.errors());
}

double DaemonUnderTest::cpu_seconds() const {
  std::ifstream in("/proc/" + std::to_string(process_.pid()) + "/stat");
  std::string text;
  std::getline(in, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skip;
  for (int i = 0; i < 11; ++i) fields >> skip;
  double user = 0.0, system = 0.0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double DaemonUnderTest::resident_mb() const {
  std::ifstream in("/proc/" + std::to_string(process_.pid()) + "/statm");
  double size = 0.0, resident = 0.0;
  in >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

}  // namespace myod::bench
