#!/usr/bin/python3
"""What SciPy, or a plain loop over the published recursion, says about the stages of conditioning: rows key,index,value,
committed as tests/data/condition/oracle.csv."""
import math

from oracle import Rows, noise_across as noise, scipy

np, s = scipy("numpy"), scipy("scipy.signal")
STRIDE = 97
ROWS = Rows("key,index,value")
put = ROWS.put_all


def hum(n, fs, hz, amplitude):
    """Fundamental, third and fifth harmonic."""
    phi = 2.0 * np.pi * hz * np.arange(n) / fs
    return amplitude * (np.sin(phi) + 0.4 * np.sin(3.0 * phi + 1.0) + 0.2 * np.sin(5.0 * phi + 2.0))


def fixed_filters():
    for fs in (1000, 2000):
        for hz in (50, 150, 250):
            put(f"notch_{hz}_{fs}", np.r_[s.iirnotch(hz, hz / 4.0, fs=fs)])
        b, a = s.iircomb(50, 50 / 4.0, ftype="notch", fs=fs)
        put(f"comb_{fs}", s.lfilter(b, a, noise(2 * fs, 5)), STRIDE)


def canceller(x, fs, hz):
    """Quadrature LMS with a frequency loop, each phase from its own cosine."""
    mu, reach, every = 1.0 / (0.25 * fs), 1.0, 64
    harmonics = [h for h in (1, 3, 5) if h * (hz + reach) < min(450.0, 0.45 * fs)]
    a, b = np.zeros(len(harmonics)), np.zeros(len(harmonics))
    w, phi, drift, loop, fast, quiet = 2.0 * math.pi * hz / fs, 0.0, 0.0, 1.0, 0.0, 0.0
    low, high = 2.0 * math.pi * (hz - reach) / fs, 2.0 * math.pi * (hz + reach) / fs
    out = np.empty(len(x))
    for i, v in enumerate(x):
        c = np.array([math.cos(h * phi) for h in harmonics])
        q = np.array([math.sin(h * phi) for h in harmonics])
        e = v - float(a @ c + b @ q)
        fast += (e * e - fast) / (0.05 * fs)
        quiet += (fast - quiet) / ((1.0 if quiet == 0.0 or fast < quiet else 60.0) * fs)
        gain = (0.5 if fast > 100.0 * quiet else 2.0) * mu * e
        power = a[0] * a[0] + b[0] * b[0]
        if power > 0.0:
            drift += gain * (a[0] * q[0] - b[0] * c[0]) / power
        a, b = a + gain * c, b + gain * q
        phi = (phi + w) % (2.0 * math.pi)
        out[i] = e
        if (i + 1) % every == 0:
            w = min(max(w - drift / (loop * fs), low), high)
            loop = min(8.0, loop + every / fs * 7.0 / 16.0)
            drift = 0.0
    return out, w * fs / (2.0 * math.pi)


