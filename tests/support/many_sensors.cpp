#include "tests/support/many_sensors.hpp"

#include <stdexcept>

namespace myod::test {

ManySensors::ManySensors(const TemporaryFolder& folder, std::size_t first) {
  for (std::size_t i = first; i < sixteen_sensors.size(); ++i) {
    const OneOfMany& one = sixteen_sensors.at(i);
    const std::string name = "s" + std::to_string(i), kind(one.kind), link = folder / name;
    const std::string channels = std::to_string(one.channels), rate = std::to_string(one.rate_hz);
    simulators_.push_back(std::make_unique<Process>(std::vector<std::string>{
        program("myosim"), kind, "--link", link, "--channels", channels, "--rate", rate, "--seed", std::to_string(i)}));
    if (!simulators_.back()->line()) throw std::runtime_error("no simulated " + kind);
    configuration_ += "[[sensor]]\nname = \"" + name + "\"\nkind = \"" + kind + "\"\nport = \"" + link +
                      "\"\nchannels = " + channels + "\nrate_hz = " + rate + "\n";
  }
}

}  // namespace myod::test
