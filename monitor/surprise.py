"""How surprising is a count: the upper tail of the negative binomial distribution.

Pure numpy, in logarithms throughout, so that a thousandfold excess still gives
a number and no scientific library is needed at run time.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TINY = 1e-300
_LOG10 = float(np.log(10.0))
_PORTION = 2048
_LEAST_TERMS, _TERMS_BY_ROOT, _TERMS_BELOW_ONE, _MOST_TERMS = 9, 1.5, 14, 300  # for eight digits
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
    whole, first, second = _log_gamma(np.stack([a + b, a, b]))
    front = whole - first - second + a * np.log(x) + b * np.log1p(-x)
    # The fraction converges only below the mean; above it the other tail is taken from one.
    rare = x < (a + 1.0) / (a + b + 2.0)
    near, far = np.where(rare, a, b), np.where(rare, b, a)
    tail = front + _log_fraction(near, far, np.where(rare, x, 1.0 - x)) - np.log(near)
    rest = 1.0 - np.exp(np.minimum(tail, -1e-16))
    return np.asarray(-np.where(rare, tail, np.log(np.maximum(rest, _TINY))) / _LOG10)


def _log_fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """The continued fraction of the incomplete beta function, from its far end backwards.

    In portions, so that the table of its terms stays small for thousands of brands.
    """
    parts = [
        _fraction(a[at : at + _PORTION], b[at : at + _PORTION], x[at : at + _PORTION])
        for at in range(0, len(a), _PORTION)
    ]
    return -np.log(np.maximum(np.concatenate(parts), _TINY))


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """The fraction's reciprocal, by as many terms as the largest numbers among these need."""
    smaller = np.minimum(a, b)
    terms = _LEAST_TERMS + _TERMS_BY_ROOT * float(smaller.max()) ** 0.5
    terms += _TERMS_BELOW_ONE * bool((smaller < 1.0).any())
    m = np.arange(min(_MOST_TERMS, int(terms)))[:, None]
    odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
    even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
    value = np.ones_like(x)
    for after, before in zip(odd[:0:-1], even[:0:-1], strict=True):
        value = 1.0 + before / (1.0 + after / value)
    return np.asarray(1.0 + odd[0] / value)


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
