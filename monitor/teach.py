"""Job: retrain the embedded judge's correction on the labels that people gave.

Reads every corrected mention, fits and judges a correction outside any
transaction, and writes its file only when it is accepted. The next scoring run
sees another version and judges the stored mentions anew; ``unteach`` puts back
what was before.
"""

import json
import logging
from functools import partial
from hashlib import sha256
from importlib.resources import files

import numpy as np

from monitor.sentiment.embedded import CORRECTION, EmbeddedSentiment
from monitor.sentiment.gate import Judged, Mark
from monitor.sentiment.passages import passages_of
from monitor.sentiment.protocol import LABELS, Passage
from monitor.sentiment.retraining import (
    CorrectionError,
    Retraining,
    expect_writable,
    retrain,
    store_correction,
    undo_correction,
)
from storage.database import Database
from storage.mention_filter import MentionFilter
from storage.records import MentionView

logger = logging.getLogger(__name__)


def teach(database: Database, backend: EmbeddedSentiment) -> Retraining:
    """Retrain on the stored corrections; answers the outcome with the figures behind it.

    The correction is written to ``backend.correction`` when it is accepted.
    """
    expect_writable(_file(backend))
    with database.read() as tx:
        views = tx.mentions.views(MentionFilter(corrected=True))
    marked = sorted(views, key=lambda view: (view.mention.corrected_at, view.mention.id))
    outcome = retrain(_marks(backend, marked), partial(_check_halves, backend))
    if outcome.correction is not None:
        store_correction(_file(backend), outcome.correction)
    logger.info(
        "tone retrained",
        extra={"accepted": outcome.accepted, "reason": outcome.reason, "marks": outcome.marks},
    )
    return outcome


def unteach(backend: EmbeddedSentiment) -> bool:
    """Undo the last accepted teaching; whether an earlier one is in force again."""
    was_before = undo_correction(_file(backend))
    logger.info("tone retraining undone", extra={"earlier_one": was_before})
    return was_before


def check_set() -> tuple[list[Passage], list[str]]:
    """The labelled passages that ship with the package, never trained on."""
    text = (files("monitor.sentiment") / "data" / "check.json").read_text(encoding="utf-8")
    rows = json.loads(text)
    passages = [
        Passage(text=row["text"], start=row["start"], end=row["end"], lang=row["lang"])
        for row in rows
    ]
    return passages, [row["label"] for row in rows]


def _file(backend: EmbeddedSentiment) -> str:
    if not backend.correction:
        message = f'no file for the correction; set correction = "{CORRECTION}" under [tone]'
        raise CorrectionError(message)
    return backend.correction


def _marks(backend: EmbeddedSentiment, marked: list[MentionView]) -> list[Mark]:
    """The labelled mentions with what the shipped model makes of each of their passages."""
    cuts = [passages_of(view) for view in marked]
    reading = backend.read([passage for cut in cuts for passage in cut])
    ends = np.cumsum([len(cut) for cut in cuts])
    found: list[Mark] = []
    for view, cut, end, story in zip(marked, cuts, ends, _stories(marked), strict=True):
        rows = slice(end - len(cut), end)
        found.append(
            Mark(
                passages=tuple(cut),
                features=reading.features[rows],
                logits=reading.logits[rows],
                targeted=reading.targeted[rows],
                label=LABELS.index(view.mention.corrected or "neutral"),
                story=story,
            )
        )
    return found


def _stories(marked: list[MentionView]) -> list[int]:
    """A number for each mention, the same for those of one text or one story."""
    keys = [_copies(view) for view in marked]
    groups = list(range(len(marked)))
    first: dict[object, int] = {}
    while True:
        for group, same in zip(groups, keys, strict=True):
            first |= {key: min(group, first.get(key, group)) for key in same}
        joined = [min(first[key] for key in same) for same in keys]
        if joined == groups:
            return groups
        groups = joined


def _copies(view: MentionView) -> list[object]:
    """What a mention has in common with its copies."""
    text = " ".join(f"{view.title} {view.text}".casefold().split())
    return [text] if view.story_id is None else [text, view.story_id]


def _check_halves(backend: EmbeddedSentiment) -> tuple[Judged, Judged]:
    """The check set in two, every text on one side."""
    passages, labels = check_set()
    reading = backend.read(passages)
    whole = Judged(
        features=reading.features,
        logits=reading.logits,
        labels=np.array([LABELS.index(label) for label in labels], dtype=np.int64),
    )
    first = np.array([sha256(one.text.encode()).digest()[0] % 2 == 0 for one in passages])
    return whole.part(first), whole.part(~first)
