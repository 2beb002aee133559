// Varint lengths, written and read. A length is refused as soon as it is known to be too long.
#include "proto/framing.hpp"

namespace myod::proto {

void append_length(std::string& out, std::size_t size) {
  while (size >= 0x80) {
    out.push_back(static_cast<char>(0x80 | (size & 0x7F)));
    size >>= 7;
  }
  out.push_back(static_cast<char>(size));
}

std::string_view without_length(std::string_view framed) {
  std::size_t at = 0;
  while ((static_cast<unsigned char>(framed[at]) & 0x80) != 0) ++at;
  return framed.substr(at + 1);
}

std::optional<std::string_view> FrameReader::next() {
  if (broken_) return std::nullopt;
  const std::string_view rest = std::string_view(buffer_).substr(at_);
  std::size_t size = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    size |= static_cast<std::size_t>(byte & 0x7F) << (7 * i);
    if (size > limit_ || (i == 3 && (byte & 0x80) != 0)) {
      broken_ = true;
      return std::nullopt;
    }
    if ((byte & 0x80) != 0) continue;
    if (rest.size() < i + 1 + size) return std::nullopt;
    at_ += i + 1 + size;
    return rest.substr(i + 1, size);
  }
  return std::nullopt;
}

}  // namespace myod::proto
