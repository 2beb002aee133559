#include "daemon/sensor_link.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "daemon/clock.hpp"
#include "daemon/silence.hpp"

namespace myod::daemon {

namespace {

constexpr auto look_period = std::chrono::milliseconds(50);
constexpr std::int64_t silent_after_ns = 3'000'000'000;

std::string wrong_rate(const std::string& port, double measured_hz, double nominal_hz) {
  const auto hz = [](double v) { return std::string(dsp::Text<32>{}.number(v, v < 100.0 ? 1 : 0).view()) + " Hz"; };
  return "wrong rate: " + port + " sends " + hz(measured_hz) + ", rate_hz is " + hz(nominal_hz) +
         ": correct it; until then spectra, windows and durations are wrong by that factor";
}

/// Of a counter that wraps earlier than it may: each wrap is taken for a device that began again.
dsp::Text<200> early_wrap(const AssemblerCounts& counts) {
  constexpr std::uint64_t no_chance = 2;
  dsp::Text<200> text;
  if (counts.wraps < no_chance) return text;
  (text << "the sample counter begins again at ").number(static_cast<double>(counts.wraps_at), 0);
  text << ": counter_column must wrap at 2^32 or never (unsigned long); until then what is lost there is a guess";
  return text;
}

std::string sends_instead(const std::string& port, const std::string& other) {
  return port + " sends what " + other + " sends (set kind and channels to that)";
}

TimeState time_state(const Timebase& timebase) {
  TimeState t;
  if (!timebase.known()) return t;
  t.drift_ppm = timebase.drift_ppm();
  t.drift_error_ppm = timebase.drift_error_ppm();
  t.error_ms = static_cast<double>(timebase.uncertainty_ns()) * 1e-6;
  t.late_p50_ms = 1e3 * timebase.residuals().percentile(50.0);
  t.late_p99_ms = 1e3 * timebase.residuals().percentile(99.0);
  return t;
}

/// Slow sensors are given four samples' time.
std::int64_t silent_after(double rate_hz) {
  return rate_hz > 0.0 ? std::max(silent_after_ns, static_cast<std::int64_t>(4e9 / rate_hz)) : silent_after_ns;
}

}  // namespace

SensorLink::SensorLink(boost::asio::io_context& io, const SensorPlan& plan, Ring& blocks, Wake& dsp, Publish publish)
    : io_(io),
      plan_(plan),
      address_(port::parse_address(plan.port)),
      blocks_(blocks),
      dsp_(dsp),
      publish_(std::move(publish)),
      setup_(plan.setup),
      back_off_(plan.stream + 1),
      retry_timer_(io),
      look_timer_(io),
      room_timer_(io) {
  state_.detail = dsp::Text<240>("not started");
  find_layout();
}

void SensorLink::start() {
  started_ = true;
  publish(true);
  open();
  look_after();
}

void SensorLink::open() {
  std::string why;
  const std::uint64_t opening = ++opening_;
  talking_ = false;
  port_ = port::open(io_, address_, *plan_.row, setup_, why);
  if (!port_) return failed(why);
  const auto current = [this, opening] { return opening == opening_; };
  port_->when_ready([this, current] {
    boost::asio::post(io_, [this, current] {
      if (current()) begin_session();
    });
  });
  port_->start(
      [this, current](std::span<const std::uint8_t> bytes, std::int64_t arrival_ns) {
        if (current()) received(bytes, arrival_ns);
      },
      [this, current](std::string_view text, bool final) {
        if (current()) port_closed(std::string(text), final);
      });
}

void SensorLink::begin_session() {
  if (opened_before_) {
    find_layout();  // what was being found out begins anew; what is known stays
    assembler_->reopened();
  }
  opened_before_ = true;
  unread_.clear();
  at_sample_ = assembler_->counts();
  const bool file = address_.kind == port::Address::Kind::file;
  if (back_off_.fresh() || state_.state != Word::waiting) set(Word::starting, "opened " + address_.text);
  session_ = std::make_unique<Session>(
      io_, *port_, file ? std::vector<sensors::Step>() : plan_.row->start(setup_), plan_.row->refusals(setup_),
      [this](const std::string& why, const std::string& rest) { session_done(why, rest); });
  session_->start();
}

void SensorLink::session_done(const std::string& why, const std::string& rest) {
  boost::asio::post(io_, [old = std::shared_ptr<Session>(std::move(session_))] {});
  if (!why.empty()) {
    drop_port();
    const std::string other = unread_.from_another(*plan_.row, setup_);
    return failed(other.empty() ? address_.text + ": " + why : sends_instead(address_.text, other));
  }
  talking_ = true;
  last_sample_ns_ = monotonic_ns();
  told_silent_ = false;
  if (address_.kind == port::Address::Kind::file)
    assembler_->begins_whole();
  else if (!plan_.row->streams_unasked)
    assembler_->started();
  set(Word::starting, meter_ ? "measuring the rate (5 s; give rate_hz to skip this)"
                             : "waiting for the first samples of " + address_.text);
  if (!rest.empty()) received({reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size()}, monotonic_ns());
}

void SensorLink::port_closed(const std::string& why, bool final) {
  if (final && vote_ && vote_->lines() > 0) columns_decided(arrival_ns_);
  if (writer_) {
    if (final) assembler_->tick(arrival_ns_ + silent_after_ns);
    writer_->flush(assembler_->timebase(), arrival_ns_);
    if (writer_->full()) wait_for_room();
  }
  const bool was_streaming = state_.state == Word::streaming;
  drop_port();
  if (ending_) return;
  if (final) {
    state_.finished = true;
    return set(Word::lost, why);
  }
  if (!was_streaming) return failed(why);
  set(Word::lost, why);
  retry();
}

// Deferred: this may run inside a callback of the port itself.
void SensorLink::drop_port() {
  ++opening_;
  talking_ = false;
  if (session_) boost::asio::post(io_, [old = std::shared_ptr<Session>(std::move(session_))] {});
  if (port_) boost::asio::post(io_, [old = std::shared_ptr<port::Port>(std::move(port_))] {});
}

void SensorLink::failed(const std::string& why) {
  set(Word::waiting, "waiting for " + why);
  retry();
}

void SensorLink::retry() {
  if (ending_) return;
  retry_timer_.expires_after(back_off_.next());
  retrying_ = true;
  retry_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) retry_now();
  });
}

