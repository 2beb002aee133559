// One client's connection as its session sees it: whole messages in, serialised ones out, however they travel. One
// read and one write at a time; what a handler is called with is over when it is called.
#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/serve/messages.hpp"
#include "proto/framing.hpp"

namespace myod::serve {

inline constexpr std::string_view message_too_long = "a message to myod has at most 65536 bytes";
static_assert(proto::max_to_server == 65536);

class Wire {
 public:
  using Done = std::function<void(boost::system::error_code)>;

  virtual ~Wire() = default;
  virtual boost::asio::any_io_executor executor() = 0;

  /// Waits until something came; next() then gives what is whole.
  virtual void read(Done done) = 0;
  /// The next message, valid until the next read().
  virtual std::optional<std::string_view> next() = 0;
  /// What came cannot be read any further: `why`, else empty.
  virtual std::string_view broken() const = 0;

  /// All of them, at least one, in their order; they stay where they are until done.
  virtual void write(const std::vector<Bytes>& messages, Done done) = 0;
  /// Nothing more will be written: the other side is told so.
  virtual void finish(Done done) = 0;
  /// At once; what is under way ends with an error.
  virtual void close() = 0;
};

/// Bytes over a Unix socket or TCP: a varint length before each message.
std::unique_ptr<Wire> stream_wire(const boost::asio::any_io_executor& executor, int family, int fd);

}  // namespace myod::serve
