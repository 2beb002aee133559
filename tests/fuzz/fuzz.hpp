// What fuzz targets share: libFuzzer's input as a row of decisions, and a check that stays in every build.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string_view>

namespace myod::fuzz {

/// A promise of the code was broken: libFuzzer keeps the input and says so.
inline void require(bool kept, const char* promise) {
  if (kept) return;
  std::cerr << "broken: " << promise << '\n';
  std::abort();
}

/// The input, taken from its front. Once it is used up everything is 0.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
  bool empty() const { return rest_.empty(); }
  std::size_t size() const { return rest_.size(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t b = rest_.front();
    rest_ = rest_.subspan(1);
    return b;
  }
  /// Whether `word` is next; then it is taken.
  bool take(std::string_view word) {
    if (rest_.size() < word.size() || !std::equal(word.begin(), word.end(), rest_.begin(), same)) return false;
    rest_ = rest_.subspan(word.size());
    return true;
  }
  /// A number below `end` (1 to 65536).
  std::size_t below(std::size_t end) {
    const std::size_t high = byte();
    return (high * 256 + byte()) % end;
  }
  /// At most `most` bytes.
  std::span<const std::uint8_t> bytes(std::size_t most) {
    const auto some = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(some.size());
    return some;
  }
  std::string_view text() {
    const auto all = bytes(rest_.size());
    return {reinterpret_cast<const char*>(all.data()), all.size()};
  }

 private:
  static bool same(char letter, std::uint8_t byte) { return static_cast<std::uint8_t>(letter) == byte; }

  std::span<const std::uint8_t> rest_;
};

}  // namespace myod::fuzz
