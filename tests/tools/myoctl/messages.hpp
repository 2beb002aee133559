// The daemon's messages as these tests need them: one sensor "sim" with two muscles, a force channel between them.
#pragma once

#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include "myod/v1/myod.pb.h"

namespace myod::test {

inline v1::ServerHello hello(const std::string& boot = "boot-1") {
  v1::ServerHello h;
  h.set_protocol_major(1);
  h.set_program("myod 0.1.0");
  h.set_boot_id(boot);
  h.set_role("operator");
  return h;
}

inline v1::ServerMessage stream_message(std::uint32_t epoch = 1) {
  v1::ServerMessage message;
  auto& stream = *message.mutable_stream();
  stream.set_stream(1);
  stream.set_epoch(epoch);
  stream.set_sensor("sim");
  stream.set_rate_hz(1000);
  for (const auto& [name, kind] : {std::pair{"biceps", "emg"}, {"grip", "force"}, {"triceps", "emg"}}) {
    auto& channel = *stream.add_channels();
    channel.set_name(name);
    channel.set_kind(kind);
  }
  for (const char* name : {"rms_uv", "ref_pct", "active"}) stream.add_features()->set_name(name);
  for (const char* name : {"mnf_hz", "mdf_hz", "active_fraction"}) stream.add_spectrum()->set_name(name);
  for (auto* feature : {stream.mutable_features(0), stream.mutable_features(1)}) feature->set_delay_ms(125);
  auto& highpass = *stream.add_conditioning();
  highpass.set_name("high-pass 20 Hz");
  highpass.set_delay_ms(8.4);
  return message;
}

/// Values as listed, channel-major; every channel with these reasons.
inline v1::ServerMessage frame_message(v1::Kind kind, std::initializer_list<float> values, std::uint32_t reasons = 0,
                                       const std::string& quality = "ok", std::uint32_t epoch = 1) {
  v1::ServerMessage message;
  auto& frame = *message.mutable_frame();
  frame.set_stream(1);
  frame.set_epoch(epoch);
  frame.set_sequence(7);
  frame.set_kind(kind);
  frame.set_end_index(12340);
  for (const float v : values) frame.add_values(v);
  for (int c = 0; c < 3; ++c) {
    auto& status = *frame.add_status();
    status.set_valid_fraction(1);
    status.set_reasons(reasons);
    status.set_quality(quality);
  }
  return message;
}

inline v1::ServerMessage repetition_message(const std::string& channel, std::uint32_t number) {
  v1::ServerMessage message;
  auto& event = *message.mutable_event();
  event.set_stream(1);
  event.set_epoch(1);
  event.set_kind("repetition");
  event.set_channel(channel);
  event.set_t_event_s(10.5);
  event.set_t_decision_s(12.25);
  event.set_value(310.5);
  event.set_text("1.5 s, 4.0 s after the last");
  auto& repetition = *event.mutable_repetition();
  repetition.set_number(number);
  repetition.set_start_s(10.5);
  repetition.set_end_s(12);
  repetition.set_peak_uv(310.5);
  repetition.set_mdf_hz(82);
  return message;
}

inline v1::ServerMessage status_message(const std::string& state = "streaming", const std::string& detail = "") {
  v1::ServerMessage message;
  auto& sensor = *message.mutable_status()->add_sensors();
  sensor.set_name("sim");
  sensor.set_kind("sim");
  sensor.set_state(state);
  sensor.set_detail(detail);
  sensor.set_samples(12340);
  sensor.set_lost(3);
  sensor.set_gaps(2);
  sensor.set_rate_hz(1000);
  sensor.set_drift_ppm(12.5);
  sensor.set_drift_error_ppm(3.0);
  sensor.set_time_error_ms(0.25);
  sensor.set_late_p50_ms(0.5);
  sensor.set_late_p99_ms(std::numeric_limits<double>::quiet_NaN());
  for (const char* name : {"biceps", "grip", "triceps"}) sensor.add_channels(name);
  return message;
}

/// Biceps against triceps, 30 % and 10 % of their references.
inline v1::ServerMessage pair_message() {
  v1::ServerMessage message;
  auto& pair = *message.mutable_pair();
  pair.set_name("elbow");
  pair.set_kind("co_contraction");
  pair.set_basis("reference");
  pair.set_first("biceps");
  pair.set_second("triceps");
  pair.set_sequence(5);
  pair.set_time_ns(100);
  pair.set_t_s(12.3);
  pair.set_valid(true);
  pair.set_cci_pct(50);
  pair.set_rudolph_pct(13.25);
  pair.set_symmetry_pct(std::numeric_limits<double>::quiet_NaN());
  pair.set_first_uv(121);
  pair.set_second_uv(40);
  pair.set_first_pct(30);
  pair.set_second_pct(10);
  return message;
}

inline constexpr float nan_f = std::numeric_limits<float>::quiet_NaN();

}  // namespace myod::test
