// Where things are when the user does not say: the default addresses and the data folder.
#pragma once

#include <string>
#include <vector>

namespace myod::daemon {

/// unix:$XDG_RUNTIME_DIR/myod.sock (else unix:/run/myod/myod.sock) and tcp:127.0.0.1:7600.
std::vector<std::string> default_addresses();

/// Where the control pages of a daemon with these addresses are: the folder of its first unix: one, else
/// $XDG_RUNTIME_DIR, else /run/myod.
std::string runtime_dir(const std::vector<std::string>& addresses);

/// $XDG_DATA_HOME/myod, else ~/.local/share/myod; as a service ($STATE_DIRECTORY, set by systemd) that folder.
std::string default_data_dir();

}  // namespace myod::daemon
