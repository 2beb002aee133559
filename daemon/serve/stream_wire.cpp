#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include "daemon/serve/wire.hpp"

namespace myod::serve {
namespace {

using boost::system::error_code;
using Socket = boost::asio::generic::stream_protocol::socket;

class StreamWire final : public Wire {
 public:
  StreamWire(const boost::asio::any_io_executor& executor, int family, int fd) : socket_(executor, {family, 0}, fd) {}

  boost::asio::any_io_executor executor() override { return socket_.get_executor(); }

  void read(Done done) override {
    socket_.async_read_some(boost::asio::buffer(input_),
                            [this, done = std::move(done)](error_code error, std::size_t n) {
                              if (!error) reader_.feed({input_.data(), n});
                              done(error);
                            });
  }

  std::optional<std::string_view> next() override { return reader_.next(); }
  std::string_view broken() const override { return reader_.broken() ? message_too_long : std::string_view(); }

  void write(const std::vector<Bytes>& messages, Done done) override {
    buffers_.clear();
    for (const Bytes& bytes : messages) buffers_.emplace_back(bytes->data(), bytes->size());
    boost::asio::async_write(socket_, buffers_,
                             [done = std::move(done)](error_code error, std::size_t) { done(error); });
  }

  void finish(Done done) override {
    error_code error;  // the other side may have gone first
    socket_.shutdown(Socket::shutdown_send, error);
    done(error);
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
  proto::FrameReader reader_{proto::max_to_server};
  std::array<char, 16384> input_{};
  std::vector<boost::asio::const_buffer> buffers_;
};

}  // namespace

std::unique_ptr<Wire> stream_wire(const boost::asio::any_io_executor& executor, int family, int fd) {
  return std::make_unique<StreamWire>(executor, family, fd);
}

}  // namespace myod::serve
