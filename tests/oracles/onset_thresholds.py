#!/usr/bin/python3
"""Regenerates the threshold table of dsp/detect/onset.cpp (needs NumPy and SciPy).

For each rate, chain and profile: white Gaussian noise behind the chain and the 450 Hz low-pass (0.45 of the rate below
900 Hz), scaled by the true sigma0; many independent channels side by side. An excursion of S that begins at n0 raises a
false onset for every h below the largest S it reaches at n0 + least duration or later, so one pass over the noise gives
the whole curve of false onsets per minute over h, and h is read where it crosses the wanted rate (0.3/min).

  onset_thresholds.py                     the whole table at 400 minutes each: about ten minutes
  onset_thresholds.py --rate 1000         one rate: 10 s at 1000 Hz
  onset_thresholds.py --minutes 2000      five times the certainty (the error of a rate r over T min is sqrt(r / T))
"""
import argparse

import numpy as np
from scipy import signal

RATES = [200.0, 500.0, 1000.0, 1926.0, 2000.0, 4000.0]
CHAINS = {"HP20 order 2": (2, 20.0), "HP30 order 4": (4, 30.0)}
PROFILES = {"standard": (6.0, 0.020), "fast": (9.0, 0.0)}
RHO = 4.0


def rest_noise(rng, chain, rate, channels, chunk):
    """Chunks (samples, channels) of conditioned noise with variance 1, endless."""
    order, corner = chain
    sos = np.vstack([
        signal.butter(order, corner, "highpass", fs=rate, output="sos"),
        signal.butter(2, 450.0 if rate >= 900.0 else 0.45 * rate, fs=rate, output="sos"),
    ])
    impulse = np.zeros(int(4 * rate))
    impulse[0] = 1.0
    gain = np.sqrt(np.sum(signal.sosfilt(sos, impulse) ** 2))
    state = np.zeros((sos.shape[0], 2, channels))
    settled = False
    while True:
        y, state = signal.sosfilt(sos, rng.standard_normal((chunk, channels)), axis=0, zi=state)
        if settled:
            yield y / gain
        settled = True


def peaks(rng, chain, rate, clip, least_s, minutes, channels=2000):
    """The largest S of every excursion, from the least duration on (0 where it ended before)."""
    least = int(np.ceil(least_s * rate))
    steps = int(np.ceil(minutes * 60.0 * rate / channels))
    drift = np.log(RHO)
    s = np.zeros(channels)
    length = np.zeros(channels, dtype=int)
    peak = np.zeros(channels)
    found, done = [], 0
    for block in rest_noise(rng, chain, rate, channels, int(rate)):
        for y in block:
            s = np.maximum(0.0, s + 0.5 * (np.minimum(y * y, clip) * (1.0 - 1.0 / RHO) - drift))
            zero = s == 0.0
            ended = zero & (peak > 1.0)
            if ended.any():
                found.append(peak[ended])
            length = np.where(zero, 0, length + 1)
            peak = np.where(zero, 0.0, np.where(length >= least, np.maximum(peak, s), peak))
        done += len(block)
        if done >= steps:
            return np.concatenate(found), done * channels / rate / 60.0


def threshold(values, minutes, per_minute):
    wanted = per_minute * minutes
    values = np.sort(values)[::-1]
    return values[int(round(wanted))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, help="one rate instead of the table's")
    parser.add_argument("--minutes", type=float, default=400.0, help="of noise for each number")
    parser.add_argument("--per-minute", type=float, default=0.3, help="false onsets wanted")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    for rate in [args.rate] if args.rate else RATES:
        for chain_name, chain in CHAINS.items():
            for profile, (clip, least_s) in PROFILES.items():
                rng = np.random.default_rng(args.seed)
                values, minutes = peaks(rng, chain, rate, clip, least_s, args.minutes)
                h = threshold(values, minutes, args.per_minute)
                half = threshold(values, minutes, 0.5)
                print(f"{rate:6g} Hz  {chain_name}  {profile:8}  h = {h:5.2f}   (0.5/min: {half:5.2f})  {minutes:.0f} min", flush=True)


if __name__ == "__main__":
    main()
