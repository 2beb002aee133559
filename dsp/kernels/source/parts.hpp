// The kernels of kernels.hpp by name, for the table of one instruction set.
#pragma once

#include "dsp/kernels/kernels.hpp"

namespace myod::dsp::MYOD_KERNELS {

// intake.cpp
bool intake(ConverterTile& c, double* y, unsigned char* flags, std::size_t rows, std::size_t lanes, const double* raw,
            std::size_t raw_step);

// spectrum.cpp
void sum(TileSum& total, const double* y, std::size_t rows, std::size_t first);
void taper(double* out, std::size_t out_step, const double* y, std::size_t rows, const double* mean,
           const double* window);
void turn(double* out, const double* z, std::size_t rows, const double* w);
void transform_pass(double* out, const double* in, const TransformPass& pass, std::size_t from, std::size_t to);
void tapered_pass(double* out, const double* const* in, bool paired, const TransformPass& pass, std::size_t from,
                  std::size_t to, const double* mean, const double* window);
void density_of_pairs(double* out, const double* z, std::size_t length, std::size_t first, std::size_t bins,
                      const double* twiddles, const double* factor);
void density(double* out, const double* z, std::size_t first, std::size_t bins, const double* factor);
void moments(double* out, const double* density, std::size_t bins, const double* weights);
void half_power(HalfPowerTile& out, const double* density, std::size_t bins, const double* total);
void moving_extremes(ExtremesTile& so_far, const double* y, std::size_t points, std::size_t from, std::size_t to);
void activity(ActivityTile& sums, const double* y, const unsigned char* valid, std::size_t rows,
              const double* threshold);

// detect.cpp
bool onset(OnsetTile& t, const OnsetLimits& limits, const double* y, double first_index, std::size_t rows,
           std::size_t lanes);
void autocorrelation(double* out, const double* y, std::size_t rows, std::size_t lags);

}  // namespace myod::dsp::MYOD_KERNELS
