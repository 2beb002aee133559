// Real-time guard: counts allocation and locking while armed. Interposes malloc, calloc, realloc, free, memalign,
// posix_memalign, aligned_alloc and pthread_mutex_lock. Two uses: linked into a test (RtGuard around the code under
// test), or preloaded into the real daemon, where the thread that names itself "myod-dsp" is armed from then on and the
// count is written to the file named by RT_GUARD_REPORT when the process ends. Sanitizers own malloc: then it sees
// nothing.
#pragma once

#include <cstdint>

namespace myod::test {

struct RtCounts {
  std::uint64_t allocations = 0;
  std::uint64_t frees = 0;
  std::uint64_t locks = 0;
  std::uint64_t total() const { return allocations + frees + locks; }
};

/// Armed on the calling thread for its lifetime.
class RtGuard {
 public:
  RtGuard();
  ~RtGuard();
  RtGuard(const RtGuard&) = delete;
  RtGuard& operator=(const RtGuard&) = delete;
  /// Since construction.
  RtCounts counts() const;
};

/// False under sanitizers.
bool rt_guard_sees();

}  // namespace myod::test
