// XDF, the container (github.com/sccn/xdf, specification 1.0): a file is "XDF:" and chunks; everything little-endian.
//   chunk    [length of the length, 1|4|8][length, tag included][tag, 2][content]
//   Samples  [stream, 4][length of the count][count] then per sample [0 | 8, double time stamp][values]
// A sample without a time stamp would lie one nominal interval after the one before it; here each has one. Writing
// appends to a buffer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace myod::record::xdf {

enum class Tag : std::uint16_t { file_header = 1, stream_header, samples, clock_offset, boundary, stream_footer };

inline constexpr std::string_view magic = "XDF:";

void put_file_header(std::string& out, std::string_view xml);  ///< with the magic before it
void put_stream_header(std::string& out, std::uint32_t stream, std::string_view xml);
/// values.size() / channels samples, channel the fastest index, `step_s` apart; each carries its time stamp.
void put_samples(std::string& out, std::uint32_t stream, double time_s, double step_s, std::span<const double> values,
                 std::size_t channels);
/// One sample.
void put_sample(std::string& out, std::uint32_t stream, double time_s, std::span<const std::int64_t> values);
void put_sample(std::string& out, std::uint32_t stream, double time_s, std::string_view text);
void put_clock_offset(std::string& out, std::uint32_t stream, double time_s, double offset_s);
void put_boundary(std::string& out);
void put_stream_footer(std::string& out, std::uint32_t stream, std::string_view xml);

/// A chunk as read; `content` follows the stream id of those that have one, and is valid until the next one is read.
struct Chunk {
  Tag tag{};
  std::uint32_t stream = 0;
  std::string_view content;
};

class Reader {
 public:
  /// Throws std::runtime_error when the file cannot be read or is not XDF.
  explicit Reader(const std::filesystem::path& path);

  /// The next chunk; nothing at the end, also when the file ends in the middle of a chunk (see truncated()).
  /// Throws std::runtime_error with the offset when the bytes are no chunk.
  std::optional<Chunk> next();
  bool truncated() const { return truncated_; }
  /// Begins again with the first chunk.
  void rewind();

  /// `what` at the current chunk, as an error with file and offset.
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  std::filesystem::path path_;
  std::ifstream in_;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;        ///< where the next chunk begins
  std::uint64_t chunk_at_ = 0;  ///< where the current one began
  bool truncated_ = false;
  std::string content_;
};

/// The values of a Samples chunk, channel the fastest index; T double or int64. Nothing when the content is not whole
/// samples of `channels` such values.
template <typename T>
std::optional<std::vector<T>> numbers(std::string_view content, std::size_t channels);
/// The text of a Samples chunk with one sample of a string stream; valid as long as the content.
std::optional<std::string_view> text(std::string_view content);

}  // namespace myod::record::xdf
