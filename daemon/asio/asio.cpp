// The whole of Boost.Asio, in one place; every other file compiles in half the time for it.
#include <utility>

#include <boost/asio/impl/src.hpp>
