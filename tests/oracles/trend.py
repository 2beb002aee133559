#!/usr/bin/python3
"""What SciPy says about straight lines (dsp/features/trend.hpp): rows key,value, committed as
tests/data/features/trend.csv."""
from itertools import islice

from oracle import Rows, scipy, uniform

np, st = scipy("numpy"), scipy("scipy.stats")
ROWS = Rows("key,value")
put = ROWS.put
# case, points, slope per second, seconds between points, smoothing (1: independent), lags
CASES = [("flat", 10, 0.0, 1.0, 1, 0), ("falling", 32, -0.2, 1.0, 1, 0), ("rising", 31, 0.5, 2.5, 1, 0),
         ("overlapping", 32, -0.1, 0.5, 2, 1), ("much", 32, 0.0, 0.125, 8, 7)]


for seed, (name, n, slope, step, smooth, lags) in enumerate(CASES, 1):
    u = list(islice(uniform(seed), n + smooth))
    t = np.array([3.0 + step * i for i in range(n)])
    y = np.array([80.0 + slope * (step * i) + 10.0 * (sum(u[i:i + smooth]) / smooth - 0.5) for i in range(n)])
    line = st.linregress(t, y)
    e = y - (line.intercept + line.slope * t)
    r = [max(0.0, np.sum(e[j:] * e[:-j]) / np.sum(e * e)) for j in range(1, lags + 1)]
    vif = max(1.0, 1.0 + 2.0 * sum(r))
    put(name + "_slope", line.slope)
    put(name + "_at_start", line.intercept + line.slope * t[0])
    put(name + "_error", line.stderr * np.sqrt(vif))
    put(name + "_inflation", vif)
    put(name + "_half_width", st.t.ppf(0.975, n / vif - 2) * line.stderr * np.sqrt(vif))
    if lags == 0:
        middle, _, low, high = st.theilslopes(y, t, 0.95)
        put(name + "_robust", middle)
        put(name + "_robust_low", low)
        put(name + "_robust_high", high)
for dof in (2.0, 2.5, 3.0, 4.7, 8.0, 30.0, 61.5, 1000.0):
    put(f"student_{dof}", st.t.ppf(0.975, dof))

ROWS.finish(lambda key, v: 1e-9 * abs(v) + 1e-18)
