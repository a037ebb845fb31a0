"""Learn from people's "wrong tone" marks: a small change of the head, taken only if it helps.

The network stays as it is; a linear correction of its logits is fitted on
its frozen features, pulled back to nothing as far as the marks allow. It is
accepted only when it beats the shipped model on the newest fifth of the marks,
which it was not fitted on, and costs no more than a point on the built-in
check set.
"""

import logging
import os
import shutil
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.protocol import LABELS
from monitor.sentiment.verdict import Floats, softmax
from monitor.sentiment.weights import shipped_version

logger = logging.getLogger(__name__)

FEWEST_MARKS = 30
NEWEST = 0.2  # share of the marks that judge the correction
MOST_LOST = 0.01  # F1 the check set may lose
PULLS = (3.0, 1.0, 0.3, 0.1, 0.03)  # pull back to the shipped heads, strongest first
STRENGTHS = tuple(np.float32(share) for share in (1.0, 0.7, 0.5, 0.35, 0.25))
STEPS = 250
SPEED = 0.5

_PARTS = ("centre", "spread", "table", "bias")
_UNREADABLE = (
    OSError, EOFError, ValueError, LookupError, TypeError, RuntimeError, BadZipFile, zlib.error,
)  # fmt: skip

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Passages as the shipped model sees them, with their true labels."""

    features: Floats  # pooled features of the network
    logits: Floats  # of the shipped head
    labels: Labels

    def part(self, places: NDArray[np.int64]) -> "Judged":
        """Some of the rows."""
        return Judged(
            features=self.features[places], logits=self.logits[places], labels=self.labels[places]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is added to the logits: ``(features - centre) / spread @ table + bias``."""

    centre: Floats
    spread: Floats
    table: Floats
    bias: Floats

    def corrected(self, features: Floats, logits: Floats) -> Floats:
        """The logits with the correction."""
        scaled = (features - self.centre) / self.spread
        return np.asarray(logits + scaled @ self.table + self.bias, dtype=np.float32)

    @property
    def digest(self) -> str:
        """A short name that is another for every other correction."""
        return sha256(self.table.tobytes() + self.bias.tobytes()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """The outcome with the figures a person decides by; F1 over negative and positive."""

    accepted: bool
    reason: str
    marks: int
    before: float  # on the newest fifth of the marks
    after: float
    check_before: float
    check_after: float
    correction: Correction | None  # None: refused


def retrain(marks: Judged, check: Judged) -> Retraining:
    """Fit a correction on the older marks (oldest first) and judge it on the newest."""
    count = len(marks.labels)
    if count < FEWEST_MARKS:
        return _refused(f"{count} marks; at least {FEWEST_MARKS} are needed", marks, check)
    cut = int(count * (1 - NEWEST))
    older, newest = marks.part(np.arange(cut)), marks.part(np.arange(cut, count))
    pull, strength = _best_pull(older, check)
    fitted = _held(_fit(older, check, pull), check, strength)
    before, after = f1_polar(newest.labels, newest.logits), _f1(newest, fitted)
    check_before, check_after = f1_polar(check.labels, check.logits), _f1(check, fitted)
    reason = "better on the newest marks, and the check set holds"
    if after <= before:
        reason = "not better on the newest marks"
    elif check_after < check_before - MOST_LOST:
        reason = "the check set loses more than a point"
    accepted = after > before and check_after >= check_before - MOST_LOST
    return Retraining(
        accepted=accepted,
        reason=reason,
        marks=count,
        before=before,
        after=after,
        check_before=check_before,
        check_after=check_after,
        correction=fitted if accepted else None,
    )


def stored_correction(path: str) -> Correction | None:
    """The correction of a file; None where there is none, so that removing it undoes it.

    One that can not be read, or was fitted on another model, is none: the shipped
    model judges on, and the log says what to do.
    """
    file = Path(path)
    if not file.exists():
        return None
    return _read(file, file.stat().st_mtime_ns)


def store_correction(path: str, correction: Correction) -> None:
    """Write the file in one step, keeping the one before it beside it."""
    file = Path(path)
    fresh = file.with_name(file.name + ".new")
    with fresh.open("wb") as stream:
        parts = {name: getattr(correction, name) for name in _PARTS}
        np.savez(stream, version=np.array(shipped_version()), **parts)
        stream.flush()
        os.fsync(stream.fileno())
    if file.exists():
        shutil.copy2(file, file.with_name(file.name + ".previous"))
    fresh.replace(file)


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> Correction | None:
    try:
        with file.open("rb") as stream, np.load(stream) as stored:
            if str(stored["version"]) != shipped_version():
                raise ValueError(f"fitted on {stored['version']}, not on {shipped_version()}")
            return Correction(**{name: stored[name].astype(np.float32) for name in _PARTS})
    except _UNREADABLE as error:
        logger.warning(
            "tone correction ignored; run nabat tone retrain",
            extra={"file": str(file), "reason": f"{type(error).__name__}: {error}"},
        )
        return None


def f1_polar(labels: Labels, logits: Floats) -> float:
    """Mean F1 of negative and positive of the most probable label."""
    guessed = logits.argmax(axis=1)
    found: list[float] = []
    for label in (0, 2):
        hits = int(((labels == label) & (guessed == label)).sum())
        said, true = int((guessed == label).sum()), int((labels == label).sum())
        found.append(2 * hits / (said + true) if said + true else 0.0)
    return sum(found) / len(found)


def label_numbers(labels: Sequence[str]) -> Labels:
    """Labels as the columns of logits they stand for."""
    return np.array([LABELS.index(label) for label in labels], dtype=np.int64)


def _f1(judged: Judged, fitted: Correction) -> float:
    return f1_polar(judged.labels, fitted.corrected(judged.features, judged.logits))


def _refused(reason: str, marks: Judged, check: Judged) -> Retraining:
    before, check_before = (
        f1_polar(marks.labels, marks.logits),
        f1_polar(check.labels, check.logits),
    )
    return Retraining(
        accepted=False,
        reason=reason,
        marks=len(marks.labels),
        before=before,
        after=before,
        check_before=check_before,
        check_after=check_before,
        correction=None,
    )


def _best_pull(older: Judged, check: Judged) -> tuple[float, np.float32]:
    """The pull and strength under which the newest of the older marks come out best.

    Ties go to the strongest pull. Pairs under which the check set suffers are
    passed over while there are others.
    """
    count = len(older.labels)
    cut = int(count * (1 - NEWEST))
    fit_on, judge_on = older.part(np.arange(cut)), older.part(np.arange(cut, count))
    floor = f1_polar(check.labels, check.logits) - MOST_LOST / 2
    pairs = [(pull, strength) for pull in PULLS for strength in STRENGTHS]
    scores: list[tuple[bool, float]] = []
    for pull in PULLS:
        fitted = _fit(fit_on, check, pull)
        for strength in STRENGTHS:
            weaker = _weaker(fitted, strength)
            scores.append((_f1(check, weaker) >= floor, _f1(judge_on, weaker)))
    return pairs[scores.index(max(scores))]


def _held(fitted: Correction, check: Judged, most: np.float32) -> Correction:
    """The correction at the largest strength at which the check set holds, else at the smallest."""
    floor = f1_polar(check.labels, check.logits) - MOST_LOST
    for strength in STRENGTHS:
        weaker = _weaker(fitted, strength)
        if strength <= most and _f1(check, weaker) >= floor:
            break
    return weaker


def _weaker(fitted: Correction, strength: np.float32) -> Correction:
    return replace(fitted, table=fitted.table * strength, bias=fitted.bias * strength)


def _fit(marks: Judged, check: Judged, pull: float) -> Correction:
    """Descend the loss of the marks; the shipped model's own verdicts hold the check set down.

    Only the shipped probabilities of the check passages enter, never their labels.
    """
    centre, spread = check.features.mean(axis=0), check.features.std(axis=0) + 1e-3
    features = [(part.features - centre) / spread for part in (marks, check)]
    wanted = [np.eye(3, dtype=np.float32)[marks.labels], softmax(check.logits)]
    shares = [1 / len(marks.labels), 1 / max(len(check.labels), 1)]
    x = np.concatenate(features)
    y = np.concatenate(wanted)
    base = np.concatenate([marks.logits, check.logits])
    weight = np.concatenate([np.full(len(p), s) for p, s in zip(features, shares, strict=True)])
    table = np.zeros((x.shape[1], 3))
    bias = np.zeros(3)
    speed = SPEED / np.sqrt(x.shape[1])
    for _ in range(STEPS):
        slope = (softmax(np.asarray(base + x @ table + bias, np.float32)) - y) * weight[:, None]
        table -= speed * (x.T @ slope + pull * table)
        bias -= speed * slope.sum(axis=0)
    return Correction(
        centre=np.asarray(centre, np.float32),
        spread=np.asarray(spread, np.float32),
        table=np.asarray(table, np.float32),
        bias=np.asarray(bias, np.float32),
    )
