// Who may ask over HTTP: pages of any site can make a browser on this machine talk to us. Host and Origin are what the
// browser says truly, so both must name this server exactly. Pure.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace myod::serve {

class OwnNames {
 public:
  /// `url`: where this server was bound, http://HOST:PORT. A loopback address may be called 127.0.0.1, [::1] and
  /// localhost.
  explicit OwnNames(const std::string& url);

  /// Empty when the request is for us and from no other page; else what is wrong with it and what to do.
  /// `origin`: empty when there was none (a program, or a page's own plain GET).
  std::string refusal(std::string_view host, std::string_view origin) const;

 private:
  std::set<std::string, std::less<>> hosts_;    // what may stand in Host
  std::set<std::string, std::less<>> origins_;  // and in Origin
  std::string url_;
};

}  // namespace myod::serve
