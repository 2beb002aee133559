#!/usr/bin/python3
"""What SciPy's periodogram gives for the quality indices (dsp/features/quality_indices.hpp): rows key,value, committed
as tests/data/features/quality.csv. The signals are sums of noise and of ramps, exact in any language."""
from oracle import Rows, noise, scipy

np, s = scipy("numpy"), scipy("scipy.signal")
ROWS = Rows("key,value")
# case, samples, rate, smoothing of the noise (0: white), slow sway, hum, samples of a hum's period
CASES = [("white", 1000, 1000.0, 0.0, 0.0, 0.0, 20), ("muscle", 1000, 1000.0, 0.6, 0.0, 0.0, 20),
         ("moved", 1000, 1000.0, 0.6, 40.0, 0.0, 20), ("humming", 2000, 2000.0, 0.7, 5.0, 12.0, 40),
         ("odd", 1875, 1926.0, 0.7, 5.0, 1.0, 38)]


def signal(n, seed, smooth, sway, hum, period):
    y, out = 0.0, []
    for i, e in enumerate(noise(n, seed)):
        y = smooth * y + e
        ramp = abs(i % 250 - 125) / 125.0  # 4 to 8 Hz and their harmonics
        tooth = (i % period) / period
        out.append(1000.0 + y + sway * ramp + hum * (abs(2.0 * tooth - 1.0) - 0.5))
    return np.array(out)


def smoothed(p, f, low, high):
    inside = (f >= low) & (f <= high)
    return np.convolve(p[inside], np.ones(13) / 13.0, "valid"), np.convolve(f[inside], np.ones(13) / 13.0, "valid")


def db(over, under):
    return 10.0 * np.log10(over / under)


for seed, (name, n, fs, smooth, sway, hum, period) in enumerate(CASES, 1):
    f, p = s.periodogram(signal(n, seed, smooth, sway, hum, period), fs, "hann", detrend="constant")
    df = f[1]
    keep = (f > 0.0) & (f <= 0.45 * fs)
    f, p = f[keep], p[keep]
    total = np.sum(p) * df
    top = int(0.2 * len(p))
    ROWS.put(name + "_sn", db(total, np.mean(p[-top:]) * len(p) * df))
    means, centres = smoothed(p, f, 35.0, f[-1])
    peak = np.argmax(means)
    low = f < 20.0
    motion = np.sum(np.maximum(0.0, p[low] - means[peak] * f[low] / centres[peak])) * df
    ROWS.put(name + "_sm", db(total, motion))
    drop, _ = smoothed(p, f, 35.0, 600.0)
    ROWS.put(name + "_dp", db(np.max(drop), np.min(drop)))
    m0, m1, m2 = np.sum(p), np.sum(p * f), np.sum(p * f * f)
    ROWS.put(name + "_omega", np.sqrt(m2 / m0) / (m1 / m0))
    off = np.abs(f - 50.0)
    line = off < 2.5 * df
    floor = np.mean(p[(off >= 3.0) & (off <= 6.0)])
    power = (np.sum(p[line]) - floor * np.sum(line)) * df
    ROWS.put(name + "_line", power)
    ROWS.put(name + "_rest", np.sum(p[(f >= 20.0) & (f <= 450.0)]) * df - power)

ROWS.finish(lambda key, v: 1e-9 * abs(v) + 1e-12)
