// The wire as it is: one message of each kind, built here, has the bytes that stand in tests/data/proto/messages.txt.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include "myod/v1/myod.pb.h"
#include "proto/framing.hpp"

namespace myod::proto {
namespace {

std::map<std::string, std::string> golden() {
  std::ifstream in(MYOD_SOURCE_DIR "/tests/data/proto/messages.txt");
  std::map<std::string, std::string> lines;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name, hex;
    if (line.starts_with('#') || !(words >> name >> hex)) continue;
    lines[name] = hex;
  }
  return lines;
}

std::string hex(const std::string& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char b : bytes) {
    out += digits[static_cast<unsigned char>(b) >> 4];
    out += digits[b & 15];
  }
  return out;
}

template <typename Message>
std::string line(const std::function<void(Message&)>& fill) {
  Message message;
  fill(message);
  std::string bytes;
  append_message(bytes, message);
  return hex(bytes);
}

using Client = v1::ClientMessage;
using Server = v1::ServerMessage;

std::map<std::string, std::string> client_messages() {
  return {
      {"client_hello", line<Client>([](Client& m) {
         v1::ClientHello& h = *m.mutable_hello();
         h.set_protocol_major(1);
         h.set_protocol_minor(2);
         h.set_program("myoctl 0.1.0");
         h.add_features("events");
       })},
      {"subscribe", line<Client>([](Client& m) {
         v1::Subscribe& s = *m.mutable_subscribe();
         for (const auto kind : {v1::KIND_CONTROL, v1::KIND_FEATURES, v1::KIND_SPECTRUM, v1::KIND_SAMPLES,
                                 v1::KIND_EVENTS, v1::KIND_STATUS})
           s.add_kinds(kind);
         s.add_channels("left");
         s.set_max_rate_hz(20);
         s.set_policy(v1::SLOW_POLICY_DISCONNECT);
       })},
      {"subscribe_resume", line<Client>([](Client& m) {
         m.mutable_subscribe()->add_kinds(v1::KIND_FEATURES);
         v1::Resume& from = *m.mutable_subscribe()->add_resume_from();
         from.set_stream(1);
         from.set_frame(300);
         from.set_event(0);
       })},
      {"command_calibrate", line<Client>([](Client& m) {
         m.mutable_command()->set_id(3);
         v1::Calibrate& c = *m.mutable_command()->mutable_calibrate();
         c.set_what(v1::CALIBRATE_WHAT_REFERENCE);
         c.add_channels("left");
         c.set_reference_kind("mvc");
         c.set_percent(50);
         c.set_seconds(5);
       })},
      {"command_mark", line<Client>([](Client& m) {
         m.mutable_command()->set_id(4);
         m.mutable_command()->mutable_mark()->set_text("pause");
       })},
      {"command_expect", line<Client>([](Client& m) {
         m.mutable_command()->set_id(7);
         m.mutable_command()->mutable_expect()->set_seconds(5);
       })},
      {"command_expect_of", line<Client>([](Client& m) {
         m.mutable_command()->set_id(7);
         m.mutable_command()->mutable_expect()->set_seconds(5);
         m.mutable_command()->mutable_expect()->add_channels("left");
       })},
      {"command_configure", line<Client>([](Client& m) {
         m.mutable_command()->set_id(5);
         m.mutable_command()->mutable_configure()->add_settings("features.hop_ms=10");
       })},
      {"command_record", line<Client>([](Client& m) {
         m.mutable_command()->set_id(6);
         v1::Record& r = *m.mutable_command()->mutable_record();
         r.set_start(true);
         r.set_subject("p01");
         r.set_label("first");
       })},
      {"command_stimulus", line<Client>([](Client& m) {
         m.mutable_command()->set_id(7);
         v1::Stimulus& s = *m.mutable_command()->mutable_stimulus();
         s.set_sensor("arm");
         s.set_t_s(12.5);
         s.set_pulses(30);
         s.set_period_s(0.025);
       })},
      {"command_stimulus_now", line<Client>([](Client& m) {
         m.mutable_command()->set_id(8);
         m.mutable_command()->mutable_stimulus()->set_time_ns(5'000'000'000);
       })},
      {"command_stop", line<Client>([](Client& m) {
         m.mutable_command()->set_id(9);
         m.mutable_command()->mutable_stop();
       })},
      {"ping", line<Client>([](Client& m) { m.mutable_ping()->set_t0_ns(1'000'000); })},
      {"status_request", line<Client>([](Client& m) { m.mutable_status_request(); })},
  };
}

void fill_stream(v1::Stream& s) {
  s.set_stream(1);
  s.set_epoch(2);
  s.set_sensor("sim");
  s.set_sensor_kind("sim");
  s.set_rate_hz(1000);
  v1::Channel& c = *s.add_channels();
  c.set_name("left");
  c.set_kind("emg");
  c.set_muscle("biceps");
  c.set_side("left");
  c.set_unit("uV");
  c.set_scale(0.5);
  c.set_offset(512);
  v1::Feature& f = *s.add_features();
  f.set_name("rms_uv");
  f.set_unit("uV");
  f.set_meaning("root mean square");
  f.set_window_ms(250);
  f.set_delay_ms(125);
  s.add_spectrum()->set_name("mnf_hz");
  s.add_control()->set_name("c");
  s.add_conditioning()->set_name("highpass");
  s.mutable_conditioning(0)->set_delay_ms(0.5);
  s.set_config_hash("abc");
  s.add_limits("none");
}

void fill_frame(v1::Frame& f) {
  f.set_stream(1);
  f.set_epoch(2);
  f.set_sequence(300);
  f.set_kind(v1::KIND_FEATURES);
  f.set_first_index(1000);
  f.set_end_index(1250);
  f.set_first_time_ns(4'751'000'000);
  f.set_last_time_ns(5'000'000'000);
  f.set_written_ns(5'000'100'000);
  f.add_values(1.5F);
  f.add_values(-0.25F);
  v1::ChannelStatus& s = *f.add_status();
  s.set_valid_fraction(0.5);
  s.set_reasons(3);
  s.set_quality("degraded:gap,saturated");
}

void fill_event(v1::Event& e) {
  e.set_stream(1);
  e.set_epoch(2);
  e.set_sequence(3);
  e.set_kind("repetition");
  e.set_channel("left");
  e.set_t_event_s(1.5);
  e.set_t_decision_s(2);
  e.set_value(100);
  e.set_text("x");
  e.set_time_ns(7);
  v1::Repetition& r = *e.mutable_repetition();
  r.set_number(9);
  r.set_start_s(1.5);
  r.set_end_s(2.5);
  r.set_peak_uv(100);
  r.set_peak_ref_pct(50);
  r.set_mean_uv(60);
  r.set_rest_before_s(4);
  r.set_mdf_hz(70);
  r.set_complete(true);
}

void fill_status(v1::Status& m) {
  v1::SensorStatus& s = *m.add_sensors();
  s.set_name("sim");
  s.set_kind("sim");
  s.set_port("sim:");
  s.set_state("streaming");
  s.set_detail("d");
  s.set_samples(1);
  s.set_lost(2);
  s.set_corrupted(3);
  s.set_gaps(4);
  s.set_resyncs(5);
  s.set_skipped_bytes(6);
  s.set_rate_hz(1000);
  s.set_measured_rate_hz(999.5);
  s.set_dropped_blocks(7);
  s.add_channels("left");
  (*s.mutable_skips())["bad_crc"] = 8;
  v1::ClientStatus& c = *m.add_clients();
  c.set_peer("p");
  c.set_program("q");
  c.set_role("viewer");
  c.set_sent(1);
  c.set_lost(2);
  c.set_queued_bytes(3);
  m.set_results_lost(1);
  m.set_events_lost(2);
  m.set_journal_lost(3);
  m.set_recording("r");
  m.set_uptime_s(4.5);
  m.set_version("0.1.0");
}

std::map<std::string, std::string> server_messages() {
  return {
      {"server_hello", line<Server>([](Server& m) {
         v1::ServerHello& h = *m.mutable_hello();
         h.set_protocol_major(1);
         h.set_protocol_minor(2);
         h.set_program("myod 0.1.0");
         h.set_boot_id("b");
         h.add_features("events");
         h.set_role("operator");
         h.set_disclaimer("not a medical device");
         h.set_last_disconnect("slow");
       })},
      {"stream", line<Server>([](Server& m) { fill_stream(*m.mutable_stream()); })},
      {"frame", line<Server>([](Server& m) { fill_frame(*m.mutable_frame()); })},
      {"event", line<Server>([](Server& m) { fill_event(*m.mutable_event()); })},
      {"loss", line<Server>([](Server& m) {
         v1::Loss& l = *m.mutable_loss();
         l.set_stream(1);
         l.set_kind(v1::KIND_SPECTRUM);
         l.set_from(5);
         l.set_to(9);
         l.set_frames(3);
         l.set_reason("slow");
       })},
      {"events_lost", line<Server>([](Server& m) { m.mutable_events_lost()->set_count(2); })},
      {"reply", line<Server>([](Server& m) {
         v1::Reply& r = *m.mutable_reply();
         r.set_id(3);
         r.set_error(v1::ERROR_CODE_FAILED);
         r.set_text("no");
         v1::Measured& measured = *r.add_measured();
         measured.set_channel("left");
         measured.set_done(true);
         measured.set_value_uv(12.5);
         measured.set_text("ok");
       })},
      {"pong", line<Server>([](Server& m) {
         m.mutable_pong()->set_t0_ns(1);
         m.mutable_pong()->set_t1_ns(2);
         m.mutable_pong()->set_t2_ns(3);
       })},
      {"status", line<Server>([](Server& m) { fill_status(*m.mutable_status()); })},
      {"goodbye", line<Server>([](Server& m) {
         m.mutable_goodbye()->set_reason("slow");
         m.mutable_goodbye()->set_code(v1::GOODBYE_CODE_TOO_SLOW);
       })},
      {"heartbeat", line<Server>([](Server& m) { m.mutable_heartbeat()->set_time_ns(11); })},
      {"pair", line<Server>([](Server& m) {
         v1::PairFrame& p = *m.mutable_pair();
         p.set_pair(1);
         p.set_sequence(8);
         p.set_name("elbow");
         p.set_kind("co_contraction");
         p.set_basis("reference");
         p.set_first("biceps");
         p.set_second("triceps");
         p.set_time_ns(100);
         p.set_written_ns(101);
         p.set_valid(true);
         p.set_cci_pct(50);
         p.set_rudolph_pct(13.5);
         p.set_symmetry_pct(-20);
         p.set_first_uv(120.5);
         p.set_second_uv(40);
         p.set_first_pct(30);
         p.set_second_pct(10);
         p.set_t_s(2.5);
       })},
  };
}

TEST(Wire, EveryMessageHasTheBytesItAlwaysHad) {
  auto messages = client_messages();
  messages.merge(server_messages());
  EXPECT_EQ(messages, golden());
}

}  // namespace
}  // namespace myod::proto
