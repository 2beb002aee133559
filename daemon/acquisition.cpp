#include "daemon/acquisition.hpp"

#include <pthread.h>

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>

#include "daemon/mailbox.hpp"
#include "daemon/port/hotplug.hpp"
#include "daemon/sensor_link.hpp"

namespace myod::daemon {

namespace {
constexpr auto most_for_goodbye = std::chrono::milliseconds(500);
}

struct Acquisition::Thread {
  void say_goodbye();

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  boost::asio::steady_timer goodbye{io};
  std::vector<std::unique_ptr<Mailbox<SensorState>>> states;
  std::vector<std::unique_ptr<SensorLink>> links;
  port::Hotplug hotplug{io, [this] {
                          for (auto& link : links) link->plugged();
                        }};
  std::size_t still_open = 0;
  std::thread thread;
};

Acquisition::Acquisition(std::vector<SensorPlan> plans, std::vector<Ring*> blocks, Wake& dsp,
                         const std::function<void()>& state_changed)
    : thread_(std::make_unique<Thread>()) {
  for (std::size_t i = 0; i < plans.size(); ++i) {
    thread_->states.push_back(std::make_unique<Mailbox<SensorState>>());
    Mailbox<SensorState>& mailbox = *thread_->states.back();
    thread_->links.push_back(std::make_unique<SensorLink>(
        thread_->io, plans[i], *blocks[i], dsp, [&mailbox, state_changed](const SensorState& state, bool news) {
          mailbox.put(state);
          if (news) state_changed();
        }));
  }
}

Acquisition::~Acquisition() { stop(); }

void Acquisition::start() {
  for (auto& link : thread_->links) boost::asio::post(thread_->io, [&link] { link->start(); });
  thread_->thread = std::thread([t = thread_.get()] {
    pthread_setname_np(pthread_self(), "acquisition");
    t->io.run();
  });
}

void Acquisition::stop() {
  if (!thread_->thread.joinable()) return;
  boost::asio::post(thread_->io, [t = thread_.get()] { t->say_goodbye(); });
  thread_->thread.join();
}

void Acquisition::Thread::say_goodbye() {
  goodbye.expires_after(most_for_goodbye);
  goodbye.async_wait([this](const boost::system::error_code&) { io.stop(); });
  still_open = links.size() + 1;
  const auto one_less = [this] {
    if (--still_open == 0) io.stop();
  };
  for (auto& link : links) link->shut_down(one_less);
  one_less();
}

SensorState Acquisition::state(std::size_t sensor) const { return thread_->states.at(sensor)->get(); }

}  // namespace myod::daemon
