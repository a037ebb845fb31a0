"""Has the tone turned: is the share of negative stories beyond what is usual.

Pure. Beside the count of negative stories: a brand nobody attacks in numbers may
yet be spoken of in another tone all at once. Scatter of the share is learned from the
brand's own quarter days. The test has a tenth of the budget for itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import exp, lgamma

import numpy as np
from numpy.typing import NDArray

from monitor.settings import MONTH_DAYS, DetectorSettings
from storage.records import BUCKET

Floats = NDArray[np.float64]

_WINDOWS = (timedelta(hours=6), timedelta(hours=24))
_LOOKS_A_DAY = 8.0  # of both windows that tell something new, overlap counted in
_OF_THE_BUDGET = 0.1
_PAST = timedelta(days=28)
_SETTLED = timedelta(days=1)
_LEAST_PARTS, _LEAST_STORIES = 56, 30  # of the past, or nothing is usual yet
_LEAST_NEGATIVE = 5
_LEAST_RATIO = 1.5
_SCATTER = 0.05  # correlation inside a quarter day on the average brand
_CAUTION = 1.25  # for what the moments miss, measured
_SCATTER_WEIGHT = 10.0  # quarter days of own history that weigh as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A share of negative stories that chance alone seldom brings."""

    negative: float  # negative stories in the window
    stories: float  # all stories in it
    usual: float  # negative ones of as many stories usually
    window: timedelta
    probability: float
    return_days: float


def turned(
    negative: Floats, stories: Floats, expected: Floats, settings: DetectorSettings
) -> Turn | None:
    """Answer the turn of tone at the end of one brand's buckets; None where there is none.

    ``expected`` is what the count's own baseline expects of negative stories: fewer
    neutral stories on a quiet Sunday are no turn.
    """
    stories = np.maximum(stories, negative)
    past = slice(max(0, len(stories) - (_PAST + _SETTLED) // BUCKET), -(_SETTLED // BUCKET))
    parts = _by_part(negative[past]), _by_part(stories[past])
    told = parts[1] > 0
    if len(told) < _LEAST_PARTS or parts[1].sum() < _LEAST_STORIES:
        return None
    share, scatter = _usual(parts[0][told], parts[1][told])
    least = max(_LEAST_NEGATIVE, settings.min_stories)
    turns = [
        _judged(negative[-size:].sum(), stories[-size:].sum(), window, share, scatter)
        for window in _WINDOWS
        if (size := window // BUCKET)
        and negative[-size:].sum() >= max(least, expected[-size:].sum())
    ]
    rarest = max(turns, key=lambda turn: turn.return_days, default=None)
    asked = MONTH_DAYS / settings.budget / _OF_THE_BUDGET
    if rarest is None or rarest.return_days < asked:
        return None
    return rarest if rarest.negative >= _LEAST_RATIO * rarest.usual else None


def _by_part(values: Floats) -> Floats:
    """Sums of quarter days: tone goes with the matter talked of, which changes within a day."""
    size = _WINDOWS[0] // BUCKET
    whole = len(values) // size * size
    return np.asarray(values[len(values) - whole :].reshape(-1, size).sum(axis=1))


def _usual(negative: Floats, stories: Floats) -> tuple[float, float]:
    """The usual share, and its scatter between quarter days drawn to the average brand's."""
    share = float((negative.sum() + 1.0) / (stories.sum() + 2.0))
    spread = (negative - stories * share) ** 2 - stories * share * (1 - share)
    room = stories * (stories - 1) * share * (1 - share)
    own = float(spread.sum() / max(room.sum(), 1e-9))
    telling = float((stories > 1).sum())
    scatter = _CAUTION * (telling * own + _SCATTER_WEIGHT * _SCATTER) / (telling + _SCATTER_WEIGHT)
    return share, min(max(scatter, 0.02), 0.9)


def _judged(
    negative: float, stories: float, window: timedelta, share: float, scatter: float
) -> Turn:
    chance = _tail(round(negative), round(stories), share, scatter)
    return Turn(
        negative=float(negative),
        stories=float(stories),
        usual=share * float(stories),
        window=window,
        probability=chance,
        return_days=1.0 / max(chance * _LOOKS_A_DAY, 1e-12),
    )


def _tail(negative: int, stories: int, share: float, scatter: float) -> float:
    """Chance of so many or more negative ones among the stories, beta-binomial."""
    strength = 1.0 / scatter - 1.0
    a, b = share * strength, (1.0 - share) * strength
    front = lgamma(stories + 1) - lgamma(a) - lgamma(b) + lgamma(a + b) - lgamma(stories + a + b)
    chances = [
        exp(
            front
            - lgamma(k + 1)
            - lgamma(stories - k + 1)
            + lgamma(k + a)
            + lgamma(stories - k + b)
        )
        for k in range(negative, stories + 1)
    ]
    return min(1.0, sum(chances))
