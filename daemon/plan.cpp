#include "daemon/plan.hpp"

#include <cmath>
#include <set>
#include <stdexcept>

#include "daemon/port/port.hpp"

namespace myod::daemon {

namespace {

std::string known_kinds() {
  std::string list;
  for (const sensors::SensorRow* row : sensors::sensor_table())
    list += (list.empty() ? "" : ", ") + std::string(row->name);
  return list;
}

sensors::Setup wished_setup(const config::SensorConfig& c) {
  sensors::Setup s;
  s.rate_hz = c.rate_hz;
  s.channels = static_cast<std::uint32_t>(c.channels);
  s.full_scale = c.full_scale;
  s.gain = c.gain;
  s.bits = c.bits;
  s.counter_column = c.counter_column;
  s.timestamp_column = c.timestamp_column;
  s.unit = c.unit;
  s.lead_off = c.lead_off;
  return s;
}

SensorPlan plan_one(const config::SensorConfig& c, std::uint32_t stream) {
  SensorPlan plan;
  plan.name = c.name;
  plan.stream = stream;
  plan.row = sensors::find_sensor(c.kind);
  if (plan.row == nullptr)
    throw config::ConfigError(config::located(c, "kind = \"" + c.kind + "\": must be auto or one of " + known_kinds()));
  plan.port = c.port.empty() ? std::string(plan.row->default_port) : c.port;
  if (plan.port.empty())
    throw config::ConfigError(
        config::located(c, "port: " + c.kind + " needs one, for example " + c.kind + "@/dev/ttyUSB0"));
  try {
    const port::Address address = port::parse_address(plan.port);
    plan.setup = sensors::complete_setup(*plan.row, wished_setup(c));
    if (address.rate_hz > 0.0) plan.setup.rate_hz = address.rate_hz;
    if (address.kind == port::Address::Kind::file && plan.setup.rate_hz <= 0.0)
      throw std::invalid_argument("port = \"" + plan.port + "\": the rate of a file must be known; for example " +
                                  plan.port + "?rate=1000");
  } catch (const std::invalid_argument& wrong) {
    throw config::ConfigError(config::located(c, wrong.what()));
  }
  return plan;
}

}  // namespace

std::vector<SensorPlan> plan_sensors(const config::Configuration& configuration) {
  std::vector<SensorPlan> plans;
  for (const config::SensorConfig& c : configuration.sensors)
    plans.push_back(plan_one(c, static_cast<std::uint32_t>(plans.size())));
  check_names(plans, configuration);
  return plans;
}

dsp::Stream make_stream(const SensorPlan& plan, const sensors::Setup& layout, double rate_hz,
                        const config::Configuration& configuration) {
  dsp::Stream stream;
  stream.sensor = plan.name;
  stream.rate_mhz = static_cast<std::uint64_t>(std::llround(rate_hz * 1000.0));
  stream.channels = plan.row->channels(layout);
  const bool alone = configuration.sensors.size() == 1;
  const auto& wished = configuration.sensors[plan.stream].channel;
  for (std::size_t i = 0; i < stream.channels.size(); ++i) {
    dsp::Channel& channel = stream.channels[i];
    if (i < wished.size()) {
      const config::ChannelConfig& wish = wished[i];
      if (channel.kind == dsp::ChannelKind::emg && wish.kind != dsp::ChannelKind::emg) {
        channel.kind = wish.kind;  // the row's scale is one of electrodes: anything else is told in counts
        channel.unit = "count";
        channel.scale = 1.0;
        channel.offset = 0.0;
      }
      channel.name = wish.name;
      channel.muscle = wish.muscle;
      channel.side = wish.side;
      if (!wish.unit.empty()) channel.unit = wish.unit;
    } else if (!alone) {
      channel.name = plan.name + "." + channel.name;
    }
  }
  config::condition_channels(configuration, stream);
  return stream;
}

void check_names(const std::vector<SensorPlan>& plans, const config::Configuration& configuration) {
  std::set<std::string> names;
  std::vector<dsp::Stream> streams;
  for (const SensorPlan& plan : plans) {
    if (plan.setup.channels == 0) continue;  // found out from the data
    const config::SensorConfig& c = configuration.sensors[plan.stream];
    const dsp::Stream stream = make_stream(plan, plan.setup, plan.setup.rate_hz, configuration);
    if (c.channel.size() > stream.channels.size())
      throw config::ConfigError(config::located(c, "channel: " + std::to_string(c.channel.size()) +
                                                       " are named, the sensor has " +
                                                       std::to_string(stream.channels.size())));
    for (const dsp::Channel& channel : stream.channels)
      if (!names.insert(channel.name).second)
        throw config::ConfigError(
            config::located(c, "channel: the name \"" + channel.name + "\" is used twice: give unique names"));
    streams.push_back(stream);
  }
  if (streams.size() < plans.size()) return;
  config::check_channels(configuration, streams);
  config::check_pairs(configuration, streams);
}

}  // namespace myod::daemon
