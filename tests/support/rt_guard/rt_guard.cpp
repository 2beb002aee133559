#include "tests/support/rt_guard/rt_guard.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Tally {
  std::atomic<std::uint64_t> allocations{0}, frees{0}, locks{0};
};
thread_local bool armed = false;         // NOLINT: initial-exec, no allocation
thread_local myod::test::RtCounts mine;  // counts of this thread while armed
Tally preloaded;                         // counts of the dsp thread of a preloaded daemon

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sees = false;
#else
constexpr bool sees = true;
#endif

}  // namespace

namespace myod::test {

RtGuard::RtGuard() {
  mine = {};
  armed = true;
}
RtGuard::~RtGuard() { armed = false; }
RtCounts RtGuard::counts() const { return mine; }
bool rt_guard_sees() { return sees; }

}  // namespace myod::test

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

static void saw_allocation() {
  if (!armed) return;
  ++mine.allocations;
  preloaded.allocations.fetch_add(1, std::memory_order_relaxed);
}
static void saw_free() {
  if (!armed) return;
  ++mine.frees;
  preloaded.frees.fetch_add(1, std::memory_order_relaxed);
}

void* malloc(std::size_t n) {
  saw_allocation();
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) {
  saw_allocation();
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) {
  saw_allocation();
  return __libc_realloc(p, n);
}
void free(void* p) {
  if (p != nullptr) saw_free();
  __libc_free(p);
}
void* memalign(std::size_t align, std::size_t n) {
  saw_allocation();
  return __libc_memalign(align, n);
}
void* aligned_alloc(std::size_t align, std::size_t n) {
  saw_allocation();
  return __libc_memalign(align, n);
}
int posix_memalign(void** out, std::size_t align, std::size_t n) {
  saw_allocation();
  *out = __libc_memalign(align, n);
  return *out != nullptr ? 0 : ENOMEM;
}

int pthread_mutex_lock(pthread_mutex_t* m) {
  using Lock = int (*)(pthread_mutex_t*);
  static std::atomic<Lock> real{nullptr};
  Lock lock = real.load(std::memory_order_relaxed);
  if (lock == nullptr) {
    lock = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    real.store(lock, std::memory_order_relaxed);
  }
  if (armed) {
    ++mine.locks;
    preloaded.locks.fetch_add(1, std::memory_order_relaxed);
  }
  return lock(m);
}

int pthread_setname_np(pthread_t thread, const char* name) {
  using SetName = int (*)(pthread_t, const char*);
  static const auto real = reinterpret_cast<SetName>(dlsym(RTLD_NEXT, "pthread_setname_np"));
  const int result = real(thread, name);
  if (pthread_equal(thread, pthread_self()) != 0) armed = std::strcmp(name, "myod-dsp") == 0;
  return result;
}

}  // extern "C"

__attribute__((destructor)) static void report() {
  const char* path = std::getenv("RT_GUARD_REPORT");
  if (path == nullptr) return;
  const int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return;
  dprintf(fd, "%llu %llu %llu\n", static_cast<unsigned long long>(preloaded.allocations.load()),
          static_cast<unsigned long long>(preloaded.frees.load()),
          static_cast<unsigned long long>(preloaded.locks.load()));
  close(fd);
}

#endif
