#include "daemon/serve/origin.hpp"

#include <algorithm>
#include <array>

namespace myod::serve {

OwnNames::OwnNames(const std::string& url) : url_(url) {
  constexpr std::array<std::string_view, 3> loopback{"127.0.0.1", "localhost", "[::1]"};
  constexpr std::string_view scheme = "http://", usual_port = ":80";
  const std::string_view where = std::string_view(url_).substr(scheme.size());
  const std::string_view host = where.substr(0, where.rfind(':')), port = where.substr(host.size());
  const auto add = [&](std::string_view name) {
    hosts_.insert(std::string(name) + std::string(port));
    if (port == usual_port) hosts_.emplace(name);  // browsers leave it out
  };
  add(host);
  if (std::find(loopback.begin(), loopback.end(), host) != loopback.end())
    for (const std::string_view name : loopback) add(name);
  for (const std::string& own : hosts_) origins_.insert(std::string(scheme) + own);
}

std::string OwnNames::refusal(std::string_view host, std::string_view origin) const {
  if (!hosts_.contains(host)) return "the Host of a request must name this server: ask for " + url_;
  if (!origin.empty() && !origins_.contains(origin))
    return "a page of another origin may not ask here: open " + url_ + " itself";
  return {};
}

}  // namespace myod::serve
