// A file of a sensor's bytes, as if they came in now. At speed 1 they are paced by the clock; at any other speed
// arrival times are made from the bytes: frame number / rate, from the moment of opening. Speed 0 waits for nothing but
// hold().
#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "daemon/clock.hpp"
#include "daemon/port/kinds.hpp"

namespace myod::port {

namespace {

constexpr std::size_t chunk_bytes = 1 << 16;
constexpr double piece_s = 0.01;  // of the signal, in one delivery
constexpr auto pace = std::chrono::milliseconds(10);

class FilePort final : public Port {
 public:
  FilePort(boost::asio::io_context& io, int fd, const Address& address, std::size_t frame_bytes, double rate_hz)
      : io_(io),
        timer_(io),
        fd_(fd),
        name_(address.text),
        frame_bytes_(frame_bytes),
        rate_hz_(rate_hz),
        speed_(address.speed) {}
  ~FilePort() override { ::close(fd_); }
  FilePort(const FilePort&) = delete;
  FilePort& operator=(const FilePort&) = delete;

  void start(OnBytes on_bytes, OnClosed on_closed) override {
    on_bytes_ = std::move(on_bytes);
    on_closed_ = std::move(on_closed);
    opened_ns_ = monotonic_ns();
    schedule();
  }
  void write(std::span<const std::uint8_t>) override {}  // a file does not listen
  void hold(bool held) override {
    const bool release = held_ && !held;
    held_ = held;
    if (release) schedule();
  }
  bool can_wait() const override { return speed_ == 0.0; }

 private:
  void schedule() {
    if (scheduled_) return;
    scheduled_ = true;
    const auto next = [this, alive = std::weak_ptr<void>(alive_)] {
      if (alive.expired()) return;
      scheduled_ = false;
      if (!held_) deliver();
    };
    if (speed_ == 0.0) return boost::asio::post(io_, next);
    timer_.expires_after(pace);
    timer_.async_wait([next](const boost::system::error_code& error) {
      if (!error) next();
    });
  }

  void deliver() {
    const double due = speed_ == 0.0 ? static_cast<double>(frames_) + std::max(1.0, rate_hz_ * piece_s)
                                     : static_cast<double>(monotonic_ns() - opened_ns_) * 1e-9 * rate_hz_ * speed_;
    const std::weak_ptr<void> alive = alive_;
    while (static_cast<double>(frames_) < due) {
      const auto piece = take(static_cast<std::uint64_t>(due) - frames_ + (speed_ == 0.0 ? 0 : 1));
      if (piece.empty()) return end();
      on_bytes_(piece, speed_ == 1.0
                           ? monotonic_ns()
                           : opened_ns_ + static_cast<std::int64_t>(1e9 * static_cast<double>(frames_) / rate_hz_));
      if (alive.expired() || held_) return;
    }
    schedule();
  }

  // At most n frames' bytes; empty at the end of the file.
  std::span<const std::uint8_t> take(std::uint64_t n) {
    if (at_ == buffer_.size()) {
      buffer_.resize(chunk_bytes);
      const auto got = ::read(fd_, buffer_.data(), buffer_.size());
      buffer_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
      at_ = 0;
    }
    const std::size_t from = at_;
    for (; n > 0 && at_ < buffer_.size(); --n) {
      if (frame_bytes_ != 0) {
        const std::size_t step = std::min(frame_bytes_ - into_frame_, buffer_.size() - at_);
        at_ += step;
        into_frame_ = (into_frame_ + step) % frame_bytes_;
        if (into_frame_ == 0) ++frames_;
      } else {
        const auto here = buffer_.begin() + static_cast<std::ptrdiff_t>(at_);
        const auto end = std::find(here, buffer_.end(), '\n');
        at_ = static_cast<std::size_t>(end - buffer_.begin());
        if (end != buffer_.end()) ++at_, ++frames_;
      }
    }
    return {buffer_.data() + from, at_ - from};
  }

  void end() {
    const OnClosed tell = std::exchange(on_closed_, nullptr);
    tell(name_ + ": end of file", true);
  }

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  int fd_;
  std::string name_;
  std::size_t frame_bytes_;  // 0: lines
  double rate_hz_, speed_;
  OnBytes on_bytes_;
  OnClosed on_closed_;
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0, into_frame_ = 0;
  std::uint64_t frames_ = 0;
  std::int64_t opened_ns_ = 0;
  bool held_ = false, scheduled_ = false;
  std::shared_ptr<void> alive_ = std::make_shared<int>();
};

}  // namespace

std::unique_ptr<Port> open_file(boost::asio::io_context& io, const Address& address, const sensors::SensorRow& row,
                                const sensors::Setup& setup, std::string& why) {
  const double rate = address.rate_hz > 0.0 ? address.rate_hz : setup.rate_hz;
  if (rate <= 0.0) {
    why = address.text + ": the rate is not known: add ?rate=1000";
    return nullptr;
  }
  const int fd = ::open(address.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    why = address.path + ": " + std::generic_category().message(errno);
    return nullptr;
  }
  const std::size_t frame_bytes = row.fixed_size ? sensors::frame_size(row, setup) : 0;
  return std::make_unique<FilePort>(io, fd, address, frame_bytes, rate);
}

}  // namespace myod::port
