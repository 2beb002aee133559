#!/usr/bin/python3
"""Reference decisions of the detectors of the literature (dsp/detect/threshold_method.hpp), by SciPy and plain loops,
committed as tests/data/detect/threshold_decisions.csv. The input can be made exactly in any language; indices must be
equal. Runs for about half a minute.
"""
import math

from onset_decisions import SAMPLES, amplitude, ms
from oracle import finish, noise, scipy

np, linalg, signal = scipy("numpy"), scipy("scipy.linalg"), scipy("scipy.signal")

THRESHOLD = {"hodges_bui": 1.9, "tkeo_dt": 2.1, "bonato": 15.0, "lidierth": 2.2}
# (case, method, rate_hz, options that are not the default, rest given in uV or 0, invalid from, to, gap at, gap length)
CASES = [
    ("hodges_bui", "hodges_bui", 1000.0, {}, 0.0, 0, 0, 0, 0),
    ("hodges_bui_10_hz_50_ms", "hodges_bui", 2000.0, {"smoothing_hz": 10.0, "run_ms": 50.0, "threshold": 1.0}, 0.0, 0, 0, 0, 0),
    ("hodges_bui_rest", "hodges_bui", 1000.0, {}, 5.0, 0, 0, 0, 0),
    ("hodges_bui_gap", "hodges_bui", 1000.0, {}, 0.0, 4205, 4330, 14100, 777),
    ("tkeo_dt", "tkeo_dt", 1000.0, {}, 0.0, 0, 0, 0, 0),
    ("tkeo_rest", "tkeo_dt", 1925.926, {}, 5.0, 0, 0, 0, 0),
    ("tkeo_gap", "tkeo_dt", 1000.0, {}, 0.0, 4205, 4230, 14100, 10),
    ("bonato", "bonato", 1000.0, {}, 0.0, 0, 0, 0, 0),
    ("bonato_not_white", "bonato", 1000.0, {"whitening_order": 0}, 0.0, 0, 0, 0, 0),
    ("bonato_one_of_eight", "bonato", 4000.0, {"needed": 1, "among": 8, "whitening_order": 8, "threshold": 16.0}, 0.0, 0, 0, 0, 0),
    ("bonato_rest", "bonato", 1000.0, {}, 5.0, 0, 0, 0, 0),
    ("bonato_gap", "bonato", 1000.0, {}, 0.0, 4205, 4230, 14101, 777),
    ("lidierth", "lidierth", 1000.0, {}, 0.0, 0, 0, 0, 0),
    ("lidierth_dips", "lidierth", 1000.0, {"smoothing_hz": 200.0, "run_ms": 60.0, "dip_ms": 12.0, "threshold": 2.0}, 0.0, 0, 0, 0, 0),
    ("lidierth_gap", "lidierth", 1000.0, {}, 0.0, 4205, 4230, 14100, 777),
]
DEFAULTS = {"smoothing_hz": 50.0, "run_ms": 25.0, "dip_ms": 5.0, "needed": 2, "among": 5, "whitening_order": 6}
COLOUR = 0.7  # of the input: y[n] = 0.7 y[n-1] + x[n]


