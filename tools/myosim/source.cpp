#include "tools/myosim/source.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "tools/myosim/csv.hpp"

namespace myod::myosim {

namespace {

class Muscles final : public Source {
 public:
  explicit Muscles(const Options& options) : options_(options), uv_(inputs()), truth_(inputs()) {}

  bool next(std::span<Sample> inputs) override {
    signal_->generate(uv_, truth_);
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = {uv_[i], truth_[i]};
    return true;
  }
  void set_rate(double rate_hz) override {
    if (rate_hz == rate_hz_) return;
    rate_hz_ = rate_hz;
    signal_.emplace(*options_.scenario, rate_hz, inputs(), options_.seed);
  }
  bool knows_truth() const override { return true; }
  std::uint32_t inputs() const override { return options_.setup.channels; }

 private:
  const Options& options_;
  std::vector<double> uv_;
  std::vector<dsp::synth::Truth> truth_;
  double rate_hz_ = 0.0;
  std::optional<dsp::synth::Signal> signal_;
};

class File final : public Source {
 public:
  explicit File(const Options& options)
      : file_(read_csv(options.csv)), unit_uv_(options.csv_unit_uv), analogue_(options.setup.channels) {
    const std::size_t columns = file_.names.size();
    const auto all = static_cast<std::uint32_t>(options.row->channels(options.setup).size());
    inputs_ = std::min(static_cast<std::uint32_t>(columns), all);
    for (std::size_t i = inputs_; i < columns; ++i)
      std::fprintf(stderr, "myosim: column %s is not played: the device has %u channels (--channels)\n",
                   file_.names[i].c_str(), all);
  }

  bool next(std::span<Sample> inputs) override {
    if (at_ == file_.values.size()) return false;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      inputs[i].value = file_.values[at_ + i] * (i < analogue_ ? unit_uv_ : 1.0);
    at_ += file_.names.size();
    return true;
  }
  void set_rate(double) override {}  // sample by sample, whatever the pace
  bool knows_truth() const override { return false; }
  std::uint32_t inputs() const override { return inputs_; }

 private:
  Csv file_;
  double unit_uv_;
  std::uint32_t analogue_, inputs_ = 0;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Source> open_source(const Options& options) {
  if (options.csv.empty()) return std::make_unique<Muscles>(options);
  return std::make_unique<File>(options);
}

}  // namespace myod::myosim
