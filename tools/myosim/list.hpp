// --list: kinds of sensor and scenarios, for people and as JSON lines.
#pragma once

namespace myod::myosim {

void list_text();
void list_json();

}  // namespace myod::myosim
