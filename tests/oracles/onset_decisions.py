#!/usr/bin/python3
"""Reference decisions of the activation detector: a plain loop over the recursion of dsp/detect/onset.hpp, committed as
tests/data/detect/onset_decisions.csv. The input can be made exactly in any language, so indices must be equal. No
library; runs for a few seconds.
"""
import math

from oracle import finish, noise

LN2, LN4 = 0.6931471805599453, 1.3862943611198906
MEDIAN_SQUARE = 0.45493642311957283

# (case, rate_hz, profile, h, rest given in uV or 0 for learned, invalid from, invalid to, gap at, gap length)
CASES = [
    ("standard_1000", 1000.0, "standard", 5.6, 3.0, 0, 0, 0, 0),
    ("fast_1000", 1000.0, "fast", 8.8, 3.0, 0, 0, 0, 0),
    ("learned_1000", 1000.0, "standard", 5.6, 0.0, 0, 0, 0, 0),
    ("learned_200", 200.0, "standard", 6.4, 0.0, 0, 0, 0, 0),
    ("learned_1926", 1925.926, "standard", 8.4, 0.0, 0, 0, 0, 0),
    ("blanked_1000", 1000.0, "standard", 5.6, 3.0, 4200, 4320, 0, 0),
    ("gap_1000", 1000.0, "standard", 5.6, 3.0, 0, 0, 4100, 777),
    ("short_gap_active", 1000.0, "standard", 5.6, 3.0, 0, 0, 5195, 124),
    ("short_gap_rest", 1000.0, "standard", 5.6, 3.0, 0, 0, 4008, 19),
]
SAMPLES = 60000


def amplitude(i):
    """Of sample i: rest of 3 uV, efforts of several strengths and lengths, short pauses, single bursts."""
    t = i % 10000
    if 4000 <= t < 5200:
        return 10.0
    if 5290 <= t < 5600:  # a pause shorter than the merge time
        return 10.0
    if 7000 <= t < 7015:  # a burst shorter than 30 ms
        return 40.0
    if 8000 <= t < 8600:
        return 5.0
    return 3.0


def ms(milliseconds, rate):
    return math.ceil(milliseconds * rate / 1000.0)


def smallest_window(y, rate):
    """Mean square of the quietest 500 ms (steps of 50 ms), and the samples that took (2 s)."""
    step, need = math.ceil(0.05 * rate), math.ceil(2.0 * rate)
    sums, best, inside, total = [], math.inf, 0, 0.0
    for n, v in enumerate(y, 1):
        total += v * v
        inside += 1
        if inside == step:
            sums.append(total)
            inside, total = 0, 0.0
            if len(sums) >= 10:
                ring = [0.0] * 10
                for k in range(len(sums) - 10, len(sums)):
                    ring[k % 10] = sums[k]
                s = 0.0
                for r in ring:
                    s += r
                best = min(best, s / (10 * step))
        if n >= need and best < math.inf:
            return best, n
    raise ValueError("too short")


def detect(samples, rate, profile, h, rest_uv):
    """samples: (index, value) of the valid ones, a number where so many were lost. Yields (kind, event, decision, brief)."""
    clip, least = (6.0, ms(20.0, rate)) if profile == "standard" else (9.0, 0)
    quiet, brief_limit = ms(125.0, rate), ms(30.0, rate)
    gain = 0.5 / (0.5 + 20.0)
    block_length = math.ceil(0.5 * rate)
    learned = 0
    if rest_uv > 0.0:
        variance = rest_uv * rest_uv
    else:
        variance, learned = smallest_window([s[1] for s in samples if isinstance(s, tuple)], rate)
    block, s, q, active, zero, since, onset = [], 0.0, 0.0, False, None, 0, 0
    for sample in samples[learned:]:
        if isinstance(sample, int):
            if sample >= (quiet if active else ms(20.0, rate)):
                s = q = 0.0
                active, zero = False, None
            continue
        n, y = sample
        if zero is None:
            zero, since = n, 0
        else:
            since += 1
        z = min(y * y / variance, clip)
        s = max(0.0, s + 0.5 * (z * 0.75 - LN4))
        if not active:
            if s == 0.0:
                zero, since = n, 0
            if s > h and since >= least:
                yield "onset", zero, n, 0
                active, onset, q, zero, since, block = True, zero, 0.0, n, 0, []
                continue
            block.append(y * y)
            if len(block) == block_length:
                middle = sorted(block)[block_length // 2]
                variance += gain * (middle / MEDIAN_SQUARE - variance)
                block = []
        else:
            q = min(h, max(0.0, q + 0.5 * (LN2 - z * 0.5)))
            if q == 0.0:
                zero, since = n, 0
            if q >= h and since >= quiet:
                yield "offset", zero, n, int(zero - onset < brief_limit)
                active, s, zero, since = False, 0.0, n, 0


def main():
    rows = ["case,rate_hz,profile,rest_uv,invalid_from,invalid_to,gap_at,gap_length,kind,event,decision,brief"]
    for seed, case in enumerate(CASES, 1):
        name, rate, profile, h, rest, bad_from, bad_to, gap_at, gap_length = case
        samples = []
        for i, g in enumerate(noise(SAMPLES, seed)):
            if gap_length and i == gap_at:
                samples.append(gap_length)
            if not bad_from <= i < bad_to:
                samples.append((i + (gap_length if gap_length and i >= gap_at else 0), g * amplitude(i)))
        decisions = list(detect(samples, rate, profile, h, rest))
        if not decisions:
            raise SystemExit(f"{name}: no decision, the case tests nothing")
        head = f"{name},{rate},{profile},{rest:g},{bad_from},{bad_to},{gap_at},{gap_length}"
        rows += [f"{head},{kind},{event},{decision},{brief}" for kind, event, decision, brief in decisions]
    finish(rows)


if __name__ == "__main__":
    main()
