// Integers as wires carry them: most significant byte first (be) or last (le), 1..4 bytes, signed ones as two's
// complement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace myod::sensors {

inline std::uint32_t unsigned_be(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t b : bytes) value = value << 8U | b;
  return value;
}

inline std::uint32_t unsigned_le(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | bytes[i];
  return value;
}

/// `value` as it came in `bytes` bytes, with its sign.
inline std::int32_t with_sign(std::uint32_t value, std::size_t bytes) {
  const auto unused = static_cast<unsigned>(32 - 8 * bytes);
  return static_cast<std::int32_t>(value << unused) >> unused;
}

inline std::int32_t signed_be(std::span<const std::uint8_t> bytes) {
  return with_sign(unsigned_be(bytes), bytes.size());
}

inline std::int32_t signed_le(std::span<const std::uint8_t> bytes) {
  return with_sign(unsigned_le(bytes), bytes.size());
}

/// As many numbers as there are counts, one behind the other.
inline void read_be(std::span<const std::uint8_t> from, std::size_t bytes, std::span<double> counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = signed_be(from.subspan(bytes * i, bytes));
}

/// The low bytes of a whole number.
inline void put_be(std::span<std::uint8_t> out, double whole) {
  auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(whole));
  for (std::size_t i = out.size(); i-- > 0; value >>= 8U) out[i] = static_cast<std::uint8_t>(value & 0xFFU);
}

inline void write_be(std::span<std::uint8_t> to, std::size_t bytes, std::span<const double> counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) put_be(to.subspan(bytes * i, bytes), counts[i]);
}

inline void put_le(std::span<std::uint8_t> out, double whole) {
  auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(whole));
  for (std::uint8_t& byte : out) {
    byte = static_cast<std::uint8_t>(value & 0xFFU);
    value >>= 8U;
  }
}

}  // namespace myod::sensors
