// What serial ports and TCP have in common: bytes are read as they come and written from a queue, on any Asio stream.
// Handlers may outlive the port, and callbacks may destroy it: each asks whether it is still there.
#pragma once

#include <utility>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <concepts>
#include <deque>
#include <memory>
#include <vector>

#include "daemon/clock.hpp"
#include "daemon/port/port.hpp"

namespace myod::port {

template <typename Stream>
class StreamPort : public Port {
 public:
  StreamPort(Stream stream, std::string name) : stream_(std::move(stream)), name_(std::move(name)) {}

  void start(OnBytes on_bytes, OnClosed on_closed) override {
    on_bytes_ = std::move(on_bytes);
    on_closed_ = std::move(on_closed);
    begin();
  }

  void write(std::span<const std::uint8_t> bytes) override {
    if (bytes.empty()) return;
    queue_.emplace_back(bytes.begin(), bytes.end());
    if (open_ && queue_.size() == 1) send();
  }

 protected:
  /// What has to happen before reading; the default is nothing.
  virtual void begin() { opened(); }

  void opened() {
    open_ = true;
    read();
    if (!queue_.empty()) send();
  }

  void closed(const std::string& why) {
    if (!on_closed_) return;
    const OnClosed tell = std::exchange(on_closed_, nullptr);
    tell(name_ + ": " + why, false);  // may destroy this
  }

  /// Wraps a handler so that it does nothing once the port is gone.
  template <typename Handler>
  auto guarded(Handler handler) {
    return [ alive = std::weak_ptr<void>(alive_), handler ]<typename... Rest>(
        const boost::system::error_code& error,
        Rest... rest) requires std::invocable<const Handler&, const boost::system::error_code&, Rest...> {
      if (!alive.expired()) handler(error, rest...);
    };
  }

  Stream stream_;

 private:
  void read() {
    stream_.async_read_some(boost::asio::buffer(buffer_),
                            guarded([this](const boost::system::error_code& error, std::size_t n) {
                              if (error) return closed(why_ended(error));
                              const std::weak_ptr<void> alive = alive_;
                              on_bytes_({buffer_.data(), n}, monotonic_ns());
                              if (!alive.expired()) read();
                            }));
  }

  void send() {
    stream_.async_write_some(boost::asio::buffer(queue_.front()),
                             guarded([this](const boost::system::error_code& error, std::size_t n) {
                               if (error) return closed(error.message());
                               auto& front = queue_.front();
                               front.erase(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(n));
                               if (front.empty()) queue_.pop_front();
                               if (!queue_.empty()) send();
                             }));
  }

  // An unplugged device reads as end of file, or as an input/output error.
  static std::string why_ended(const boost::system::error_code& error) {
    return error == boost::asio::error::eof || error.value() == EIO ? "closed by the other side (unplugged?)"
                                                                    : error.message();
  }

  std::string name_;
  OnBytes on_bytes_;
  OnClosed on_closed_;
  std::array<std::uint8_t, 4096> buffer_{};
  std::deque<std::vector<std::uint8_t>> queue_;
  bool open_ = false;
  std::shared_ptr<void> alive_ = std::make_shared<int>();
};

}  // namespace myod::port
