#!/usr/bin/env python3
"""The chain of the default pipeline with SciPy and NumPy, streaming: blocks of 32 samples of 64 channels at 2 kHz, all
channels in one array, state kept between the blocks. What SciPy offers is used over the whole block; the activation
statistic needs a loop over samples. Signal quality from a second spectrum, of the unfiltered signal, the look for clonus
every 100 ms and the integrated EMG of activations (their ends to a block) are there. Left out, to its advantage:
repetitions with their spectra, trends of fatigue, what a converter's repeats teach, events. Prints nanoseconds of CPU time per channel and sample. Exit 77 without SciPy."""
import sys
import time

try:
    import numpy as np
    from scipy import signal
except ImportError:
    sys.exit(77)

RATE, BLOCK, CHANNELS, SECONDS = 2000, 32, 64, 4
HOP, SPECTRUM_HOP, SECOND = 40, 1000, 2000
DECIMATION, LOOK, POINTS = 16, 500, 512


def mains_score(collected, window):
    """The line at 50 or 60 Hz over the floor beside it, per channel."""
    p = np.abs(np.fft.fft(collected * window, n=POINTS, axis=0)) ** 2
    step = RATE / DECIMATION / POINTS
    at = lambda hz: np.ceil((hz - 55) / step).astype(int) % POINTS
    beside = np.arange(2, 6, step)
    score = [p[at(line + np.arange(-1, 1, step))].max(axis=0)
             / np.median(p[np.concatenate([at(line - beside), at(line + beside)])], axis=0) for line in (50, 60)]
    return np.maximum(*score)


