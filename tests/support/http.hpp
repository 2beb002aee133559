// A request as bytes, and all that comes back.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tools/client/socket.hpp"

namespace myod::test {

inline constexpr std::chrono::seconds http_patience{20};

/// "127.0.0.1:PORT" of http://127.0.0.1:PORT.
inline std::string host_of(const std::string& url) { return url.substr(std::string_view("http://").size()); }

/// What comes back, until the server closes or patience ends.
inline std::string ask(const std::string& url, std::string_view bytes) {
  const auto deadline = client::Clock::now() + http_patience;
  client::Socket socket("tcp:" + host_of(url), deadline);
  socket.send(bytes, deadline);
  std::string answer;
  while (socket.receive(answer, deadline) == client::Socket::Got::bytes) {
  }
  return answer;
}

/// GET PATH with the right Host and `headers`, each ended by \r\n.
inline std::string get(const std::string& url, const std::string& path, const std::string& headers = {}) {
  return ask(url, "GET " + path + " HTTP/1.1\r\nHost: " + host_of(url) + "\r\n" + headers + "\r\n");
}

}  // namespace myod::test
