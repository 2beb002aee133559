#include "dsp/condition/marker.hpp"

namespace myod::dsp {

bool MarkerDetector::push(double y, std::uint64_t now) noexcept {
  if (!known_) {
    known_ = !(y > marker_.low) || !(y < marker_.high);
    above_ = !(y < marker_.high);
    return false;
  }
  if (above_ ? y > marker_.low : y < marker_.high) return false;
  above_ = !above_;
  if (!above_) return false;
  if (pulses_ > 0)
    hz_ = rate_hz_ / static_cast<double>(now - last_);
  else
    first_ = now;
  last_ = now;
  ++pulses_;
  return true;
}

}  // namespace myod::dsp