def cancelled():
    for fs in (200, 1000):
        n = 12 * fs
        x = 10.0 * noise(n, 11) + hum(n, fs, 50.2, 20.0)
        x[8 * fs:8 * fs + fs // 2] *= 40.0  # a burst, under which the canceller holds on
        e, hz = canceller(x, fs, 50.0)
        put(f"cancelled_{fs}", e, STRIDE)
        put(f"cancelled_hz_{fs}", hz)


def looks():
    """The periodogram of the whole band at the full rate: a line's score, its place, the muscle beside it."""
    for fs, hz, amplitude in ((500, 50.1, 8.0), (1000, 49.9, 6.0), (1000, 60.0, 3.0), (1926, 50.0, 8.0), (4000, 60.2, 9.0)):
        x = 10.0 * noise(4 * fs, 21) + hum(4 * fs, fs, hz, amplitude)
        f, p = s.periodogram(x, fs, window="hann", detrend=False, scaling="density")
        nominal = 50.0 if hz < 55.0 else 60.0
        line = np.abs(f - nominal) <= 1.0
        beside = (np.abs(f - nominal) >= 2.0) & (np.abs(f - nominal) <= 6.0)
        floor = np.median(p[beside]) / math.log(2.0)
        power = np.sum(p[line] - floor) * (f[1] - f[0])
        put(f"look_{fs}_{hz}", [hz, amplitude, nominal, p[line].max() / floor,
                                10.0 * math.log10((np.mean(x * x) - power) / power)])


def reference():
    """Recursive least squares, ten taps, forgetting 0.9999, from a reference to a signal it leaks into."""
    n, taps, forgetting = 3000, 10, 0.9999
    ref = 50.0 * noise(n, 31)
    x = 20.0 * noise(n, 32) + s.lfilter([0.0, 0.7, -0.4, 0.2], [1.0], ref)
    w, p, u = np.zeros(taps), np.eye(taps) * 1e6, np.zeros(taps)
    out = np.empty(n)
    for i in range(n):
        u = np.r_[ref[i], u[:-1]]
        k = p @ u / (forgetting + u @ p @ u)
        out[i] = x[i] - w @ u
        w = w + k * out[i]
        p = (p - np.outer(k, u @ p)) / forgetting
    put("reference", out, STRIDE)


def answered(n, first, period):
    """Muscle with an answer of 20 ms to every pulse, at 2000 Hz, and the samples of the pulses."""
    x = 20.0 * noise(n, 41)
    pulses = np.floor(first + period * np.arange(int((n - first) / period)) + 0.5).astype(int)
    u = np.arange(40.0)
    for k, p in enumerate(pulses[pulses + 40 < n]):
        x[p:p + 40] += (1.0 + 0.01 * (k % 7)) * u * (40.0 - u) * np.where(u < 20, 0.25, -0.25)
    return x, pulses


def filled(x, pulses, before, after, linear):
    """Each stretch around a pulse a straight line between its neighbours, or its last neighbour held."""
    y = x.copy()
    for p in pulses[pulses + after + 1 < len(x)]:
        a, b = p - before - 1, p + after + 1
        y[a:b + 1] = np.linspace(x[a], x[b], b - a + 1) if linear else np.r_[np.full(b - a, x[a]), x[b]]
    return y


def without_answer(x, pulses, method):
    """Frame by frame: less the running template, the frame before, or the prediction from six frames before."""
    y, order = x.copy(), 6
    template, products, targets = np.zeros(500), np.zeros((order, order)), np.zeros(order)
    frames = [x[a:b] for a, b in zip(pulses[:-1], pulses[1:])]
    for m, (at, now) in enumerate(zip(pulses, frames)):
        n = len(now)
        if method == "template":
            if m >= 6:
                y[at:at + n] = now - template[:n]
            template[:n] += (1.0 if m == 0 else 0.15) * (now - template[:n])
        elif method == "comb" and m >= 1:
            n = min(n, len(frames[m - 1]))
            y[at:at + n] = (now[:n] - frames[m - 1][:n]) / math.sqrt(2.0)
        elif method == "prediction" and m > order:
            short = min(len(f) for f in frames[m - 7:m])
            past = np.array([frames[m - j][:short] for j in range(2, order + 2)])
            products = 0.97 * products + past @ past.T
            targets = 0.97 * targets + past @ frames[m - 1][:short]
            w = np.linalg.solve(products + 1e-9 * np.trace(products) * np.eye(order), targets)
            n = min(n, *(len(f) for f in frames[m - order:m]))
            guess = sum(w[j - 1] * frames[m - j][:n] for j in range(1, order + 1))
            y[at:at + n] = (now[:n] - guess) / math.sqrt(1.0 + w @ w)
    return y


def stimulation():
    n, first, period = 6000, 1000.0, 0.0333 * 2000.0
    x, pulses = answered(n, first, period)
    put("blanked_hold", filled(x, pulses, 2, 10, False), STRIDE)
    line = filled(x, pulses, 2, 10, True)
    put("blanked_linear", line, STRIDE)
    for method in ("template", "comb", "prediction"):
        put(f"mwave_{method}", without_answer(line, pulses, method), STRIDE)


fixed_filters()
cancelled()
looks()
reference()
stimulation()
# The recursive least squares of the reference tell one linear-algebra library from another at 3e-8.
ROWS.finish(lambda key, v: 1e-7 * max(1.0, abs(v)))
