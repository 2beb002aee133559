#include "daemon/calibration_file.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <memory>
#include <utility>

#include "config/config.hpp"
#include "config/version.hpp"
#include "daemon/record/disk_file.hpp"
#include "dsp/text.hpp"

namespace myod::daemon {

namespace {

constexpr std::size_t least_trials = 3;
constexpr double best_two_agree = 0.10;

/// DATA/calibrations/YYYYMMDDTHHMMSS.toml, local time; a second daemon of the same second gets a number.
std::filesystem::path choose_path(const std::filesystem::path& data_dir) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  std::string stamp(32, '\0');
  stamp.resize(std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%S", &parts));
  const std::filesystem::path folder = data_dir / "calibrations";
  std::filesystem::path path = folder / (stamp + ".toml");
  for (int n = 2; std::filesystem::exists(path); ++n) path = folder / (stamp + "_" + std::to_string(n) + ".toml");
  return path;
}

std::string write_whole(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path fresh = path.string() + ".new";
  std::error_code error;
  std::filesystem::remove(fresh, error);
  record::DiskFile file(fresh);
  file.buffer() = text;
  if (!file.ok() || !file.sync()) return file.error();
  std::filesystem::rename(fresh, path, error);
  return error ? path.string() + ": " + error.message() : std::string();
}

std::string advice(std::vector<double> trials) {
  const std::size_t n = trials.size();
  dsp::Text<120> text;
  if (n < least_trials) {
    text.number(static_cast<double>(n), 0)
        << (n == 1 ? " trial" : " trials") << " of at least 3: rest 60 s, then repeat";
    return std::string(text.view());
  }
  std::ranges::sort(trials, std::greater<>());
  const double apart = (trials[0] - trials[1]) / trials[0];
  text.number(static_cast<double>(n), 0) << " trials, the best two differ by ";
  text.number(100.0 * apart, 0) << (apart > best_two_agree ? " %: rest 60 s, then one more" : " %: enough");
  return std::string(text.view());
}

}  // namespace

config::Calibration earlier_calibration(const config::Configuration& configuration) {
  const std::string& file = configuration.calibration.file;
  if (file.empty()) return {};
  try {
    return config::read_calibration(file);
  } catch (const std::exception& wrong) {
    throw config::ConfigError(std::string("calibration.file: ") + wrong.what());
  }
}

CalibrationFile::CalibrationFile(const std::string& data_dir, Worker& worker)
    : path_(choose_path(data_dir)),
      heading_(std::string("myod ") + config::version + ". " + std::string(config::disclaimer) +
               "\nOne application of the electrodes: not valid after they were moved or replaced."),
      worker_(worker) {}

config::ChannelCalibration& CalibrationFile::of(const std::string& channel) {
  const auto found = std::ranges::find(calibration_, channel, &config::ChannelCalibration::channel);
  if (found != calibration_.end()) return *found;
  config::ChannelCalibration fresh;
  fresh.channel = channel;
  return calibration_.emplace_back(std::move(fresh));
}

void CalibrationFile::rest(const std::string& channel, double uv) { of(channel).rest_uv = uv; }

std::string CalibrationFile::reference(const std::string& channel, dsp::ReferenceKind kind, double percent, double uv,
                                       bool anew) {
  config::ChannelCalibration& c = of(channel);
  if (anew || c.reference_kind != kind || c.percent != percent) c.trials_uv.clear();
  c.reference_kind = kind;
  c.percent = percent;
  c.trials_uv.push_back(uv);
  c.reference_uv = std::ranges::max(c.trials_uv);
  return advice(c.trials_uv);
}

void CalibrationFile::write(const std::function<void(const std::string& error)>& done) {
  const auto error = std::make_shared<std::string>();
  const bool accepted = worker_.submit(
      {[error, path = path_, text = config::print(calibration_, heading_)] { *error = write_whole(path, text); },
       [error, done] { done(*error); }});
  if (!accepted) done(path_ + ": not written: too many jobs wait, calibrate again");
}

}  // namespace myod::daemon
