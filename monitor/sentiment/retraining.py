"""Learn from people's "wrong tone" marks: a small change of the head, taken only if it helps.

The network stays as it is; a linear correction of its logits is fitted on
its frozen features, pulled back to nothing as far as the marks allow. Whether
it is taken, ``monitor.sentiment.gate`` decides on the newest fifth of the marks
and on a half of the built-in check set, neither of which it was fitted on.
"""

import errno
import logging
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile

import numpy as np

from monitor.sentiment.gate import (
    MOST_ASTRAY,
    MOST_LOST,
    Figures,
    Judged,
    Mark,
    joined,
    objection,
    weigh,
)
from monitor.sentiment.verdict import Floats, softmax
from monitor.sentiment.weights import toward_version

logger = logging.getLogger(__name__)

FEWEST_MARKS = 30  # of different stories; a fifth of fewer could not show more than luck
NEWEST = 0.2  # share of the marks that judge the correction
PULLS = (3.0, 1.0, 0.3, 0.1, 0.03)  # pull back to the shipped heads, strongest first
STRENGTHS = tuple(np.float32(share) for share in (1.0, 0.7, 0.5, 0.35, 0.25))
TEMPERATURES = tuple(1 + step / 20 for step in range(61))  # 1 to 4
STEPS = 250
SPEED = 0.5

_PARTS = ("centre", "spread", "table", "bias")
_FIELDS = (*_PARTS, "temperature")
_BEFORE = "before_"  # so begin the names of the parts of the correction before the last one
_UNREADABLE = (
    OSError, EOFError, ValueError, LookupError, TypeError, RuntimeError, BadZipFile, zlib.error,
)  # fmt: skip


