// When is a threshold exceeded for good, and when no longer? Both directions by the same rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dsp/detect/threshold_method.hpp"

namespace myod::dsp {

/// For `run` samples on, interrupted by no more than `dip` samples at a time.
class RunRule {
 public:
  RunRule(std::size_t run, std::size_t dip) : run_(run), dip_(dip) {}

  std::optional<OnsetTurn> push(std::uint64_t index, bool above) noexcept {
    const bool against = above == active_;  // speaks against a turn
    if (count_ == 0 && against) return std::nullopt;
    if (count_ == 0) start_ = index;
    dipped_ = against ? dipped_ + 1 : 0;
    if (dipped_ > dip_) {
      count_ = dipped_ = 0;
      return std::nullopt;
    }
    ++count_;
    if (against || count_ < run_) return std::nullopt;
    look_anew(!active_);
    return OnsetTurn{active_, start_};
  }

  void look_anew(bool active) noexcept {
    active_ = active;
    count_ = dipped_ = 0;
  }

 private:
  std::size_t run_, dip_, count_ = 0, dipped_ = 0;
  std::uint64_t start_ = 0;
  bool active_ = false;
};

/// In `needed` of the newest `among` places.
class CountRule {
 public:
  CountRule(std::size_t needed, std::size_t among) : needed_(needed), newest_(among) {}

  /// A place that begins at `index` and after which `next` follows.
  std::optional<OnsetTurn> push(std::uint64_t index, std::uint64_t next, bool above) noexcept {
    if (seen_ == 0) quiet_since_ = index;
    Place& place = newest_[seen_++ % newest_.size()];
    count_ -= place.above ? 1 : 0;
    place = {above, index};
    count_ += above ? 1 : 0;
    if (above) quiet_since_ = next;
    if ((count_ >= needed_) == active_ || (active_ && seen_ < newest_.size())) return std::nullopt;
    active_ = !active_;
    return OnsetTurn{active_, active_ ? first_above() : quiet_since_};
  }

  /// Nothing is above but what comes; activity can end when `among` places have come.
  void look_anew(bool active) noexcept {
    for (Place& place : newest_) place = {};
    seen_ = count_ = 0;
    active_ = active;
  }

 private:
  struct Place {
    bool above = false;
    std::uint64_t index = 0;
  };
  std::uint64_t first_above() const noexcept {
    std::size_t at = seen_;
    while (!newest_[at % newest_.size()].above) ++at;
    return newest_[at % newest_.size()].index;
  }

  std::size_t needed_, seen_ = 0, count_ = 0;
  std::vector<Place> newest_;
  std::uint64_t quiet_since_ = 0;
  bool active_ = false;
};

}  // namespace myod::dsp
