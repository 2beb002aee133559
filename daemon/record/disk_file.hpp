// A file that only grows: whole chunks are gathered in memory, written and made durable together. A write that fails
// cuts the file back to its last whole chunk, so what stands in it stays readable, and nothing is written after it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace myod::record {

class DiskFile {
 public:
  /// Creates it, 0640, with its folders, 0750; an existing file is an error. Look at error() afterwards.
  explicit DiskFile(const std::filesystem::path& path);
  ~DiskFile();
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  /// Append whole chunks here; flush() empties it.
  std::string& buffer() { return buffer_; }
  /// Writes the buffer when it holds much, or always. False: failed, now or before.
  bool flush_if_large() { return buffer_.size() < large ? ok() : flush(); }
  bool flush();
  /// flush() and fdatasync().
  bool sync();

  bool ok() const { return error_.empty(); }
  /// What failed, with the cause and the remedy; empty while all is well.
  const std::string& error() const { return error_; }

 private:
  static constexpr std::size_t large = 256 * 1024;
  void fail(const char* what, int code);

  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t written_ = 0;
  std::string buffer_;
  std::string error_;
};

}  // namespace myod::record
