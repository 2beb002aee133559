// A configuration file and --set from anybody: refused with a message, or the same after it was printed and read again.
#include <string>

#include "config/config.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace myod::fuzz {
namespace {

void round_trip(const config::Configuration& c) {
  const std::string printed = config::print(c);
  const config::Configuration again = config::parse(printed, "printed");
  require(config::print(again) == printed, "what was printed is read as the same");
  require(config::hash(again) == config::hash(c), "the same configuration has the same hash");
}

void run(Input in) {
  const bool file = in.byte() % 2 == 0;
  const std::string text(in.text());
  try {
    config::Configuration c;
    if (file) {
      c = config::parse(text, "fuzz.toml");
    } else {
      config::set(c, text);
      config::validate(c);
    }
    round_trip(c);
  } catch (const config::ConfigError& e) {
    require(*e.what() != '\0', "a refusal says why");
  }
}

}  // namespace
}  // namespace myod::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  myod::fuzz::run({data, size});
  return 0;
}
