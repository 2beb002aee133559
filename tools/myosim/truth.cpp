#include "tools/myosim/truth.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

namespace myod::myosim {

namespace {

/// Names of columns: a value's ends in its unit.
std::vector<std::pair<std::string, std::string>> named(std::span<const dsp::Channel> inputs) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const dsp::Channel& c : inputs)
    names.emplace_back(c.name, c.kind == dsp::ChannelKind::emg ? "_uv" : c.unit.empty() ? "" : "_" + c.unit);
  return names;
}

}  // namespace

TruthFile::TruthFile(const std::string& path, std::span<const dsp::Channel> inputs, bool knows_truth)
    : path_(path), knows_truth_(knows_truth) {
  if (path_.empty()) return;
  out_.open(path_);
  if (!out_)
    throw std::runtime_error("--truth " + path_ + ": cannot be created; does the folder exist and is it writable?");
  out_ << "index,time_s,monotonic_ns,sent,fate";
  for (const auto& [name, unit] : named(inputs))
    out_ << ',' << name << unit << ',' << name << "_excitation," << name << "_active," << name << "_spectrum_scale";
  out_ << '\n';
}

void TruthFile::number(double v) {
  std::array<char, 32> buffer{};
  line_.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr);
}

void TruthFile::number(std::int64_t v) {
  std::array<char, 32> buffer{};
  line_.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr);
}

void TruthFile::write(std::uint64_t index, double time_s, std::int64_t monotonic_ns, Fate fate,
                      std::span<const Sample> inputs) {
  if (path_.empty()) return;
  line_.clear();
  number(static_cast<std::int64_t>(index));
  line_ += ',';
  number(time_s);
  line_ += ',';
  number(monotonic_ns);
  line_ += fate == Fate::sent || fate == Fate::corrupted ? ",1," : ",0,";
  line_ += fate_words.at(static_cast<std::size_t>(fate));
  for (const Sample& s : inputs) {
    line_ += ',';
    number(s.value);
    if (!knows_truth_) {
      line_ += ",,,";
      continue;
    }
    line_ += ',';
    number(s.truth.excitation);
    line_ += s.truth.active ? ",1," : ",0,";
    number(s.truth.spectrum_scale);
  }
  line_ += '\n';
  out_ << line_;
}

void TruthFile::close() {
  if (path_.empty()) return;
  out_.close();
  if (!out_) throw std::runtime_error("--truth " + path_ + ": not everything could be written; is the disk full?");
}

}  // namespace myod::myosim
