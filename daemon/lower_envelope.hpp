// Lower envelope: points (device time, how late an arrival was) in; the straight line they never fall below out. Pure,
// without allocation. A delay is only ever added: what queues, bursts and schedulers do makes points higher, never
// lower, so that the line is found from the lowest ones, whatever the others do.
//
// Method: the line below all points with the least sum of distances, which for delays with an exponential tail is the
// one of maximum likelihood (Moon, Skelly, Towsley: Estimation and removal of clock skew from network delay
// measurements, INFOCOM 1999), with a normal prior of the skew. Of each stretch of time only the lowest point counts (a
// minimum filter, as in RFC 5905, section 10); when there is room for no more, neighbours are merged, up to 64 points
// of one second. A shift of the whole cloud, which the host's clock or a lost count makes, keeps the skew.
#pragma once

#include <array>
#include <cstddef>

namespace myod::daemon {

class LowerEnvelope {
 public:
  /// Forgets all points. The skew is this one, give or take. A shift below 1.5 grains is none: it is the moment of
  /// reading that moves within the period of the samples.
  void begin(double skew, double skew_error, double grain_s);
  /// x_s never falls from one call to the next.
  void add(double x_s, double late_s);

  /// Of the line, in seconds. Only after the first point.
  double at(double x_s) const { return base_s_ + skew_ * (x_s - mean_x_s_); }
  double skew() const { return skew_; }
  /// How far the line may be from the floor of the cloud, and by how much the skew may be wrong: about two standard
  /// deviations, never too small because few points happen to agree.
  double error_s() const { return mean_residual_s_ + first_error_s / static_cast<double>(seen_); }
  double skew_error() const;
  /// How long the points reach back.
  double span_s() const { return points_[count_ - 1].x_s - points_[0].x_s; }

 private:
  struct Point {
    double x_s, late_s;
  };
  static constexpr double first_error_s = 20e-3;  // the first read may have waited in a driver

  double above(const Point& p) const { return p.late_s - at(p.x_s); }
  double off_by_s() const;
  void close_newest();
  void make_room();
  void shift(std::size_t oldest, double by_s);
  void fit();

  std::array<Point, 64> points_{};  // the newest one is still falling
  std::size_t count_ = 0, seen_ = 1;
  double stretch_s_ = 0.0, begun_s_ = 0.0;
  double fitting_s_ = 0.0;  // the newest closed point that lay where the line is
  double prior_skew_ = 0.0, prior_error_ = 0.0, grain_s_ = 0.0;
  double base_s_ = 0.0, skew_ = 0.0, mean_x_s_ = 0.0;
  double mean_residual_s_ = 0.0;
};

}  // namespace myod::daemon
