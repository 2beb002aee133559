#!/usr/bin/python3
"""The delay between channels of an array as SciPy's minimiser finds it on the cost as it is published: the sum of the
squared differences between each channel and the mean of the others, shifted by a common delay
(dsp/features/conduction_velocity.hpp, which maximises something else). Rows key,value, committed as
tests/data/features/velocity.csv. The signals are lines of drawn amplitudes and phases, delayed exactly, and noise."""
from oracle import Rows, scipy, uniform

np, opt = scipy("numpy"), scipy("scipy.optimize")
ROWS = Rows("key,value")
# case, channels, samples, rate, delay in samples, noise over signal (amplitude)
CASES = [("three", 3, 512, 2048.0, 5.12, 0.1), ("eight", 8, 512, 2048.0, 2.56, 0.1), ("back", 5, 500, 2000.0, -3.3, 0.1),
         ("noisy", 4, 512, 2048.0, 4.0, 0.5)]


def array(channels, n, fs, delay, noise, seed):
    u = uniform(seed)
    low, high = int(np.ceil(30.0 * n / fs)), int(np.floor(350.0 * n / fs))
    lines = [(b, next(u), next(u)) for b in range(low, high + 1)]
    i = np.arange(n)
    x = np.array([sum(a * np.cos(2.0 * np.pi * (b * (i - k * delay) / n + turn)) for b, a, turn in lines)
                  for k in range(channels)])
    level = np.sqrt(sum(0.5 * a * a for _, a, _ in lines))
    return x + noise * level * np.array([[sum(next(u) for _ in range(12)) - 6.0 for _ in range(n)] for _ in range(channels)])


def cost(delay, spectra, f):
    k = len(spectra)
    total = 0.0
    for a in range(k):
        others = sum(spectra[m] * np.exp(2j * np.pi * f * (m - a) * delay) for m in range(k) if m != a)
        total += np.sum(np.abs(spectra[a] - others / (k - 1)) ** 2)
    return total


for seed, (name, channels, n, fs, delay, noise) in enumerate(CASES, 1):
    spectra = np.fft.rfft(array(channels, n, fs, delay, noise, seed))
    f = np.arange(spectra.shape[1]) / n
    band = (f * fs >= 20.0) & (f * fs <= 400.0)
    found = opt.minimize_scalar(cost, bounds=(delay - 0.5, delay + 0.5), args=(spectra[:, band], f[band]),
                                method="bounded", options={"xatol": 1e-9})
    ROWS.put(name + "_delay", found.x)

ROWS.finish(lambda key, v: 1e-6)
