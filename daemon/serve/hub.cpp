// Frames serialised; reasons of past disconnections, bounded.
#include "daemon/serve/hub.hpp"

#include <algorithm>

#include "proto/convert.hpp"

namespace myod::serve {

namespace {
constexpr std::size_t most_remembered = 256;
}

Bytes DescribedStream::frame_message(const daemon::RecordView& record) const {
  v1::ServerMessage said;
  *said.mutable_frame() =
      proto::convert(record.frame(), stream.rate_hz(), record.head.sequence, record.head.written_ns);
  return serialise(said);
}

void Farewells::remember(const std::string& peer, const std::string& reason) {
  reasons_[peer] = {next_++, reason};
  if (reasons_.size() > most_remembered)
    reasons_.erase(std::min_element(reasons_.begin(), reasons_.end(),
                                    [](const auto& a, const auto& b) { return a.second.first < b.second.first; }));
}

std::string Farewells::take(const std::string& peer) {
  auto node = reasons_.extract(peer);
  return node.empty() ? std::string() : std::move(node.mapped().second);
}

}  // namespace myod::serve
