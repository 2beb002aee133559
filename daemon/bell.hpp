// Wakes a thread that sleeps in epoll: ringing twice before it answers is one system call. The owner calls answer()
// before it looks at the rings, so nothing rung meanwhile is missed.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <stdexcept>

namespace myod::daemon {

class Bell {
 public:
  Bell() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd_ < 0) throw std::runtime_error("cannot create an eventfd: too many open files? (raise ulimit -n)");
  }
  ~Bell() { close(fd_); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  /// Any thread. No allocation, no lock.
  void ring() noexcept {
    if (rung_.exchange(true, std::memory_order_acq_rel)) return;
    const std::uint64_t one = 1;
    while (write(fd_, &one, sizeof one) < 0 && errno == EINTR) {
    }
  }

  /// Owner, before draining.
  void answer() noexcept {
    std::uint64_t count = 0;
    while (read(fd_, &count, sizeof count) < 0 && errno == EINTR) {
    }
    rung_.store(false, std::memory_order_seq_cst);
  }

  int fd() const noexcept { return fd_; }

 private:
  int fd_;
  std::atomic<bool> rung_{false};
};

}  // namespace myod::daemon
