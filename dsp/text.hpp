// A short text in place: composed on the dsp thread, where nothing may allocate. Too long is cut, never overrun.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace myod::dsp {

template <std::size_t N>
class Text {
 public:
  constexpr Text() = default;
  constexpr Text(std::string_view s) { *this << s; }  // NOLINT(google-explicit-constructor): reads as an assignment

  constexpr std::string_view view() const { return {data_.data(), size_}; }
  constexpr bool operator==(const Text&) const = default;  // behind the text all bytes are zero

  constexpr Text& operator<<(std::string_view s) {
    const std::size_t n = std::min(s.size(), N - size_);
    std::copy_n(s.data(), n, data_.data() + size_);
    size_ += static_cast<unsigned char>(n);
    return *this;
  }

  /// A number with a fixed count of decimals, in the C locale. NaN is written as "-".
  Text& number(double v, int decimals) {
    if (std::isnan(v)) return *this << "-";
    std::array<char, 64> buffer;  // NOLINT: filled by to_chars
    const auto r =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), v,
                      std::abs(v) < 1e15 ? std::chars_format::fixed : std::chars_format::scientific, decimals);
    return *this << std::string_view(buffer.data(), static_cast<std::size_t>(r.ptr - buffer.data()));
  }

 private:
  static_assert(N < 256);
  std::array<char, N> data_{};
  unsigned char size_ = 0;
};

}  // namespace myod::dsp
