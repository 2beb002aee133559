// Boost.Beast (HTTP and WebSocket), likewise.
#include <utility>

#include <boost/beast/src.hpp>
