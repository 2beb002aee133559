#include <bit>
#include <cassert>
#include <cstring>

#include "daemon/record/xdf.hpp"

namespace myod::record::xdf {

static_assert(std::endian::native == std::endian::little, "XDF is little-endian, and so is every machine this runs on");

namespace {

template <typename T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void put_length(std::string& out, std::uint64_t n) {
  if (n < 256) {
    out += '\1';
    put(out, static_cast<std::uint8_t>(n));
  } else if (n < (std::uint64_t{1} << 32)) {
    out += '\4';
    put(out, static_cast<std::uint32_t>(n));
  } else {
    out += '\10';
    put(out, n);
  }
}

std::size_t length_size(std::uint64_t n) { return n < 256 ? 2 : n < (std::uint64_t{1} << 32) ? 5 : 9; }

void begin(std::string& out, Tag tag, std::size_t content) {
  put_length(out, content + sizeof tag);
  put(out, tag);
}

void put_xml(std::string& out, Tag tag, std::uint32_t stream, std::string_view xml) {
  begin(out, tag, sizeof stream + xml.size());
  put(out, stream);
  out += xml;
}

void put_stamp(std::string& out, double time_s) {
  out += '\10';
  put(out, time_s);
}

constexpr std::size_t stamp_size = 9;

}  // namespace

void put_file_header(std::string& out, std::string_view xml) {
  out += magic;
  begin(out, Tag::file_header, xml.size());
  out += xml;
}

void put_stream_header(std::string& out, std::uint32_t stream, std::string_view xml) {
  put_xml(out, Tag::stream_header, stream, xml);
}

void put_stream_footer(std::string& out, std::uint32_t stream, std::string_view xml) {
  put_xml(out, Tag::stream_footer, stream, xml);
}

void put_samples(std::string& out, std::uint32_t stream, double time_s, double step_s, std::span<const double> values,
                 std::size_t channels) {
  assert(channels != 0 && values.size() % channels == 0);
  const std::size_t count = values.size() / channels;
  if (count == 0) return;
  begin(out, Tag::samples, sizeof stream + length_size(count) + count * stamp_size + values.size_bytes());
  put(out, stream);
  put_length(out, count);
  for (std::size_t i = 0; i < count; ++i) {
    put_stamp(out, time_s + static_cast<double>(i) * step_s);
    out.append(reinterpret_cast<const char*>(values.data() + i * channels), channels * sizeof(double));
  }
}

void put_sample(std::string& out, std::uint32_t stream, double time_s, std::span<const std::int64_t> values) {
  begin(out, Tag::samples, sizeof stream + length_size(1) + stamp_size + values.size_bytes());
  put(out, stream);
  put_length(out, 1);
  put_stamp(out, time_s);
  out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

void put_sample(std::string& out, std::uint32_t stream, double time_s, std::string_view text) {
  begin(out, Tag::samples, sizeof stream + length_size(1) + stamp_size + length_size(text.size()) + text.size());
  put(out, stream);
  put_length(out, 1);
  put_stamp(out, time_s);
  put_length(out, text.size());
  out += text;
}

void put_clock_offset(std::string& out, std::uint32_t stream, double time_s, double offset_s) {
  begin(out, Tag::clock_offset, sizeof stream + 2 * sizeof(double));
  put(out, stream);
  put(out, time_s);
  put(out, offset_s);
}

void put_boundary(std::string& out) {
  static constexpr char uuid[] = "\x43\xA5\x46\xDC\xCB\xF5\x41\x0F\xB3\x0E\xD5\x46\x73\x83\xCB\xE4";
  begin(out, Tag::boundary, 16);
  out.append(uuid, 16);
}

}  // namespace myod::record::xdf
