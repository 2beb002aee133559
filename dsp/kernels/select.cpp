// Picks the kernels: the best this CPU can run, or what MYOD_ISA says. Never falls back in silence.
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

namespace baseline {
extern const Kernels table;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}
#endif

namespace {

struct Row {
  std::string_view name;
  const Kernels* table;
  bool (*runs_here)();
};

// Best last. sse2 is what x86-64 guarantees: the baseline by the name people know.
const std::array rows {
  Row{"baseline", &baseline::table, [] { return true; }},
#if defined(__x86_64__)
      Row{"sse2", &baseline::table, [] { return true; }},
      Row{"avx2", &avx2::table, [] { return __builtin_cpu_supports("avx2") != 0; }},
      Row{"avx512", &avx512::table, [] { return __builtin_cpu_supports("avx512f") != 0; }},
#endif
};

}  // namespace

std::string_view kernel_names() {
  static const std::string names = [] {
    std::string text;
    for (const Row& row : rows)
      if (row.runs_here()) text += (text.empty() ? "" : ", ") + std::string(row.name);
    return text;
  }();
  return names;
}

const Kernels& kernels(std::string_view isa) {
  for (const Row& row : rows)
    if (row.name == isa && row.runs_here()) return *row.table;
  throw std::invalid_argument("MYOD_ISA = " + std::string(isa) +
                              ": no such instruction set on this CPU; there is: " + std::string(kernel_names()));
}

const Kernels& kernels() {
  static const Kernels& chosen = []() -> const Kernels& {
    if (const char* wanted = std::getenv("MYOD_ISA"); wanted != nullptr && *wanted != '\0') return kernels(wanted);
    const Kernels* best = rows.front().table;  // the baseline runs everywhere
    for (const Row& row : rows)
      if (row.runs_here()) best = row.table;
    return *best;
  }();
  return chosen;
}

}  // namespace myod::dsp
