// Every refusal names what there is instead.
#include "daemon/serve/subscription.hpp"

#include <cmath>
#include <string>

namespace myod::serve {
namespace {

v1::Reply refusal(v1::ErrorCode error, const std::string& text) {
  v1::Reply reply;
  reply.set_error(error);
  reply.set_text("subscription refused: " + text);
  return reply;
}

std::optional<v1::Reply> check_kind(int kind) {
  if (kind == v1::KIND_SAMPLES)
    return refusal(v1::ERROR_CODE_UNSUPPORTED,
                   "this version does not send samples; record them, or take kind features or control");
  if (kind == v1::KIND_UNSPECIFIED || !v1::Kind_IsValid(kind))
    return refusal(
        v1::ERROR_CODE_BAD_VALUE,
        "kind " + std::to_string(kind) + " is not known: there are control, features, spectrum, pairs, events, status");
  return std::nullopt;
}

std::optional<v1::Reply> check_resume(const v1::Resume& from, const std::map<std::uint32_t, DescribedStream>& streams) {
  const std::string name = "resume_from: stream " + std::to_string(from.stream());
  const auto found = streams.find(from.stream());
  if (found == streams.end()) return refusal(v1::ERROR_CODE_BAD_VALUE, name + " has not begun");
  if (from.frame() > found->second.next_sequence || from.event() > found->second.history.next_event())
    return refusal(v1::ERROR_CODE_BAD_VALUE,
                   name + " has not come that far: is the sequence of another run of myod (boot_id)?");
  return std::nullopt;
}

}  // namespace

std::optional<v1::Reply> Subscription::change(const v1::Subscribe& wish,
                                              const std::map<std::uint32_t, DescribedStream>& streams) {
  for (const int kind : wish.kinds())
    if (auto refused = check_kind(kind)) return refused;
  if (!(wish.max_rate_hz() >= 0.0 && std::isfinite(wish.max_rate_hz())))
    return refusal(v1::ERROR_CODE_BAD_VALUE, "max_rate_hz must be 0 (all) or above");
  if (!v1::SlowPolicy_IsValid(wish.policy()))
    return refusal(v1::ERROR_CODE_BAD_VALUE, "policy must be drop-oldest or disconnect");

  std::set<std::string> names;
  for (const auto& [index, described] : streams)
    for (const v1::Channel& channel : described.stream.channels()) names.insert(channel.name());
  for (const std::string& channel : wish.channels()) {
    if (names.count(channel) != 0) continue;
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? ": there are " : ", ") + name;
    return refusal(v1::ERROR_CODE_UNKNOWN_CHANNEL,
                   "no channel is called " + channel + (known.empty() ? ": no sensor has started yet" : known));
  }

  std::set<std::uint32_t> resumed;
  for (const v1::Resume& from : wish.resume_from()) {
    if (auto refused = check_resume(from, streams)) return refused;
    if (!resumed.insert(from.stream()).second)
      return refusal(v1::ERROR_CODE_BAD_VALUE, "resume_from: name each stream once");
  }

  kinds_.clear();
  for (const int kind : wish.kinds()) kinds_.insert(static_cast<v1::Kind>(kind));
  channels_ = {wish.channels().begin(), wish.channels().end()};
  max_rate_hz_ = wish.max_rate_hz();
  may_drop_ = wish.policy() == v1::SLOW_POLICY_DROP_OLDEST;
  last_slot_.clear();
  streams_.clear();
  for (const auto& [index, known] : streams) described(known.stream);
  return std::nullopt;
}

void Subscription::described(const v1::Stream& stream) {
  streams_.erase(stream.stream());
  for (const v1::Channel& channel : stream.channels())
    if (channels_.count(channel.name()) != 0) streams_.insert(stream.stream());
}

bool Subscription::wants_frames(std::uint32_t stream) const {
  return wants_stream(stream) && (has(v1::KIND_CONTROL) || has(v1::KIND_FEATURES) || has(v1::KIND_SPECTRUM));
}

bool Subscription::wants_pair(const dsp::PairNames& pair) const {
  return has(v1::KIND_PAIRS) &&
         (channels_.empty() || channels_.count(pair.first) != 0 || channels_.count(pair.second) != 0);
}

bool Subscription::thins(std::uint32_t stream, v1::Kind kind, double t_s) {
  if (max_rate_hz_ == 0.0) return false;
  const double slot = std::floor(t_s * max_rate_hz_);
  const auto [at, first] = last_slot_.try_emplace({stream, kind}, slot);
  if (first) return false;
  return std::exchange(at->second, slot) == slot;
}

}  // namespace myod::serve
