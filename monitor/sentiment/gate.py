"""Weigh a correction before it is taken: what it gains on new marks, what it costs elsewhere.

Pure. A gain has to be more than luck, on marks the correction was not fitted
on; the built-in check set has to keep its F1, and the probabilities their
meaning. How a correction is fitted is left to ``monitor.sentiment.retraining``.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from math import comb

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.passages import sum_up
from monitor.sentiment.protocol import LABELS, Passage
from monitor.sentiment.verdict import Floats, softmax, tones_of

MOST_CHANCE = 0.1  # probability that the gain is luck
MOST_LOST = 0.01  # F1 the check set may lose
MOST_ASTRAY = 0.02  # calibration error the check set may gain
BINS = 10

Labels = NDArray[np.int64]
Change = Callable[[Floats, Floats], Floats]  # features and shipped logits -> other logits


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Passages as the shipped model sees them, with their true labels."""

    features: Floats  # pooled features of the network
    logits: Floats  # of the shipped head
    labels: Labels

    def part(self, places: NDArray[np.bool_]) -> "Judged":
        """Some of the rows."""
        return Judged(
            features=self.features[places], logits=self.logits[places], labels=self.labels[places]
        )

    def changed(self, change: Change) -> "Judged":
        """As another judge sees them."""
        return replace(self, logits=change(self.features, self.logits))

    @property
    def f1(self) -> float:
        """F1 over negative and positive; 0 where nothing is either."""
        return f1_polar(self.labels, self.logits.argmax(axis=1)) or 0.0

    @property
    def error(self) -> float:
        """The calibration error."""
        return calibration_error(self.labels, softmax(self.logits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mention that a person labelled, and its passages as the shipped model sees them."""

    passages: tuple[Passage, ...]
    features: Floats  # a row for each passage
    logits: Floats
    targeted: NDArray[np.bool_]  # passages that a correction is applied to
    label: int
    story: int  # the same for copies of one text or story

    def judged(self, change: Change) -> int:
        """The label of the whole mention, as the scoring job would come by it."""
        changed = np.where(
            self.targeted[:, None], change(self.features, self.logits), self.logits
        ).astype(np.float32)
        tone = sum_up(self.passages, tones_of(softmax(changed), model="")).tone
        return LABELS.index(tone.label)

    @property
    def loudest(self) -> int:
        """Which passage has the largest share in the shipped verdict."""
        verdict = sum_up(self.passages, tones_of(softmax(self.logits), model=""))
        shares = [one.share for one in verdict.passages]
        return shares.index(max(shares))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a person decides by, before and after; F1 over negative and positive."""

    newest: int  # marks that judged the correction
    gained: int  # stories of theirs that are judged right only now; copies count once
    lost: int
    right_before: int
    right_after: int
    f1_before: float | None  # None: no newest mark is negative or positive
    f1_after: float | None
    check_before: float
    check_after: float
    error_before: float  # of calibration, on the check set
    error_after: float


def joined(parts: Sequence[Judged]) -> Judged:
    """The rows of all parts."""
    return Judged(
        features=np.concatenate([part.features for part in parts]),
        logits=np.concatenate([part.logits for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
    )


def shipped(_features: Floats, logits: Floats) -> Floats:
    """No change."""
    return logits


def weigh(newest: Sequence[Mark], check: Judged, change: Change) -> Figures:
    """Measure both judges on marks and passages that the change was not fitted on."""
    labels = np.array([mark.label for mark in newest], dtype=np.int64)
    before, after = (
        np.array([mark.judged(judge) for mark in newest], dtype=np.int64)
        for judge in (shipped, change)
    )
    votes: Counter[int] = Counter()
    for mark, step in zip(newest, (after == labels).astype(int) - (before == labels), strict=True):
        votes[mark.story] += int(step)
    changed = check.changed(change)
    return Figures(
        newest=len(newest),
        gained=sum(vote > 0 for vote in votes.values()),
        lost=sum(vote < 0 for vote in votes.values()),
        right_before=int((before == labels).sum()),
        right_after=int((after == labels).sum()),
        f1_before=f1_polar(labels, before),
        f1_after=f1_polar(labels, after),
        check_before=check.f1,
        check_after=changed.f1,
        error_before=check.error,
        error_after=changed.error,
    )


def objection(found: Figures) -> str | None:
    """Why the correction is not to be taken; None when it is."""
    if found.right_after <= found.right_before:
        return "not better on the newest marks"
    if chance(found.gained, found.lost) > MOST_CHANCE:
        return (
            f"{found.gained} gained and {found.lost} lost on the newest marks may be luck; "
            f"{gains_needed(found.lost)} gained would not be, so mark more"
        )
    if (found.f1_after or 0) < (found.f1_before or 0):
        return "F1 on the newest marks falls"
    if found.check_after < found.check_before - MOST_LOST:
        return "the check set loses more than a point"
    if found.error_after > found.error_before + MOST_ASTRAY:
        return f"the calibration error on the check set rises by more than {MOST_ASTRAY}"
    return None


def chance(gained: int, lost: int) -> float:
    """How probable that many gains or more are where a gain is as likely as a loss."""
    changed = gained + lost
    return float(sum(comb(changed, more) for more in range(gained, changed + 1)) / 2**changed)


def gains_needed(lost: int) -> int:
    """The fewest gains beside so many losses that luck does not explain."""
    return next(gained for gained in count(1) if chance(gained, lost) <= MOST_CHANCE)


def f1_polar(labels: Labels, guessed: Labels) -> float | None:
    """Mean F1 of those of negative and positive that are true of something; None for neither."""
    found: list[float] = []
    for label in (0, 2):
        true = int((labels == label).sum())
        if true:
            hits = int(((labels == label) & (guessed == label)).sum())
            found.append(2 * hits / (int((guessed == label).sum()) + true))
    return sum(found) / len(found) if found else None


def calibration_error(labels: Labels, probabilities: Floats, bins: int = BINS) -> float:
    """How far the probability of the label said is from how often it is right, on average."""
    said = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((said * bins).astype(int), bins - 1)
    gaps = [abs(float((said - right)[places == one].sum())) for one in range(bins)]
    return sum(gaps) / max(len(labels), 1)