class CorrectionError(Exception):
    """The file of the correction cannot be used as asked; says where and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Other logits: ``(logits + (features - centre) / spread @ table + bias) / temperature``."""

    centre: Floats
    spread: Floats
    table: Floats
    bias: Floats
    temperature: float = 1.0

    def corrected(self, features: Floats, logits: Floats) -> Floats:
        """The logits with the correction."""
        scaled = (features - self.centre) / self.spread
        changed = logits + scaled @ self.table + self.bias
        return np.asarray(changed / self.temperature, dtype=np.float32)

    @property
    def digest(self) -> str:
        """A short name that is another for every other correction."""
        parts = [getattr(self, name).tobytes() for name in _PARTS]
        return sha256(b"".join(parts) + str(self.temperature).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What a file holds; nothing where there is none that can be used."""

    last: Correction | None = None
    before: Correction | None = None  # what undoing the last one puts back


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """The outcome with the figures a person decides by."""

    accepted: bool
    reason: str
    marks: int  # that name the brand; no correction is applied to others
    figures: Figures | None  # None: too few marks to fit anything
    correction: Correction | None  # None: refused


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """One way to fit, and how it did on what it was not fitted on."""

    pull: float
    strength: np.float32
    temperature: float
    holds: bool  # the check set keeps its F1 and its calibration
    right: int  # of the newest of the older marks


def retrain(marks: Sequence[Mark], check_halves: Callable[[], tuple[Judged, Judged]]) -> Retraining:
    """Fit a correction on the older marks (oldest first) and weigh it on the newest.

    The first half of the check set is fitted on as well; the second has no say but to
    let it through or not. They are asked for only where the marks are enough: judging
    them takes many times as long as judging a few marks.
    """
    named = [mark for mark in marks if mark.targeted[mark.loudest]]
    stories = len({mark.story for mark in named})
    if stories < FEWEST_MARKS:
        return Retraining(
            accepted=False,
            reason=f"{len(named)} marks, different stories {stories}; {FEWEST_MARKS} are needed",
            marks=len(named),
            figures=None,
            correction=None,
        )
    chosen_by, gate = check_halves()
    older, newest = _by_age(named)
    fitted = _taught(older, chosen_by)
    figures = weigh(newest, gate, fitted.corrected)
    against = objection(figures)
    return Retraining(
        accepted=against is None,
        reason=against or "better on the newest marks, and the check set holds",
        marks=len(named),
        figures=figures,
        correction=None if against else fitted,
    )


def stored_correction(path: str) -> Correction | None:
    """The correction of a file; None where there is none, so that removing it undoes it.

    One that can not be read, or was fitted on another model, is none: the shipped
    model judges on, and the log says what to do.
    """
    return _found(Path(path)).last


def expect_writable(path: str) -> None:
    """Refuse a file that could not be written, before work is spent on what goes into it."""
    file = Path(path).absolute()
    with _said_where(file), TemporaryDirectory(dir=file.parent, prefix=".tone-"):
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")


def store_correction(path: str, correction: Correction) -> None:
    """Write the file in one step, the correction before it inside: no moment knows only one."""
    file = Path(path).absolute()
    with _said_where(file):
        _put(file, correction, before=stored_correction(str(file)))


def undo_correction(path: str) -> bool:
    """Put the correction before the last one back; False where there was none to put back.

    Then the file is removed, and the shipped model judges alone. One that was fitted on
    another model is none.
    """
    file = Path(path).absolute()
    if not file.exists():
        raise CorrectionError(f"correction: {file} is not there, so there is nothing to undo")
    with _said_where(file):
        before = _found(file).before
        if before is None:
            file.unlink()
        else:
            _put(file, before, before=None)
    return before is not None


def _put(file: Path, correction: Correction, *, before: Correction | None) -> None:
    parts = _arrays(correction, "") | (_arrays(before, _BEFORE) if before else {})
    with TemporaryDirectory(dir=file.parent, prefix=".tone-") as folder:
        fresh = Path(folder) / "fresh"
        with fresh.open("wb") as stream:
            np.savez(stream, version=np.array(toward_version()), **parts)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)


def _arrays(correction: Correction, prefix: str) -> dict[str, Any]:
    return {f"{prefix}{name}": np.array(getattr(correction, name)) for name in _FIELDS}


@contextmanager
def _said_where(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = (
            f"correction: {file} cannot be written ({error.strerror or error}); "
            "see that its folder exists and may be written to, or set another under [tone]"
        )
        raise CorrectionError(message) from error


def _found(file: Path) -> _Stored:
    try:
        found = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return _Stored()
    except OSError:  # in a folder that is closed to us, say
        return _read(file, ())
    # Both: what is put back may bring its old time, and rights are not of the content.
    return _read(file, (found.st_mtime_ns, found.st_ctime_ns))


@lru_cache(maxsize=4)
def _read(file: Path, _changed: tuple[int, ...]) -> _Stored:
    try:
        with file.open("rb") as stream, np.load(stream) as stored:
            if str(stored["version"]) != toward_version():
                raise ValueError(f"fitted on {stored['version']}, not on {toward_version()}")
            has_before = f"{_BEFORE}temperature" in stored
            return _Stored(
                last=_correction(stored, ""),
                before=_correction(stored, _BEFORE) if has_before else None,
            )
    except _UNREADABLE as error:
        logger.warning(
            "tone correction ignored; run nabat tone retrain",
            extra={"file": str(file), "reason": f"{type(error).__name__}: {error}"},
        )
        return _Stored()


def _correction(stored: Mapping[str, Floats], prefix: str) -> Correction:
    parts = {name: stored[f"{prefix}{name}"].astype(np.float32) for name in _PARTS}
    return Correction(**parts, temperature=float(stored[f"{prefix}temperature"]))


def _by_age(marks: Sequence[Mark]) -> tuple[list[Mark], list[Mark]]:
    """The marks of the older stories and of the newest fifth; a story is as old as its first."""
    stories = list(dict.fromkeys(mark.story for mark in marks))
    old = set(stories[: int(len(stories) * (1 - NEWEST))])
    older = [mark for mark in marks if mark.story in old]
    return older, [mark for mark in marks if mark.story not in old]


def _taught(older: Sequence[Mark], check: Judged) -> Correction:
    """The correction that the marks allow and the check set bears."""
    trial = _best_trial(older, check)
    fitted = _weaker(_fit(_lesson(older), check, trial.pull), trial.strength)
    return replace(fitted, temperature=trial.temperature)


def _lesson(marks: Sequence[Mark]) -> Judged:
    """Of each mark the passage that decides, since the label of the whole speaks of it."""
    places = [mark.loudest for mark in marks]
    pairs = list(zip(marks, places, strict=True))
    return Judged(
        features=np.stack([mark.features[place] for mark, place in pairs]),
        logits=np.stack([mark.logits[place] for mark, place in pairs]),
        labels=np.array([mark.label for mark in marks], dtype=np.int64),
    )


def _best_trial(older: Sequence[Mark], check: Judged) -> _Trial:
    """The trial under which the newest of the older marks come out best.

    Trials under which the check set suffers are passed over while there are
    others; ties go to the strongest pull.
    """
    fit_on, judge_on = _by_age(older)
    trials = [trial for pull in PULLS for trial in _trials(fit_on, judge_on, check, pull)]
    return max(trials, key=lambda trial: (trial.holds, trial.right))


def _trials(
    fit_on: Sequence[Mark], judge_on: Sequence[Mark], check: Judged, pull: float
) -> Iterator[_Trial]:
    """Each strength of one pull, tried.

    A half of the check set is judged by what was fitted on the other half: passages
    that were fitted on hold anyway.
    """
    lesson = _lesson(fit_on)
    first = np.arange(len(check.labels)) < len(check.labels) / 2
    halves = [check.part(first), check.part(~first)]
    crossed = [_fit(lesson, half, pull) for half in reversed(halves)]
    for strength in STRENGTHS:
        weaker = [_weaker(fitted, strength) for fitted in crossed]
        unseen = joined([h.changed(f.corrected) for h, f in zip(halves, weaker, strict=True)])
        temperature = _temperature(joined([unseen, lesson.changed(weaker[0].corrected)]))
        cooled = replace(unseen, logits=unseen.logits / np.float32(temperature))
        right = [
            mark.judged(fitted.corrected) == mark.label for mark in judge_on for fitted in weaker
        ]
        yield _Trial(
            pull=pull,
            strength=strength,
            temperature=temperature,
            holds=cooled.f1 >= check.f1 - MOST_LOST / 2
            and cooled.error <= check.error + MOST_ASTRAY / 2,
            right=sum(right),
        )


def _weaker(fitted: Correction, strength: np.float32) -> Correction:
    return replace(fitted, table=fitted.table * strength, bias=fitted.bias * strength)


def _temperature(judged: Judged) -> float:
    """The temperature of the smallest log loss; never one that makes bolder."""
    rows = np.arange(len(judged.labels))
    losses = [
        -float(np.log(softmax(judged.logits / np.float32(one))[rows, judged.labels] + 1e-9).mean())
        for one in TEMPERATURES
    ]
    return TEMPERATURES[losses.index(min(losses))]


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
