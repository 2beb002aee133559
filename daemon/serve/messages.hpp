// A message as it goes over the wire, length and all: serialised once, shared by every client that wants it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "myod/v1/myod.pb.h"
#include "proto/framing.hpp"

namespace myod::serve {

using Bytes = std::shared_ptr<const std::string>;

inline Bytes serialise(const v1::ServerMessage& message) {
  std::string bytes;
  proto::append_message(bytes, message);
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace myod::serve
