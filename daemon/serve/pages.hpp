// What HTTP answers, by path. Nothing here changes anything.
#pragma once

#include <string_view>

#include "daemon/serve/http.hpp"
#include "daemon/serve/hub.hpp"

namespace myod::serve {

Page page(std::string_view path, const Hub& hub);

}  // namespace myod::serve
