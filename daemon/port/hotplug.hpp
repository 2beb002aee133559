// Tells when a serial device was plugged in, once udev is done with it: its node has its permissions and its names.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>

struct udev_monitor;

namespace myod::port {

class Hotplug {
 public:
  /// `came` runs in `io`. Where there is no udev (containers) it never does: whoever waits for a device still has to
  /// look for it now and then.
  Hotplug(boost::asio::io_context& io, std::function<void()> came);
  ~Hotplug();
  Hotplug(const Hotplug&) = delete;
  Hotplug& operator=(const Hotplug&) = delete;

 private:
  void listen();
  bool take_all();

  std::unique_ptr<udev_monitor, udev_monitor* (*)(udev_monitor*)> monitor_;
  boost::asio::posix::stream_descriptor readable_;
  std::function<void()> came_;
};

}  // namespace myod::port
