"""How surprising is a count: the upper tail of the negative binomial distribution.

Pure numpy, in logarithms throughout, so that a thousandfold excess still gives
a number and no scientific library is needed at run time.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TINY = 1e-300
_LOG10 = float(np.log(10.0))
_HALF_LOG_TAU = 0.5 * float(np.log(2.0 * np.pi))


def surprise(count: Floats, mean: Floats, alpha: Floats) -> Floats:
    """Answer -log10 P(X >= count) where X has this mean and variance mean + alpha * mean².

    The three arrays are broadcast together; where nothing was counted the answer is 0.
    """
    count, mean, alpha = np.broadcast_arrays(count, mean, alpha)
    answer = np.zeros(count.shape)
    some = count > 0
    if not some.any():
        return answer
    size = 1.0 / np.maximum(alpha[some], 1e-6)
    mu = np.maximum(mean[some], 1e-9)
    answer[some] = np.maximum(_beta_tail(count[some].astype(float), size, mu / (mu + size)), 0.0)
    return answer


def _beta_tail(a: Floats, b: Floats, x: Floats) -> Floats:
    """-log10 of the regularised incomplete beta I_x(a, b), which is the wanted tail."""
    front = _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b) + a * np.log(x) + b * np.log1p(-x)
    rare = x < (a + 1.0) / (a + b + 2.0)
    answer = np.empty(a.shape)
    if rare.any():
        fraction = _log_fraction(a[rare], b[rare], x[rare])
        answer[rare] = -(front[rare] + fraction - np.log(a[rare])) / _LOG10
    common = ~rare
    if common.any():
        # The fraction converges only below the mean; above it the other tail is taken from one.
        fraction = _log_fraction(b[common], a[common], 1.0 - x[common])
        other = np.exp(np.minimum(front[common] + fraction - np.log(b[common]), -1e-16))
        answer[common] = -np.log10(np.maximum(1.0 - other, _TINY))
    return answer


def _log_fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c = np.ones_like(x)
    d = 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d.copy()
    for m in range(1, 301):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        d = 1.0 / _away_from_zero(1.0 + even * d)
        c = _away_from_zero(1.0 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 / _away_from_zero(1.0 + odd * d)
        c = _away_from_zero(1.0 + odd / c)
        step = d * c
        value *= step
        if np.all(np.abs(step - 1.0) < 1e-8):
            break
    return np.log(np.maximum(value, _TINY))


def _away_from_zero(value: Floats) -> Floats:
    return np.where(np.abs(value) < _TINY, _TINY, value)


def _log_gamma(x: Floats) -> Floats:
    """log Γ(x) for x > 0: Stirling's series after lifting x above 8 by the recurrence."""
    lift = x < 8.0
    lifted = np.where(lift, x + 8.0, x)
    inverse = 1.0 / lifted
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
    value = (lifted - 0.5) * np.log(lifted) - lifted + _HALF_LOG_TAU + series
    if lift.any():
        small = x[lift]
        product = small.copy()
        for k in range(1, 8):
            product *= small + k
        value[lift] -= np.log(product)
    return np.asarray(value)
