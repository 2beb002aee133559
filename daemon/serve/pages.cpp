#include "daemon/serve/pages.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "daemon/serve/metrics.hpp"

namespace myod::serve {
namespace {

struct Row {
  std::string_view path;
  Page (*make)(const Hub&);
};

Page overview(const Hub& hub) {
  return {200, Page().type,
          hub.options.program +
              "\n\n/ws       WebSocket, subprotocol myod.v1: the messages of myod.proto, one per binary frame\n"
              "/metrics  for Prometheus\n/healthz  200 while samples are worked on, 503 with the reason otherwise\n\n"
              "Not a medical device.\n"};
}

Page health(const Hub& hub) {
  const std::string trouble = hub.hooks.trouble ? hub.hooks.trouble() : std::string();
  return trouble.empty() ? Page{200, Page().type, "ok\n"} : Page{503, Page().type, trouble + "\n"};
}

constexpr std::array rows{
    Row{"/", overview},
    Row{"/healthz", health},
    Row{"/metrics",
        [](const Hub& hub) -> Page {
          return {200, metrics_type, metrics_text(hub.status())};
        }},
};

}  // namespace

Page page(std::string_view path, const Hub& hub) {
  const auto* const row = std::find_if(rows.begin(), rows.end(), [path](const Row& r) { return r.path == path; });
  return row == rows.end() ? Page{404, Page().type, "there is no such page\n"} : row->make(hub);
}

}  // namespace myod::serve
