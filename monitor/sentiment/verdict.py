"""From probabilities to a tone: the label, and whether a person should look.

Pure. A mistake about a negative mention is the dear one, so a verdict in which
"negative" is the winner or the runner-up has to win by more than another.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.protocol import LABELS
from storage.records import Tone

MARGIN = 0.10
NEGATIVE_MARGIN = 0.20
_DIGITS = 4

Floats = NDArray[np.float32]


def softmax(logits: Floats) -> Floats:
    """Probabilities of each row; rows sum to 1."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


def tone_of(negative: float, neutral: float, positive: float, *, model: str) -> Tone:
    """The tone these probabilities speak for, rounded to what they are good for."""
    shares = (negative, neutral, positive)
    first, second, third = sorted(range(3), key=lambda place: -shares[place])
    margin = NEGATIVE_MARGIN if 0 in (first, second) else MARGIN
    rounded = [round(share, _DIGITS) for share in shares]
    # The winner takes what rounding leaves: the smallest might fall below nothing by it.
    rounded[first] = round(1 - rounded[second] - rounded[third], _DIGITS)
    return Tone(
        label=LABELS[first],
        negative=rounded[0],
        neutral=rounded[1],
        positive=rounded[2],
        unsure=shares[first] - shares[second] < margin,
        model=model,
    )


def tones_of(probabilities: Floats, *, model: str) -> list[Tone]:
    """The tone of each row of probabilities."""
    return [
        tone_of(float(row[0]), float(row[1]), float(row[2]), model=model) for row in probabilities
    ]
