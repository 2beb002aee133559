#!/usr/bin/env python3
"""The short chain of plain_chain.hpp with SciPy and NumPy, streaming: blocks of 32 samples of 64 channels at 2 kHz, all
channels in one array, state kept between the blocks. Prints nanoseconds of CPU time per channel and sample. Exit 77
without SciPy."""
import sys
import time

try:
    import numpy as np
    from scipy import signal
except ImportError:
    sys.exit(77)

RATE, BLOCK, CHANNELS, SECONDS = 2000, 32, 64, 4
HOP, WINDOW, SPECTRUM_HOP = 40, 500, 250


def main():
    rng = np.random.default_rng(1)
    rows = RATE * SECONDS
    loud = (np.arange(rows) // 2000 % 2 == 1)[:, None]
    raw = rng.standard_normal((rows, CHANNELS)) * np.where(loud, 1000.0, 60.0) + 30000.0
    b, a = signal.iirnotch(50, 50 / 4, fs=RATE)
    band = np.vstack([signal.butter(4, 20, 'highpass', fs=RATE, output='sos'), signal.tf2sos(b, a),
                      signal.butter(4, 450, fs=RATE, output='sos')])
    smooth = signal.butter(2, 6, fs=RATE, output='sos')
    zi, zs = np.zeros((len(band), 2, CHANNELS)), np.zeros((1, 2, CHANNELS))
    history = np.zeros((WINDOW + BLOCK, CHANNELS))
    hann = signal.get_window('hann', WINDOW)[:, None]
    f = np.fft.rfftfreq(WINDOW, 1 / RATE)
    keep = (f >= 20) & (f <= 450)
    f = f[keep][:, None]
    squares, total = np.zeros(CHANNELS), 0.0
    began = time.process_time()
    for at in range(0, rows, BLOCK):
        y, zi = signal.sosfilt(band, (raw[at:at + BLOCK] - 30000.0) * 0.05, axis=0, zi=zi)
        envelope, zs = signal.sosfilt(smooth, np.abs(y), axis=0, zi=zs)
        sums = squares + np.cumsum(y * y - history[BLOCK:2 * BLOCK] ** 2, axis=0)
        squares = sums[-1]
        history[:-BLOCK] = history[BLOCK:]
        history[-BLOCK:] = y
        for n in range(at // HOP * HOP + HOP, at + BLOCK + 1, HOP):
            total += float((np.sqrt(np.maximum(0.0, sums[n - at - 1]) / WINDOW) + envelope[n - at - 1]).sum())
        for n in range(at // SPECTRUM_HOP * SPECTRUM_HOP + SPECTRUM_HOP, at + BLOCK + 1, SPECTRUM_HOP):
            end = WINDOW + n - at
            w = history[end - WINDOW:end]
            p = np.abs(np.fft.rfft((w - w.mean(axis=0)) * hann, axis=0)[keep]) ** 2
            below = np.cumsum(p, axis=0)
            k = np.argmax(below >= 0.5 * below[-1], axis=0)
            own = np.take_along_axis(p, k[None], axis=0)[0]
            short = 0.5 * below[-1] - (np.take_along_axis(below, k[None], axis=0)[0] - own)
            total += float(((p * f).sum(axis=0) / below[-1] + f[k, 0] + 4.0 * (short / own - 0.5)).sum())
    spent = time.process_time() - began
    assert np.isfinite(total)
    print(spent * 1e9 / (rows * CHANNELS))


if __name__ == '__main__':
    main()
