// One word a thread sleeps on: whoever has news rings it; ringing twice is ringing once; no ring is ever lost.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <ctime>

namespace myod::daemon {

class Wake {
 public:
  /// Any thread. A system call only when the owner sleeps.
  void ring() noexcept {
    word_.fetch_add(1, std::memory_order_seq_cst);
    if (sleeping_.load(std::memory_order_seq_cst)) futex(FUTEX_WAKE_PRIVATE, 1, nullptr);
  }

  /// Owner. Read before looking at the rings...
  std::uint32_t ticket() const noexcept { return word_.load(std::memory_order_seq_cst); }

  /// ...and sleep only if nobody rang since; at most `milliseconds`.
  void wait(std::uint32_t ticket, int milliseconds) noexcept {
    sleeping_.store(true, std::memory_order_seq_cst);
    if (word_.load(std::memory_order_seq_cst) == ticket) {
      const timespec limit{milliseconds / 1000, (milliseconds % 1000) * 1'000'000L};
      futex(FUTEX_WAIT_PRIVATE, ticket, &limit);
    }
    sleeping_.store(false, std::memory_order_relaxed);
  }

 private:
  void futex(int op, std::uint32_t value, const timespec* limit) noexcept {
    static_assert(sizeof(word_) == sizeof(std::uint32_t));
    syscall(SYS_futex, &word_, op, value, limit, nullptr, 0);
  }
  std::atomic<std::uint32_t> word_{0};
  std::atomic<bool> sleeping_{false};
};

}  // namespace myod::daemon
