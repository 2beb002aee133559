// Framing: a varint length, then the message. A reader is fed any piece of the byte stream and gives whole messages.
// Apache-2.0-compatible by design: this is all a client needs besides the .proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace myod::proto {

inline constexpr std::size_t max_to_server = 64 * 1024;
inline constexpr std::size_t max_to_client = 1024 * 1024;

/// Appends the length prefix of a message of `size` bytes.
void append_length(std::string& out, std::size_t size);

/// Appends length and message. Message: anything with ByteSizeLong() and SerializeToArray().
template <typename Message>
void append_message(std::string& out, const Message& message) {
  const std::size_t size = message.ByteSizeLong();
  append_length(out, size);
  const std::size_t at = out.size();
  out.resize(at + size);
  message.SerializeToArray(out.data() + at, static_cast<int>(size));
}

/// The message of `framed`, which append_message() wrote.
std::string_view without_length(std::string_view framed);

class FrameReader {
 public:
  explicit FrameReader(std::size_t limit) : limit_(limit) {}

  /// Bytes as they come.
  void feed(std::string_view bytes) {
    buffer_.erase(0, at_);
    at_ = 0;
    buffer_.append(bytes);
  }

  /// The next whole message, valid until the next feed(); nothing when more bytes are needed or broken() is set.
  std::optional<std::string_view> next();

  /// A length above the limit or a varint that does not end: the stream cannot be read any further.
  bool broken() const { return broken_; }

 private:
  std::size_t limit_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

}  // namespace myod::proto
