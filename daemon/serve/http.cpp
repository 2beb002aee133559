#include "daemon/serve/http.hpp"

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>

#include "daemon/serve/websocket_wire.hpp"

namespace myod::serve {
namespace {

using boost::system::error_code;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

constexpr std::size_t longest_header = 8 * 1024;
constexpr std::string_view subprotocol = "myod.v1";

std::string_view text(beast::string_view s) { return {s.data(), s.size()}; }

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Peer peer, std::shared_ptr<HttpDoor> door)
      : stream_(std::make_unique<WebSocket>(std::move(socket))), peer_(std::move(peer)), door_(std::move(door)) {
    ++door_->open;
    parser_.header_limit(longest_header);
    parser_.body_limit(0);
  }
  ~Connection() { --door_->open; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() {
    if (door_->open > 2 * door_->most) return;  // they are not even answered, for the answer takes time too
    if (door_->open > door_->most)
      return answer({503, Page().type, "too many connections: try again in a few seconds\n"});
    tcp().expires_after(door_->patience);
    http::async_read_header(tcp(), buffer_, parser_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) return self->on_request();
      if (error == http::error::header_limit || error == http::error::buffer_overflow)
        self->answer({431, Page().type, "the header of a request has at most 8192 bytes\n"});
      if (error == http::error::body_limit) self->answer({413, Page().type, "no request here has a body\n"});
      // Anything else is no request, or none in time: closed without a word.
    });
  }

 private:
  beast::tcp_stream& tcp() { return stream_->next_layer(); }

  void on_request() {
    const auto& request = parser_.get();
    head_ = request.method() == http::verb::head;
    const std::string wrong =
        door_->names.refusal(text(request[http::field::host]), text(request[http::field::origin]));
    if (!wrong.empty()) return answer({403, Page().type, wrong + "\n"});
    if (request.method() != http::verb::get && !head_)
      return answer({405, Page().type, "only GET and HEAD are answered here\n"});
    std::string_view path = text(request.target());
    path = path.substr(0, path.find('?'));
    if (path == "/ws") return upgrade();
    answer(door_->page(path));
  }

  void upgrade() {
    const auto& request = parser_.get();
    const auto offered = text(request[http::field::sec_websocket_protocol]);
    if (!websocket::is_upgrade(request)) return answer({426, Page().type, "/ws is a WebSocket, subprotocol myod.v1\n"});
    const bool speaks =
        http::token_list(request[http::field::sec_websocket_protocol]).exists({subprotocol.data(), subprotocol.size()});
    if (!offered.empty() && !speaks) return answer({400, Page().type, "the subprotocol spoken here is myod.v1\n"});
    tcp().expires_never();
    websocket::stream_base::timeout limits{door_->patience, websocket::stream_base::none(), false};
    stream_->set_option(limits);
    stream_->set_option(websocket::stream_base::decorator([speaks](websocket::response_type& response) {
      if (speaks) response.set(http::field::sec_websocket_protocol, {subprotocol.data(), subprotocol.size()});
    }));
    stream_->async_accept(request, [self = shared_from_this()](error_code error) {
      if (!error) self->door_->client(websocket_wire(std::move(self->stream_)), self->peer_);
    });
  }

  void answer(Page page) {
    response_.emplace(static_cast<http::status>(page.status), 11);
    auto& r = *response_;
    r.set(http::field::server, door_->program);
    r.set(http::field::content_type, beast::string_view(page.type.data(), page.type.size()));
    r.set(http::field::cache_control, "no-store");
    r.set("X-Content-Type-Options", "nosniff");
    r.set("Content-Security-Policy", "default-src 'none'");
    r.keep_alive(false);
    r.content_length(page.body.size());
    if (!head_) r.body() = std::move(page.body);
    tcp().expires_after(door_->patience);
    http::async_write(tcp(), r, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) return;
      error_code ignored;  // the other side may have gone first
      self->tcp().socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
      self->read_away();
    });
  }

  /// Closing with bytes unread would take the answer back.
  void read_away() {
    tcp().async_read_some(boost::asio::buffer(away_), [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->read_away();
    });
  }

  std::unique_ptr<WebSocket> stream_;  // a plain TCP stream until it is accepted
  Peer peer_;
  std::shared_ptr<HttpDoor> door_;
  beast::flat_buffer buffer_{2 * longest_header};
  http::request_parser<http::empty_body> parser_;
  bool head_ = false;
  std::array<char, 1024> away_{};
  std::optional<http::response<http::string_body>> response_;
};

}  // namespace

void serve_http(boost::asio::ip::tcp::socket socket, Peer peer, std::shared_ptr<HttpDoor> door) {
  std::make_shared<Connection>(std::move(socket), std::move(peer), std::move(door))->start();
}

}  // namespace myod::serve
