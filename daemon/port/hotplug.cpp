#include "daemon/port/hotplug.hpp"

#include <libudev.h>

#include <string_view>
#include <utility>

namespace myod::port {

namespace {

udev_monitor* new_monitor() {
  const std::unique_ptr<udev, udev* (*)(udev*)> context(udev_new(), udev_unref);
  return context ? udev_monitor_new_from_netlink(context.get(), "udev") : nullptr;  // it keeps the context itself
}

}  // namespace

Hotplug::Hotplug(boost::asio::io_context& io, std::function<void()> came)
    : monitor_(new_monitor(), udev_monitor_unref), readable_(io), came_(std::move(came)) {
  if (!monitor_ || udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), "tty", nullptr) < 0 ||
      udev_monitor_enable_receiving(monitor_.get()) < 0)
    return;
  readable_.assign(udev_monitor_get_fd(monitor_.get()));
  listen();
}

Hotplug::~Hotplug() {
  if (readable_.is_open()) readable_.release();  // the monitor closes it
}

void Hotplug::listen() {
  readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                         if (error) return;
                         if (take_all()) came_();
                         listen();
                       });
}

/// Whether a device came among what is to be read.
bool Hotplug::take_all() {
  bool any = false;
  while (auto* const device = udev_monitor_receive_device(monitor_.get())) {
    const char* const action = udev_device_get_action(device);
    any = any || (action != nullptr && action == std::string_view("add"));
    udev_device_unref(device);
  }
  return any;
}

}  // namespace myod::port
