#include "daemon/serve/websocket_wire.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>

namespace myod::serve {
namespace {

using boost::system::error_code;
namespace websocket = boost::beast::websocket;

class WebSocketWire final : public Wire {
 public:
  explicit WebSocketWire(std::unique_ptr<WebSocket> socket) : socket_(std::move(socket)) {
    socket_->binary(true);
    socket_->auto_fragment(false);
    socket_->read_message_max(proto::max_to_server);
  }

  boost::asio::any_io_executor executor() override { return socket_->get_executor(); }

  void read(Done done) override {
    input_.clear();
    socket_->async_read(input_, [this, done = std::move(done)](error_code error, std::size_t) {
      if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow)
        error.clear(), broken_ = message_too_long;
      else if (!error && socket_->got_text())
        broken_ = "messages to myod are binary frames, not text";
      whole_ = !error && broken_.empty();
      done(error);
    });
  }

  std::optional<std::string_view> next() override {
    if (!std::exchange(whole_, false)) return std::nullopt;
    return std::string_view(static_cast<const char*>(input_.cdata().data()), input_.size());
  }
  std::string_view broken() const override { return broken_; }

  void write(const std::vector<Bytes>& messages, Done done) override {
    messages_ = &messages;
    at_ = 0;
    write_next(std::move(done));
  }

  void finish(Done done) override {
    if (std::exchange(finished_, true)) return;
    socket_->async_close(websocket::close_code::normal, std::move(done));
  }

  void close() override { boost::beast::get_lowest_layer(*socket_).close(); }

 private:
  // `done` travels with the operation: kept here it would keep its session, and that this, for ever.
  void write_next(Done done) {
    const std::string_view message = proto::without_length(*(*messages_)[at_]);
    socket_->async_write(boost::asio::buffer(message),
                         [this, done = std::move(done)](error_code error, std::size_t) mutable {
                           if (!error && ++at_ < messages_->size()) return write_next(std::move(done));
                           done(error);
                         });
  }

  std::unique_ptr<WebSocket> socket_;
  boost::beast::flat_buffer input_;
  bool whole_ = false, finished_ = false;
  std::string_view broken_;
  const std::vector<Bytes>* messages_ = nullptr;  // being written
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Wire> websocket_wire(std::unique_ptr<WebSocket> socket) {
  return std::make_unique<WebSocketWire>(std::move(socket));
}

}  // namespace myod::serve
