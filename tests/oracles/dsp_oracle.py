#!/usr/bin/python3
# What SciPy says about the pipeline's filters and features: rows key,index,value on stdout, committed as
# tests/data/dsp/oracle.csv. The input is a 64-bit LCG, so the tests make the same doubles. With --check FILE: compares
# FILE with a fresh run (exit 1 when they differ by more than one linear-algebra library from another, 77 when there is
# no SciPy).
import sys

try:
    import numpy as np
    import scipy.signal as s
except ImportError:
    print("SKIPPED: no scipy")
    sys.exit(77)

SECONDS, STRIDE = 4, 97
ROWS = []


def put(key, values, stride=1):
    values = np.atleast_1d(np.asarray(values, dtype=float)).ravel()
    ROWS.extend((key, i, values[i]) for i in range(0, len(values), stride))


def noise(n, seed):
    """Sum of 12 uniform numbers minus 6: close to normal, exact in any language."""
    u = np.empty(12 * n)
    z = seed
    for i in range(12 * n):
        z = (z * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        u[i] = (z >> 11) / 9007199254740992.0
    u = u.reshape(12, n)
    total = u[0].copy()
    for row in u[1:]:
        total = total + row
    return total - 6.0


def designs():
    for fs in (200, 1000, 1926, 2000, 4000):
        for poles in (1, 2, 3, 4, 5, 6, 8):
            put(f"hp20_{poles}_{fs}", s.butter(poles, 20, "highpass", fs=fs, output="sos"))
            corner = 450 if fs >= 900 else 0.45 * fs
            put(f"lp_{poles}_{fs}", s.butter(poles, corner, "lowpass", fs=fs, output="sos"))
        put(f"lp6_2_{fs}", s.butter(2, 6, fs=fs, output="sos"))
        put(f"bessel10_{fs}", s.bessel(2, 10, fs=fs, norm="mag", output="sos"))
        put(f"zi_hp20_4_{fs}", s.sosfilt_zi(s.butter(4, 20, "highpass", fs=fs, output="sos")))
        put(f"zi_lp6_{fs}", s.sosfilt_zi(s.butter(2, 6, fs=fs, output="sos")))
        tf = s.butter(2, 20, "highpass", fs=fs)
        put(f"delay_hp20_2_{fs}", s.group_delay(tf, w=[25, 50, 90], fs=fs)[1])
    for n in (1, 2, 7, 500, 1000):
        put(f"hann_{n}", s.get_window("hann", n), max(1, n // 7))


def signals(fs):
    n = SECONDS * fs
    # half seconds of rest and effort on top of an electrode offset
    x = noise(n, 12345) * np.where((np.arange(n) // (fs // 2)) % 2 == 1, 50.0, 3.0) + 1500.0
    put(f"x_{fs}", x, STRIDE)
    corner = 450 if fs >= 900 else 0.45 * fs
    hp = s.butter(2, 20, "highpass", fs=fs, output="sos")
    y, _ = s.sosfilt(hp, x, zi=s.sosfilt_zi(hp) * x[0])
    y = s.sosfilt(s.butter(2, corner, "lowpass", fs=fs, output="sos"), y)
    put(f"y_{fs}", y, STRIDE)

    def moving(v, ms):
        w = round(ms * fs / 1000)
        return s.lfilter(np.ones(w) / w, [1.0], v)

    hop = fs // 50
    ends = np.arange(hop, n + 1, hop) - 1  # last sample of each 20 ms hop
    put(f"rms250_{fs}", np.sqrt(moving(y * y, 250))[ends])
    put(f"arv250_{fs}", moving(np.abs(y), 250)[ends])
    put(f"rms100_{fs}", np.sqrt(moving(y * y, 100))[ends])
    put(f"envelope6_{fs}", s.sosfilt(s.butter(2, 6, fs=fs, output="sos"), np.abs(y))[ends])
    put(f"envelope10_{fs}", s.sosfilt(s.bessel(2, 10, fs=fs, norm="mag", output="sos"), np.abs(y))[ends])
    for k in range(2, 2 * SECONDS + 1):
        spectrum(y[k * fs // 2 - fs : k * fs // 2], fs, f"{fs}_{k}")


def spectrum(seg, fs, name):
    f, p = s.periodogram(seg, fs, window="hann", detrend="constant", scaling="density")
    band = (f >= 20) & (f <= min(450, 0.45 * fs))
    f, p, df = f[band], p[band], f[1]
    c = np.cumsum(p)
    half = c[-1] / 2
    i = int(np.argmax(c >= half))
    put(f"psd_{name}", p, 13)
    put(f"mnf_{name}", (f * p).sum() / p.sum())
    put(f"mdf_{name}", f[i] - df / 2 + df * (half - (c[i - 1] if i else 0)) / p[i])
    put(f"finsm5_{name}", (p / f).sum() / (p * f**5).sum())
    put(f"power_{name}", p.sum() * df)
    d = np.diff(seg)
    t = 7.5  # 2.5 times a rest level of 3 uV
    put(f"zc_{name}", np.sum((seg[:-1] * seg[1:] < 0) & (np.abs(d) >= t)))
    put(f"ssc_{name}", np.sum((d[:-1] * -d[1:] > 0) & ((np.abs(d[:-1]) >= t) | (np.abs(d[1:]) >= t))))
    put(f"wl_{name}", np.abs(d).sum())
    put(f"wamp_{name}", np.sum(np.abs(d) >= t))
    put(f"iemg_{name}", np.abs(seg).sum() / fs)
    put(f"tkeo_{name}", np.mean(seg[1:-1] ** 2 - seg[:-2] * seg[2:]))
    m = [(p * f**k).sum() for k in range(3)]
    put(f"moments_{name}", (p / f).sum() / m[2])
    put(f"omega_{name}", np.sqrt(m[2] / m[0]) / (m[1] / m[0]))
    put(f"snr_{name}", 10 * np.log10(np.mean(seg * seg) / 9.0))


designs()
for rate in (500, 1000, 2000):
    signals(rate)
if len(sys.argv) == 3 and sys.argv[1] == "--check":
    kept = [line.rstrip("\n").split(",") for line in open(sys.argv[2], encoding="ascii")][1:]
    same = len(kept) == len(ROWS) and all(
        k[0] == key and int(k[1]) == i and abs(float(k[2]) - v) <= 1e-9 * abs(v) + (1e-9 if key.startswith("y_") else 1e-18)
        for k, (key, i, v) in zip(kept, ROWS)
    )
    print("same" if same else "differs: write the file anew and look at the difference")
    sys.exit(0 if same else 1)
print("key,index,value")
for key, i, v in ROWS:
    print(f"{key},{i},{float(v)!r}")
