"""Which pieces the last layer is asked about: the target's, and every few of the text.

Pure. What a passage is judged by are two means of the last layer, over the text and over the
target. That of a text is the mean one layer below and the mean change, which a sample of
pieces tells nearly as well as all of them (a difference estimator: Särndal, Swensson &
Wretman 1992, section 6.3); so most of the last layer need not be computed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.encoding import Ints
from monitor.sentiment.verdict import Floats

PIECES = 10  # of a text at least; one of fewer than twice as many is read whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Pieces of a padded batch that the last layer is asked about, and the weights of the means.

    The mean of a text is ``below`` over all pieces of the layer below, and ``text`` over
    the chosen ones of the last.
    """

    places: Ints  # (rows, pieces) in the batch as one long row
    below: Floats  # (rows, length)
    text: Floats  # (rows, pieces)
    target: Floats  # (rows, pieces)


def sampled(flags: Ints, attention: Floats) -> Sample:
    """The pieces of each row; of one without a target all."""
    rows, length = flags.shape
    pointed = flags > 0
    targeted = pointed.any(axis=1, keepdims=True)
    real = attention > 0
    step = np.where(targeted, np.maximum(real.sum(axis=1, keepdims=True) // PIECES, 1), 1)
    regular = real & (np.arange(length) % step == step // 2)
    wanted = regular | pointed
    most = int(wanted.sum(axis=1).max())
    places = np.argsort(~wanted, axis=1, kind="stable")[:, :most]
    text = _shares(regular)
    return Sample(
        places=places + length * np.arange(rows)[:, None],
        below=_shares(real) - text,
        text=np.take_along_axis(text, places, axis=1),
        target=np.take_along_axis(_shares(np.where(targeted, pointed, real)), places, axis=1),
    )


def _shares(chosen: NDArray[np.bool_]) -> Floats:
    """The weights of a mean over the chosen pieces of each row."""
    return np.asarray(chosen / chosen.sum(axis=1, keepdims=True), dtype=np.float32)