def quietest(columns, rate):
    """Means of the columns (samples x numbers, squares first) over the quietest 500 ms of 2 s, and the samples used."""
    step, need = math.ceil(0.05 * rate), math.ceil(2.0 * rate)
    steps = columns[:need // step * step].reshape(-1, step, columns.shape[1]).sum(axis=1)
    windows = np.array([steps[k:k + 10].sum(axis=0) for k in range(len(steps) - 9)]) / (10 * step)
    return windows[np.argmin(windows[:, 0])], need


def pieces(samples):
    """Runs of samples that follow each other: lists of (index, value)."""
    run = []
    for s in samples:
        if run and s[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(s)
    yield run


def smoothed(method, samples, o, rate):
    """(decided, dated, statistic's raw value, square) of what the low-pass lets out once settled, since a restart."""
    rows = []
    for run in pieces(samples):
        n = np.array([s[0] for s in run])
        y = np.array([s[1] for s in run])
        if method == "tkeo_dt":
            rows += zip(n[2:], n[1:-1], np.abs(y[1:-1] ** 2 - y[:-2] * y[2:]), y[2:] ** 2)
        else:
            rows += zip(n, n, np.abs(y), y ** 2)
    sos = signal.butter(2, o["smoothing_hz"], fs=rate, output="sos")
    answer = signal.sosfilt(sos, np.ones(int(4 * rate)))
    settled = int(np.nonzero(np.abs(answer - 1.0) > 0.01)[0][-1]) + 1
    smooth = signal.sosfilt(sos, np.array([r[2] for r in rows]))
    return [(r[0], r[1], t, r[3]) for r, t in zip(rows, smooth)][settled:]


def runs(rows, o, rate, dip_ms):
    """The raw rule of runs, to be told when to begin anew: generator that takes and gives (row, turn)."""
    need, dip = max(1, ms(o["run_ms"], rate)), math.floor(dip_ms * rate / 1000.0)
    active, history = False, []  # history: (dated, speaks for a turn) since the run began
    anew = False
    for decided, dated, above in rows:
        if anew:
            active, history = False, []
        turn = None
        speaks = above != active
        if speaks or history:
            history.append((dated, speaks))
            tail = 0
            while tail < len(history) and not history[-1 - tail][1]:
                tail += 1
            if tail > dip:
                history = []
            elif speaks and len(history) >= need:
                active = not active
                turn = (active, history[0][0])
                history = []
        anew = yield decided, turn


def counted(rows, o):
    """The raw rule of counts over pairs: (decided, first, next, above)."""
    active, newest, quiet_since, anew = False, [], 0, False
    for decided, first, after, above in rows:
        if anew:
            active, newest = False, []
        if not newest:
            quiet_since = first
        newest.append((first, above))
        if above:
            quiet_since = after
        window = newest[-o["among"]:]
        holds = sum(a for _, a in window) >= o["needed"]
        turn = None
        if holds and not active:
            active, turn = True, (True, next(f for f, a in window if a))
        elif active and not holds and len(newest) >= o["among"]:
            active, turn = False, (False, quiet_since)
        anew = yield decided, turn


def bursts(raw, valid_after, rate):
    """Onsets at once, offsets when 125 ms have passed without a turn back."""
    quiet, brief = ms(125.0, rate), ms(30.0, rate)
    active, end, onset, anew = False, None, 0, False
    told = []
    try:
        step = next(raw)
        while True:
            decided, turn = step
            anew = False
            if turn and turn[0]:
                end = None
                if not active:
                    active, onset = True, turn[1]
                    told.append(("onset", onset, decided, 0))
            elif turn:
                end = (turn[1], decided)
            # The end is judged at every valid sample, and those between two statistics count too.
            if active and end:
                for n in valid_after(decided):
                    if n - end[0] - valid_after.missing(end[1], n) >= quiet:
                        told.append(("offset", end[0], n, int(end[0] - onset < brief)))
                        active, end, anew = False, None, True
                        break
            step = raw.send(anew)
    except StopIteration:
        return told, active


class ValidAfter:
    """The valid samples from one statistic to the next, itself first, and how many between two were not valid."""

    def __init__(self, samples, decided):
        self.numbers = [s[0] for s in samples]
        self.place = {n: i for i, n in enumerate(self.numbers)}
        self.following = {a: b for a, b in zip(decided, decided[1:])}

    def __call__(self, decided):
        to = self.following.get(decided, self.numbers[-1] + 1)
        return self.numbers[self.place[decided]:self.place.get(to, len(self.numbers))]

    def missing(self, a, b):
        return (b - a) - (self.place[b] - self.place[a])


def whitened_pairs(samples, model):
    """(decided, first, next, squares of the pair): pairs begin anew where samples do not follow each other."""
    order = len(model) - 1
    for run in pieces(samples):
        y = np.array([s[1] for s in run])
        if len(y) <= order:
            continue
        white = np.convolve(y, model)[order:len(y)]
        n = [s[0] for s in run][order:]
        for i in range(0, len(white) - 1, 2):
            yield n[i + 1], n[i], n[i + 1] + 1, white[i] ** 2 + white[i + 1] ** 2


def decisions(method, stretches, o, rate, rest):
    h = o.get("threshold", THRESHOLD[method])
    learned = None
    for samples in stretches:
        if method == "bonato":
            order = o["whitening_order"]
            if learned is None:
                rows = []
                for run in pieces(samples):
                    y = np.array([s[1] for s in run])
                    rows += [[y[i] * y[i - k] for k in range(order + 1)] for i in range(order, len(y))]
                r, used = quietest(np.array(rows), rate)
                model = np.concatenate([[1.0], linalg.solve_toeplitz(r[:order], -r[1:order + 1])]) if order else np.ones(1)
                variance = float(np.dot(model, r)) * (rest * rest / r[0] if rest else 1.0)
                learned = True
                # The first one whitened has seen the newest that were learned from.
                rows, samples = whitened_pairs(samples[used:], model), samples[used + order:]
            else:
                rows = whitened_pairs(samples, model)
            rows = [(a, b, c, z / variance > h) for a, b, c, z in rows]
            raw = counted(rows, o)
        else:
            rows = smoothed(method, samples, o, rate)
            if learned is None:
                m, used = quietest(np.array([[q, t, t * t] for _, _, t, q in rows]), rate)
                scale = (rest / math.sqrt(m[0])) ** (2 if method == "tkeo_dt" else 1) if rest else 1.0
                learned = (scale * m[1], scale * math.sqrt(m[2] - m[1] * m[1]))
                rows = rows[used:]
            mean, sd = learned
            rows = [(a, b, (t - mean) / sd > h) for a, b, t, _ in rows]
            raw = runs(rows, o, rate, o["dip_ms"] if method == "lidierth" else 0.0)
        yield from bursts(raw, ValidAfter(samples, [r[0] for r in rows]), rate)[0]


def main():
    lines = ["case,method,rate_hz,options,rest_uv,invalid_from,invalid_to,gap_at,gap_length,kind,event,decision,brief"]
    for seed, (name, method, rate, changed, rest, bad_from, bad_to, gap_at, gap_length) in enumerate(CASES, 1):
        stretches, y = [[]], 0.0
        for i, g in enumerate(noise(SAMPLES, seed)):
            y = COLOUR * y + g * amplitude(i)
            if gap_length and i == gap_at and gap_length >= ms(125.0, rate):
                stretches.append([])
            if not bad_from <= i < bad_to:
                stretches[-1].append((i + (gap_length if gap_length and i >= gap_at else 0), y))
        told = list(decisions(method, stretches, {**DEFAULTS, **changed}, rate, rest))
        if not told:
            raise SystemExit(f"{name}: no decision, the case tests nothing")
        options = ";".join(f"{k}={v:g}" for k, v in changed.items())
        head = f"{name},{method},{rate},{options},{rest:g},{bad_from},{bad_to},{gap_at},{gap_length}"
        lines += [f"{head},{kind},{event},{decision},{brief}" for kind, event, decision, brief in told]
    finish(lines)


if __name__ == "__main__":
    main()
