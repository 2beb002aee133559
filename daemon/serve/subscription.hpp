// What one client asked for, checked against the streams there are, and the decision frame by frame. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "daemon/serve/hub.hpp"

namespace myod::serve {

class Subscription {
 public:
  /// Takes the wish, or returns the refusal (id 0) and stays as it was.
  std::optional<v1::Reply> change(const v1::Subscribe& wish, const std::map<std::uint32_t, DescribedStream>& streams);

  /// A stream was described, perhaps with other channels than before.
  void described(const v1::Stream& stream);

  bool wants(std::uint32_t stream, v1::Kind kind) const { return has(kind) && wants_stream(stream); }
  bool wants_frames(std::uint32_t stream) const;
  bool wants_pair(const dsp::PairNames& pair) const;
  bool wants_anything() const { return !kinds_.empty(); }
  bool wants_status() const { return has(v1::KIND_STATUS); }
  bool may_drop() const { return may_drop_; }

  /// True when the frame that ends at t_s is one too many for the wished rate: of each stretch of 1 / rate of stream
  /// time the first frame is sent.
  bool thins(std::uint32_t stream, v1::Kind kind, double t_s);

 private:
  bool has(v1::Kind kind) const { return kinds_.count(kind) != 0; }
  bool wants_stream(std::uint32_t stream) const { return channels_.empty() || streams_.count(stream) != 0; }

  std::set<v1::Kind> kinds_;
  std::set<std::string> channels_;   // empty: all
  std::set<std::uint32_t> streams_;  // those that have any of them
  double max_rate_hz_ = 0.0;
  bool may_drop_ = true;
  std::map<std::pair<std::uint32_t, v1::Kind>, double> last_slot_;
};

}  // namespace myod::serve
