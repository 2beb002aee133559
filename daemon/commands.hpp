// Client commands, on the serve thread: checked here, carried out at a sample by the dsp thread, answered when done.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "daemon/calibration_file.hpp"
#include "daemon/pipelines.hpp"
#include "myod/v1/myod.pb.h"

namespace myod::daemon {

class Recordings;

class Commands {
 public:
  using Answer = std::function<void(v1::Reply)>;
  /// Why nothing comes from a stream's sensor; empty: something does, or is about to.
  using Silence = std::function<std::string(std::uint32_t stream)>;
  /// Whether its sensor has ever sent a sample.
  using Sampled = std::function<bool(std::uint32_t stream)>;
  /// Stimulation has to stop: returns the count that will stand on every control page.
  using StopAll = std::function<std::uint64_t()>;

  Commands(config::Configuration& configuration, Pipelines& pipelines, Recordings& recordings,
           CalibrationFile& calibrations, Ring& requests, Wake& dsp, Silence silence, Sampled sampled,
           StopAll stop_all);

  /// Answers exactly once, at once or later. `client`: whose command it is.
  void handle(const v1::Command& command, std::uint64_t client, Answer answer);
  /// Nobody watches its trials any more: they end, nothing changes, and an event tells everybody.
  void client_gone(std::uint64_t client);
  /// From the dsp thread.
  void result(const dsp::CommandResult& result);
  /// So many Stops stand on every control page.
  void stops_written(std::uint64_t count);
  /// A stream has begun: the levels of an earlier application of the electrodes that the configuration names.
  void recall(const config::Calibration& earlier, std::uint32_t stream);
  /// Once a second or so: trials whose sensor stopped sending are answered as failed.
  void tick(std::int64_t now_ns);

 private:
  /// One client command that became several commands to streams.
  struct Group {
    Answer answer;
    v1::Reply reply;
    std::size_t open = 1;  ///< parts not ended; the first is the beginner's own, ended when all parts are begun
    std::function<void(v1::Reply&)> when_done;  ///< last word on a reply without error
    bool measured = false;                      ///< the calibration file has news
    std::int64_t deadline_ns = 0;
    std::uint64_t client = 0;  ///< 0: myod itself
    bool stopping = false;     ///< its client is gone
    std::string what;          ///< for the log, whoever still listens
  };
  struct Open {
    std::shared_ptr<Group> group;
    std::string channel;
    dsp::Command command;
  };

  void calibrate(const v1::Command& command, Answer answer);
  void mark(const v1::Command& command, Answer answer);
  void configure(const v1::Command& command, Answer answer);
  void record(const v1::Command& command, Answer answer);
  void stimulus(const v1::Command& command, Answer answer);
  void expect(const v1::Command& command, Answer answer);
  void stop(const v1::Command& command, Answer answer);

  struct Place {
    std::uint32_t stream = 0;
    std::int32_t channel = 0;
    const dsp::Channel* what = nullptr;
  };
  using Names = google::protobuf::RepeatedPtrField<std::string>;
  /// Where the channels of these names are: each named once, EMG, of a sensor that sends. Else nothing, and the refusal
  /// is answered. `verb` and `done`: "calibrate", "calibrated".
  std::optional<std::vector<Place>> emg_channels(const v1::Command& command, const Names& names,
                                                 const std::string& verb, const std::string& done,
                                                 const Answer& answer) const;
  /// Throws when a [[channel]] is none of the sensors' that have started, once all have.
  void check_channels(const config::Configuration& changed) const;
  static v1::Reply refusal(const v1::Command& command, v1::ErrorCode error, const std::string& text);
  std::optional<Place> find_channel(const std::string& name, std::string& known) const;

  /// Sends one to the dsp thread as a part of the group.
  void send(dsp::Command command, std::string channel, const std::shared_ptr<Group>& group,
            std::int64_t host_time_ns = 0);
  /// To every stream that has samples, `sensor` alone when it is named.
  void send_to_streams(dsp::Command command, const std::string& sensor, const std::shared_ptr<Group>& group,
                       std::int64_t host_time_ns, const std::string& otherwise);
  void keep(const Open& open, v1::Measured& measured);
  static void busy(const std::shared_ptr<Group>& group, std::string_view text);
  static void say_outcome(const Group& group);
  void close(const std::shared_ptr<Group>& group);
  std::shared_ptr<Group> begin(const v1::Command& command, Answer answer, double seconds) const;
  void stop_trials();
  void give_up_stops(std::int64_t now_ns);

  config::Configuration& configuration_;
  Pipelines& pipelines_;
  Recordings& recordings_;
  CalibrationFile& calibrations_;
  Ring& requests_;
  Wake& dsp_;
  Silence silence_;
  Sampled sampled_;
  StopAll stop_all_;
  std::uint64_t next_id_ = 1;
  std::uint64_t client_ = 0;  ///< whose command is being handled
  std::map<std::uint64_t, Open> open_;
  std::map<std::uint64_t, std::shared_ptr<Group>> stops_;  ///< by their count, until it stands on the pages
};

}  // namespace myod::daemon