def quality(p, usual):
    """Sinderby's indices and the mains ratio of bins of 1 Hz from 1 Hz on; usual: line and rest at 50 and 60 Hz so far."""
    f = np.arange(1, len(p) + 1)[:, None]
    m0, m1, m2 = p.sum(axis=0), (p * f).sum(axis=0), (p * f ** 2).sum(axis=0)
    noise = p[-(len(p) // 5):].mean(axis=0) * len(p)
    below = np.cumsum(p[34:], axis=0)
    means = (below[12:] - np.vstack([np.zeros((1, p.shape[1])), below[:-13]])) / 13
    highest, place = means.max(axis=0), means.argmax(axis=0) + 41
    motion = np.maximum(0.0, p[:19] - highest * f[:19] / place).sum(axis=0)
    drop = means[:554]
    band = p[19:450].sum(axis=0)
    now = []
    for hz in (50, 60):
        floor = p[[hz - 1 + s * k for s in (-1, 1) for k in (3, 4, 5, 6)]].mean(axis=0)
        line = p[hz - 3:hz + 2].sum(axis=0) - 5 * floor
        now.append((line, band - line))
    usual = 0.875 * usual + np.array(now)
    ratio = np.maximum(usual[:, 0] / usual[:, 1], 1e-4).max(axis=0)
    told = np.log10([m0 / np.maximum(motion, 1e-9), m0 / noise, drop.max(axis=0) / drop.min(axis=0), ratio])
    return told.sum() + (np.sqrt(m0 * m2) / m1).sum(), usual


def rhythm(a, rest):
    """Peaks of the autocorrelation of the last 1.5 s of envelopes at 60 .. 500 ms, of the channels that may have one."""
    mean = a.mean(axis=0)
    a = a - mean
    power = (a * a).mean(axis=0)
    a = a[:, (mean >= 1.6 * rest) & (power >= 0.1225 * mean * mean)]
    if a.shape[1] == 0:
        return 0
    n = len(a)
    squares = np.vstack([np.zeros((1, a.shape[1])), np.cumsum(a * a, axis=0)])
    lags = np.arange(54)
    products = np.fft.irfft(np.abs(np.fft.rfft(a, 144, axis=0)) ** 2, 144, axis=0)[lags]
    r = products / np.sqrt(np.maximum(1e-30, (squares[n] - squares[lags]) * squares[n - lags]))
    k, c = np.nonzero((r[3:26] >= 0.6) & (r[3:26] >= r[2:25]) & (r[3:26] >= r[4:27]))
    k = k + 3
    clonus = (r[k // 2, c] < 0) & (r[k // 3, c] < 0.3) & (r[2 * k, c] >= 0.35) & (k >= 6) & (k <= 13)
    return int(clonus.sum())


def main():
    rng = np.random.default_rng(1)
    rows = RATE * SECONDS
    loud = (np.arange(rows) // 2000 % 2 == 1)[:, None]
    raw = rng.standard_normal((rows, CHANNELS)) * np.where(loud, 1000.0, 60.0) + 30000.0
    band = np.vstack([signal.butter(2, 20, 'highpass', fs=RATE, output='sos'), signal.butter(2, 450, fs=RATE, output='sos')])
    smooth = signal.butter(2, 6, fs=RATE, output='sos')
    bessel = signal.bessel(2, 10, fs=RATE, norm='mag', output='sos')
    zi = np.zeros((2, 2, CHANNELS))
    zs, zb = np.zeros((1, 2, CHANNELS)), np.zeros((1, 2, CHANNELS))
    history = np.zeros((SECOND + BLOCK, CHANNELS))
    hann = signal.get_window('hann', SECOND)[:, None]
    f = np.fft.rfftfreq(SECOND, 1 / RATE)
    keep = (f >= 20) & (f <= 450)
    f = f[keep][:, None]
    s, q = np.zeros(CHANNELS), np.zeros(CHANNELS)
    threshold = 7.5
    valid = np.zeros((SECOND + BLOCK, CHANNELS), dtype=bool)
    unfiltered = np.zeros((SECOND + BLOCK, CHANNELS))
    usual, envelopes = np.zeros((2, 2, CHANNELS)), np.zeros((75, CHANNELS))
    above, under = np.zeros((BLOCK, CHANNELS), dtype=bool), np.zeros((BLOCK, CHANNELS), dtype=bool)
    active, iemg = np.zeros(CHANNELS, dtype=bool), np.zeros(CHANNELS)
    mix = np.exp(-2j * np.pi * 55 / RATE * np.arange(DECIMATION))[:, None]
    look = (signal.get_window('hann', LOOK) * np.exp(-2j * np.pi * 55 * DECIMATION / RATE * np.arange(LOOK)))[:, None]
    collected, squares = [], 0.0
    last, repeats, step = np.full(CHANNELS, np.nan), np.zeros(CHANNELS, dtype=int), np.full(CHANNELS, np.inf)
    rows_of_block = np.arange(BLOCK)[:, None]
    total, n = 0.0, 0
    began = time.process_time()
    for at in range(0, rows, BLOCK):
        x = raw[at:at + BLOCK]
        difference = np.abs(np.diff(x, axis=0, prepend=last[None]))
        moved = difference != 0
        run = rows_of_block - np.maximum.accumulate(np.where(moved, rows_of_block, -1 - repeats), axis=0)
        last, repeats = x[-1], run[-1]
        step = np.fmin(step, np.where(moved, difference, np.inf).min(axis=0))
        good = np.isfinite(x) & (x > -30000) & (x < 90000) & (run < 20)
        uv = np.where(good, x, 0.0) * 0.05
        unfiltered[:-BLOCK] = unfiltered[BLOCK:]
        unfiltered[-BLOCK:] = uv
        y, zi = signal.sosfilt(band, uv, axis=0, zi=zi)
        collected.extend((y.reshape(-1, DECIMATION, CHANNELS) * mix).sum(axis=1))
        squares = squares + (y * y).sum(axis=0)
        if len(collected) >= LOOK:
            total += float((mains_score(np.array(collected[:LOOK]), look) + squares).sum())
            collected, squares = collected[LOOK:], 0.0
        magnitude = np.abs(y)
        envelope, zs = signal.sosfilt(smooth, magnitude, axis=0, zi=zs)
        control, zb = signal.sosfilt(bessel, magnitude, axis=0, zi=zb)
        history[:-BLOCK] = history[BLOCK:]
        history[-BLOCK:] = y
        valid[:-BLOCK] = valid[BLOCK:]
        valid[-BLOCK:] = good
        z = np.minimum(y * y * 0.1, 6.0)
        up, down = 0.5 * (z * 0.75 - 1.3862943611198906), 0.5 * (0.6931471805599453 - z * 0.5)
        for i in range(BLOCK):
            s = np.maximum(0.0, s + up[i])
            q = np.minimum(threshold, np.maximum(0.0, q + down[i]))
            np.greater(s, threshold, out=above[i])
            np.greater_equal(q, threshold, out=under[i])
        turned_on = np.maximum.accumulate(np.where(above & ~under, rows_of_block, np.where(active, -1, -2)), axis=0)
        turned_off = np.maximum.accumulate(np.where(under & ~above, rows_of_block, np.where(active, -2, -1)), axis=0)
        on = turned_on > turned_off
        active = on[-1]
        iemg += (magnitude * on).sum(axis=0) / RATE
        total += float(iemg[~active].sum() + on.sum())
        iemg[~active] = 0.0
        for i in range(BLOCK):
            n += 1
            end = SECOND + i + 1
            if n % 8 == 0:
                w = history[end - 200:end]
                total += float(np.sqrt(np.mean(w * w, axis=0)).sum() + control[i].sum() + valid[end - 200:end].mean())
            if n % HOP == 0:
                w, r = history[end - 500:end], history[end - 300:end]
                total += float(np.sqrt(np.mean(w * w, axis=0)).sum() + np.mean(np.abs(w), axis=0).sum()
                               + np.sqrt(np.mean(r * r, axis=0)).sum() + envelope[i].sum()
                               + valid[end - 500:end].mean(axis=0).sum())
                envelopes[n // HOP % 75] = control[i]
                if n % (5 * HOP) == 0:
                    total += rhythm(np.roll(envelopes, -(n // HOP % 75) - 1, axis=0), 3.0)
            if n % SPECTRUM_HOP == 0:
                w = history[end - SECOND:end]
                p = np.abs(np.fft.rfft((w - w.mean(axis=0)) * hann, axis=0)[keep]) ** 2
                m0, m1, m2 = p.sum(axis=0), (p * f).sum(axis=0), (p * f ** 2).sum(axis=0)
                median = f[np.argmax(np.cumsum(p, axis=0) >= 0.5 * m0, axis=0), 0]
                u = unfiltered[end - SECOND:end]
                told, usual = quality(np.abs(np.fft.rfft((u - u.mean(axis=0)) * hann, axis=0)[1:901]) ** 2, usual)
                total += float(told)
                d = np.diff(w, axis=0)
                large = np.abs(d) >= 7.5
                total += float((m1 / m0 + median + (p / f).sum(axis=0) / (p * f ** 5).sum(axis=0) + np.sqrt(m0 * m2) / m1).sum())
                total += float(((w[1:] * w[:-1] < 0) & large).sum() + ((d[1:] * d[:-1] < 0) & (large[1:] | large[:-1])).sum()
                               + large.sum() + np.abs(d).sum() + np.abs(w).sum() + (w * w).sum()
                               + (w[1:-1] ** 2 - w[:-2] * w[2:]).sum())
    spent = time.process_time() - began
    assert np.isfinite(total)
    print(spent * 1e9 / (rows * CHANNELS))


if __name__ == '__main__':
    main()
