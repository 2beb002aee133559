#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "daemon/record/xdf.hpp"

namespace myod::record::xdf {

namespace {

/// Takes values off the front of a view; false, and nothing taken, when it is too short.
template <typename T>
bool take(std::string_view& from, T& value) {
  if (from.size() < sizeof value) return false;
  std::memcpy(&value, from.data(), sizeof value);
  from.remove_prefix(sizeof value);
  return true;
}

template <typename T>
bool take_as(std::string_view& from, std::uint64_t& n) {
  T value{};
  if (!take(from, value)) return false;
  n = value;
  return true;
}

bool take_length(std::string_view& from, std::uint64_t& n) {
  std::uint8_t bytes = 0;
  if (!take(from, bytes)) return false;
  if (bytes == 1) return take_as<std::uint8_t>(from, n);
  if (bytes == 4) return take_as<std::uint32_t>(from, n);
  return bytes == 8 && take_as<std::uint64_t>(from, n);
}

bool skip_stamp(std::string_view& from) {
  std::uint8_t bytes = 0;
  double time_s = 0.0;
  if (!take(from, bytes)) return false;
  return bytes == 0 || (bytes == 8 && take(from, time_s));
}

}  // namespace

Reader::Reader(const std::filesystem::path& path) : path_(path), in_(path, std::ios::binary) {
  std::string found(magic.size(), '\0');
  if (!in_.read(found.data(), static_cast<std::streamsize>(found.size())) && !in_.eof())
    throw std::runtime_error("cannot read " + path.string() + ": " + std::strerror(errno));
  if (found != magic)
    throw std::runtime_error(path.string() + ": is not a recording (an XDF file begins with \"XDF:\")");
  rewind();
}

void Reader::rewind() {
  in_.clear();
  in_.seekg(static_cast<std::streamoff>(magic.size()));
  size_ = std::filesystem::file_size(path_);
  at_ = magic.size();
  truncated_ = false;
}

void Reader::refuse(const std::string& what) const {
  throw std::runtime_error(path_.string() + ": byte " + std::to_string(chunk_at_) + ": " + what);
}

std::optional<Chunk> Reader::next() {
  chunk_at_ = at_;
  const auto cut = [this]() -> std::optional<Chunk> {
    truncated_ = at_ < size_;
    return std::nullopt;
  };
  std::string length_field(1, '\0');
  if (!in_.read(length_field.data(), 1)) return cut();
  const auto bytes = static_cast<std::size_t>(static_cast<unsigned char>(length_field[0]));
  if (bytes != 1 && bytes != 4 && bytes != 8) refuse("no chunk begins here: the file is damaged");
  length_field.resize(1 + bytes);
  if (!in_.read(length_field.data() + 1, static_cast<std::streamsize>(bytes))) return cut();
  std::string_view field = length_field;
  std::uint64_t length = 0;
  take_length(field, length);
  if (length < sizeof(Tag)) refuse("a chunk shorter than its tag: the file is damaged");
  if (length > size_ - std::min(size_, at_ + 1 + bytes)) return cut();

  content_.resize(length);
  if (!in_.read(content_.data(), static_cast<std::streamsize>(length))) refuse("cannot be read");
  at_ += 1 + bytes + length;

  Chunk chunk;
  chunk.content = content_;
  take(chunk.content, chunk.tag);
  const bool of_stream = chunk.tag != Tag::file_header && chunk.tag != Tag::boundary;
  if (of_stream && !take(chunk.content, chunk.stream)) refuse("a chunk without its stream: the file is damaged");
  return chunk;
}

template <typename T>
std::optional<std::vector<T>> numbers(std::string_view content, std::size_t channels) {
  std::uint64_t count = 0;
  if (!take_length(content, count)) return std::nullopt;
  if (count != 0 && channels > content.size() / sizeof(T) / count) return std::nullopt;
  std::vector<T> values;
  values.reserve(count * channels);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!skip_stamp(content)) return std::nullopt;
    for (std::size_t c = 0; c < channels; ++c) {
      T value{};
      if (!take(content, value)) return std::nullopt;
      values.push_back(value);
    }
  }
  if (!content.empty()) return std::nullopt;
  return values;
}

template std::optional<std::vector<double>> numbers(std::string_view, std::size_t);
template std::optional<std::vector<std::int64_t>> numbers(std::string_view, std::size_t);

std::optional<std::string_view> text(std::string_view content) {
  std::uint64_t count = 0, length = 0;
  const bool whole = take_length(content, count) && count == 1 && skip_stamp(content) && take_length(content, length) &&
                     length == content.size();
  return whole ? std::optional(content) : std::nullopt;
}

}  // namespace myod::record::xdf
