// A recording somebody else wrote, or a disk damaged: read to the end or refused with a message. The reader wants a
// path, so the input stands in a file without a name.
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "daemon/record/journal_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace myod::fuzz {
namespace {

struct Handler : record::JournalHandler {
  void block(const dsp::SampleBlock& block) override {
    require(block.raw.size() == std::size_t{block.head.instants} * block.head.channels,
            "a block is as long as it says");
  }
};

/// Chunks as XDF frames them, so that lengths are right more often than by chance.
std::string file_of(Input& in) {
  std::string file(record::xdf::magic);
  if (in.byte() % 2 == 0) return file.append(in.text());
  while (!in.empty()) {
    const auto tag = static_cast<char>(in.below(8));
    const auto size = static_cast<std::uint32_t>(in.below(600));
    const auto content = in.bytes(size);
    const auto length = static_cast<std::uint32_t>(content.size() + 2);
    file += '\4';
    for (unsigned shift = 0; shift < 32; shift += 8) file += static_cast<char>(length >> shift);
    file += tag;
    file += '\0';
    file.append(content.begin(), content.end());
  }
  return file;
}

void run(Input in) {
  static const int fd = memfd_create("recording", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const std::string file = file_of(in);
  require(ftruncate(fd, 0) == 0 && pwrite(fd, file.data(), file.size(), 0) == static_cast<ssize_t>(file.size()),
          "there is memory for the file");
  try {
    record::JournalReader reader(path);
    Handler handler;
    while (reader.next(handler)) {
    }
  } catch (const std::runtime_error& e) {
    require(*e.what() != '\0', "a refusal says why");
  }
}

}  // namespace
}  // namespace myod::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  myod::fuzz::run({data, size});
  return 0;
}
