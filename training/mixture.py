"""What a stage of training reads: how often each set, in which view.

Nearly neutral or repetitive sets would drown the others, so each has its share.
A view is a text with its target shown or masked; the passes over a set take the
two in turns, so that a brand's name is never what a label hangs on.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.sentiment.encoding import PLAIN, Encoded, encode
from monitor.sentiment.protocol import Passage
from monitor.sentiment.unigram import UNKNOWN, Unigram
from training.corpus import Row
from training.texts import Example, share_of

LOWER_CASE = 0.08  # of the views: people write names and sentences without capitals
LOST = 0.05  # of the pieces: no label may hang on a single word
EVENNESS = 0.5  # how far a set's rare labels are lifted to the share of the others
EVENNESS_OF = {
    "brighter_uk": 0.0,  # with a lift, small talk is taken for a mood
}
_CERTAIN = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
PASSES_A_STAGE = 7  # more than any of several stages makes; odd: shown and masked take turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of training: passes over each set, and how fast it learns."""

    passes: dict[str, float]
    first_rate: float
    last_rate: float
    workers: int = 2  # processes that learn, each from its part; on a GPU one
    steps_alone: int = 20  # steps after which the workers go on from their mean
    after: int = -1  # the stage whose checkpoint it begins at
    teacher: int | None = None  # the stage whose network labels the news


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An example as the network reads it, with the weight of its loss."""

    encoded: Encoded
    wanted: tuple[float, ...]  # the share of each label
    targeted: bool
    weight: float


def passage_of(row: Example | Row) -> Passage:
    """A labelled text as a judge is given it."""
    return Passage(text=row.text, start=row.start, end=row.end, lang=row.lang)


def views_of(stage: Stage, number: int, train: Iterable[Example], unigram: Unigram) -> list[View]:
    """The views that a stage learns from, the same ones every time."""
    by_source: dict[str, list[Example]] = defaultdict(list)
    for row in train:
        by_source[row.source].append(row)
    found: list[View] = []
    for source, passes in stage.passes.items():
        if source not in by_source:
            continue
        rows = sorted(by_source[source], key=lambda row: share_of(f"{number} {_name(row)}"))
        weights = _label_weights(rows)
        for turn in range(int(passes) + 1):
            wanted = round(min(1.0, passes - turn) * len(rows))
            found.extend(
                _view(row, PASSES_A_STAGE * number + turn, weights, unigram)
                for row in rows[:wanted]
            )
    return found


def _view(row: Example, turn: int, weights: Sequence[float], unigram: Unigram) -> View:
    masked = (share_of(f"mask {_name(row)}") < 0.5) == (turn % 2 == 0)
    lowered = row.text.lower()
    if share_of(f"case {turn} {_name(row)}") < LOWER_CASE and len(lowered) == len(row.text):
        row = replace(row, text=lowered)
    return View(
        encoded=_thinned(
            encode(passage_of(row), unigram, masked=masked),
            random.Random(f"lost {turn} {_name(row)}"),
        ),
        wanted=row.given or _CERTAIN[row.label],
        targeted=row.targeted,
        weight=weights[row.label],
    )


def _thinned(encoded: Encoded, chance: random.Random) -> Encoded:
    """The passage with a few pieces unknown, none of them the target's."""
    ids = [
        UNKNOWN if flag == PLAIN and chance.random() < LOST else piece
        for piece, flag in zip(encoded.ids, encoded.flags, strict=True)
    ]
    return replace(encoded, ids=[encoded.ids[0], *ids[1:-1], encoded.ids[-1]])


def _label_weights(rows: Sequence[Example]) -> list[float]:
    """Weights that lift a set's rare labels part of the way to evenness; 1 in the mean."""
    counts = Counter(row.label for row in rows)
    power = EVENNESS_OF.get(rows[0].source, EVENNESS)
    lifts = [(len(rows) / (counts[label] + 1)) ** power for label in range(3)]
    mean = sum(lifts[row.label] for row in rows) / len(rows)
    return [lift / mean for lift in lifts]


def _name(row: Example) -> str:
    return f"{row.text} {row.start}"
