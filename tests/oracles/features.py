#!/usr/bin/python3
"""What SciPy says about the pipeline's filters and features: rows key,index,value, committed as
tests/data/dsp/oracle.csv."""
from oracle import Rows, noise_across as noise, scipy

np, s = scipy("numpy"), scipy("scipy.signal")
SECONDS, STRIDE = 4, 97
ROWS = Rows("key,index,value")
put = ROWS.put_all


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
ROWS.finish(lambda key, v: 1e-9 * abs(v) + (1e-9 if key.startswith("y_") else 1e-18))
