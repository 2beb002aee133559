// What the sessions of one server share: its options and hooks, the streams described so far, and why peers were
// disconnected. One thread: the io_context's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "daemon/serve/history.hpp"
#include "daemon/serve/messages.hpp"
#include "daemon/serve/server.hpp"

namespace myod::serve {

struct DescribedStream {
  explicit DescribedStream(const Options& options) : history(options.history_bytes, options.event_queue) {}
  v1::Stream stream;
  Bytes message;                    ///< the description, as said to every client
  std::uint64_t next_sequence = 0;  ///< of its next frame, when none is lost upstream
  History history;
  /// A frame of it, as every client gets it.
  Bytes frame_message(const daemon::RecordView& record) const;
};

/// Why a peer was disconnected, until it is told at its next Hello. The oldest are forgotten: peers may never come
/// back.
class Farewells {
 public:
  void remember(const std::string& peer, const std::string& reason);
  /// Once.
  std::string take(const std::string& peer);

 private:
  std::map<std::string, std::pair<std::uint64_t, std::string>> reasons_;  // by peer, with its age
  std::uint64_t next_ = 0;
};

/// What clients came to: whether they said Hello, what they were sent, what they were too slow for.
struct Totals {
  std::uint64_t served = 0, sent = 0, lost = 0;
  Totals& operator+=(const Totals& other) {
    served += other.served, sent += other.sent, lost += other.lost;
    return *this;
  }
};

struct Hub {
  Options options;
  Hooks hooks;
  std::map<std::uint32_t, DescribedStream> streams;
  Farewells farewells;
  std::uint64_t clients = 0;           ///< so many there have been
  Totals gone;                         ///< of the clients that have gone
  std::function<v1::Status()> status;  ///< the daemon's, with all clients
};

}  // namespace myod::serve
