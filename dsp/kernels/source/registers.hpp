// What the kernels of one instruction set share. No header of a library may be included here: its inline functions
// would leak instructions this CPU lacks into the rest of the program.
#pragma once

#include "dsp/kernels/kernels.hpp"

namespace myod::dsp::MYOD_KERNELS {

// A register of this instruction set. Written out because a loop over a short array is unrolled before the compiler
// would vectorise it. Element by element, so the width changes no result.
#if defined(__AVX512F__)
inline constexpr std::size_t width = 8;
#elif defined(__AVX2__)
inline constexpr std::size_t width = 4;
#else
inline constexpr std::size_t width = 2;
#endif
typedef double Register __attribute__((vector_size(width * sizeof(double))));
typedef double Memory __attribute__((vector_size(width * sizeof(double)), aligned(8), may_alias));
typedef long long Mask __attribute__((vector_size(width * sizeof(double))));  // all bits of an element, or none
typedef unsigned char Bytes __attribute__((vector_size(width), aligned(1), may_alias));
inline constexpr std::size_t tile = lane_tile / width;  // registers in a tile of lanes

inline const Memory& at(const double* p, std::size_t r) { return *reinterpret_cast<const Memory*>(p + r * width); }
inline Memory& at(double* p, std::size_t r) { return *reinterpret_cast<Memory*>(p + r * width); }
inline Mask good(const unsigned char* p, std::size_t r) {
  return __builtin_convertvector(*reinterpret_cast<const Bytes*>(p + r * width), Mask) != 0;
}
inline void store_bytes(unsigned char* p, std::size_t r, Mask m) {
  *reinterpret_cast<Bytes*>(p + r * width) = __builtin_convertvector(m, Bytes);
}
inline bool some(Mask m) {
  long long any = 0;
  for (std::size_t i = 0; i < width; ++i) any |= m[i];
  return any != 0;
}
/// What is so far ahead is wanted soon: the next run of a tile, which the hardware does not foresee.
inline constexpr std::size_t rows_ahead = 8;
inline void soon(const double* p) { __builtin_prefetch(p); }

inline Register magnitude(Register x) { return (Register)((Mask)x & 0x7FFFFFFFFFFFFFFFLL); }
inline Register only_where(Mask m, Register x) { return (Register)(m & (Mask)x); }  // else 0
inline Register one_where(Mask m) { return only_where(m, Register{} + 1.0); }

}  // namespace myod::dsp::MYOD_KERNELS
