#!/usr/bin/python3
# The delay between channels of an array as SciPy's minimiser finds it on the cost as it is published: the sum of the
# squared differences between each channel and the mean of the others, shifted by a common delay
# (dsp/features/conduction_velocity.hpp, which maximises something else). Rows key,value on stdout, committed as
# tests/data/features/velocity.csv. Signals: lines of an LCG's amplitudes and phases, delayed exactly, and noise. With
# --check FILE: compares FILE with a fresh run (exit 1 when they differ, 77 when there is no SciPy).
import sys

try:
    import numpy as np
    import scipy.optimize as opt
except ImportError:
    print("SKIPPED: no scipy")
    sys.exit(77)

ROWS = []
# case, channels, samples, rate, delay in samples, noise over signal (amplitude)
CASES = [("three", 3, 512, 2048.0, 5.12, 0.1), ("eight", 8, 512, 2048.0, 2.56, 0.1), ("back", 5, 500, 2000.0, -3.3, 0.1),
         ("noisy", 4, 512, 2048.0, 4.0, 0.5)]


class Lcg:
    def __init__(self, seed):
        self.z = seed

    def uniform(self):
        self.z = (self.z * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (self.z >> 11) / 9007199254740992.0

    def noise(self):
        return sum(self.uniform() for _ in range(12)) - 6.0


def array(channels, n, fs, delay, noise, seed):
    lcg = Lcg(seed)
    low, high = int(np.ceil(30.0 * n / fs)), int(np.floor(350.0 * n / fs))
    lines = [(b, lcg.uniform(), lcg.uniform()) for b in range(low, high + 1)]
    i = np.arange(n)
    x = np.array([sum(a * np.cos(2.0 * np.pi * (b * (i - k * delay) / n + turn)) for b, a, turn in lines)
                  for k in range(channels)])
    level = np.sqrt(sum(0.5 * a * a for _, a, _ in lines))
    return x + noise * level * np.array([[lcg.noise() for _ in range(n)] for _ in range(channels)])


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
    ROWS.append((name + "_delay", found.x))

if len(sys.argv) == 3 and sys.argv[1] == "--check":
    kept = [line.rstrip("\n").split(",") for line in open(sys.argv[2], encoding="ascii")][1:]
    same = len(kept) == len(ROWS) and all(k[0] == key and abs(float(k[1]) - v) <= 1e-6 for k, (key, v) in zip(kept, ROWS))
    print("same" if same else "differs: write the file anew and look at the difference")
    sys.exit(0 if same else 1)
print("key,value")
for key, v in ROWS:
    print(f"{key},{float(v)!r}")