void SensorLink::retry_now() {
  if (std::exchange(retrying_, false) && !ending_) open();
}

void SensorLink::plugged() {
  if (!retrying_) return;
  retry_timer_.cancel();
  back_off_.reset();  // it may take a moment until it answers
  retry_now();
}

void SensorLink::set(Word word, const std::string& detail) {
  const dsp::Text<240> text(detail);
  const bool news = state_.state != word || state_.detail.view() != text.view();
  state_.state = word;
  state_.detail = text;
  if (news) publish(true);
}

void SensorLink::say_streaming() {
  back_off_.reset();
  told_silent_ = false;
  const double off_hz = off_nominal_hz();
  set(Word::streaming, off_hz == 0.0 ? address_.text : wrong_rate(address_.text, off_hz, setup_.rate_hz));
}

/// The measured rate where it is not the nominal one, else 0. A file's time is its own.
double SensorLink::off_nominal_hz() const {
  return address_.kind == port::Address::Kind::file ? 0.0 : assembler_->off_nominal_hz();
}

void SensorLink::publish(bool news) {
  if (writer_) {
    state_.counts = assembler_->counts();
    state_.measured_rate_hz = assembler_->measured_rate_hz();
    state_.dropped_blocks = writer_->dropped();
    state_.time = time_state(assembler_->timebase());
    const dsp::Text<200> hint = hint_now();
    news = news || hint.view() != state_.hint.view();
    state_.hint = hint;
  }
  if (started_) publish_(state_, news);
}

/// The gravest of what looks wrong although samples come.
dsp::Text<200> SensorLink::hint_now() const {
  if (!mostly_skipped_.view().empty()) return mostly_skipped_;
  if (const dsp::Text<200> loose = electrodes_->hint(); !loose.view().empty()) return loose;
  const dsp::Text<200> scale = scale_ ? scale_->hint() : dsp::Text<200>();
  return scale.view().empty() ? early_wrap(state_.counts) : scale;
}

/// Samples come, and are found in much that is none.
void SensorLink::look_at_skipped(std::int64_t now_ns) {
  if (!skipped_.due(now_ns, arrived_bytes_, assembler_->counts())) return;
  mostly_skipped_ = {};
  if (!skipped_.mostly_skipped() || state_.state != Word::streaming) return;
  mostly_skipped_ << "most of what comes is no sample: "
                  << seen_instead(skipped_.earlier(), assembler_->counts(), *plan_.row, setup_)
                  << ": are kind, baud rate and channels right?";
}

// Every now and then: what waits for time to pass, silence, the counts.
void SensorLink::look_after() {
  const std::int64_t now = monotonic_ns();
  const bool live = address_.kind != port::Address::Kind::file;  // a file's time is its own
  if (live && writer_) {
    assembler_->tick(now);
    writer_->flush(assembler_->timebase(), now);
    if (talking_ && progressed(now)) say_streaming();
    look_at_skipped(now);
  }
  if (live && talking_ && !told_silent_ && now - last_sample_ns_ > silent_after(setup_.rate_hz)) say_silent();
  publish(false);
  look_timer_.expires_after(look_period);
  look_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look_after();
  });
}

/// Whether samples came since last asked.
bool SensorLink::progressed(std::int64_t arrival_ns) {
  if (assembler_->counts().frames == at_sample_.frames) return false;
  at_sample_ = assembler_->counts();
  last_sample_ns_ = arrival_ns;
  unread_.clear();
  return true;
}

// Samples that were there are lost; the port may be open, and full of something else.
void SensorLink::say_silent() {
  told_silent_ = true;
  const bool streamed = state_.state == Word::streaming;
  const std::string seen = seen_instead(at_sample_, assembler_->counts(), *plan_.row, setup_);
  const std::string since = streamed ? "no data since " + time_of_day(last_sample_ns_) : std::string("no data");
  assembler_->fell_silent();
  const std::string other = unread_.from_another(*plan_.row, setup_);
  if (!other.empty())
    set(streamed ? Word::lost : Word::starting, since + ": " + sends_instead(address_.text, other));
  else if (!seen.empty())
    set(streamed ? Word::lost : Word::starting,
        since + " from " + address_.text + " but " + seen + " (are kind, baud rate and channels right?)");
  else if (streamed)
    set(Word::lost, since + " from " + address_.text + ", which is open (switched off, or out of reach?)");
  else
    set(Word::starting, since + " from " + address_.text + " (are kind and baud rate right?)");
}

void SensorLink::shut_down(std::function<void()> done) {
  ending_ = true;
  retry_timer_.cancel();
  if (!port_ || address_.kind == port::Address::Kind::file) {
    drop_port();
    return done();
  }
  talking_ = false;
  if (session_) boost::asio::post(io_, [old = std::shared_ptr<Session>(std::move(session_))] {});
  session_ = std::make_unique<Session>(io_, *port_, plan_.row->stop(setup_), plan_.row->refusals(setup_),
                                       [this, done = std::move(done)](const std::string&, const std::string&) {
                                         drop_port();
                                         done();
                                       });
  session_->start();
}

}  // namespace myod::daemon
