// What a daemon says of itself when it is asked once: its status, and its streams as they are described.
#pragma once

#include <map>
#include <string>

#include "myod/v1/myod.pb.h"

namespace myod::myoctl {

struct Asked {
  v1::Status status;
  std::map<std::string, v1::Stream> streams;  ///< by sensor
};

/// `address` as of Link. Throws Failure: 78 for what is no address, 1 when nobody answers within 5 s.
Asked ask(const std::string& address);

}  // namespace myod::myoctl
