"""Job: retrain the embedded judge's correction on the labels that people gave.

Reads every corrected mention, fits and judges a correction outside any
transaction, and writes its file only when it is accepted. The next scoring run
sees another version and judges the stored mentions anew; deleting the file, or
putting ``.previous`` back, undoes it.
"""

import json
import logging
from importlib.resources import files

import numpy as np

from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.numpy_network import head_logits
from monitor.sentiment.passages import passages_of
from monitor.sentiment.protocol import Passage
from monitor.sentiment.retraining import (
    Judged,
    Retraining,
    label_numbers,
    retrain,
    store_correction,
)
from monitor.sentiment.weights import shipped_weights
from storage.database import Database
from storage.mentions import MentionFilter
from storage.records import MentionView

logger = logging.getLogger(__name__)

PAGE = 500


def teach(database: Database, backend: EmbeddedSentiment) -> Retraining:
    """Retrain on the stored corrections; answers the outcome with the figures behind it.

    The correction is written to ``backend.correction`` when it is accepted.
    """
    if not backend.correction:
        raise ValueError('no file for the correction; set correction = "tone.npz" under [tone]')
    marked = sorted(
        _corrected(database), key=lambda view: (view.mention.corrected_at, view.mention.id)
    )
    passages = [passages_of(view)[0] for view in marked]
    labels = [view.mention.corrected or "neutral" for view in marked]
    outcome = retrain(_judged(backend, passages, labels), _judged(backend, *check_set()))
    if outcome.correction is not None:
        store_correction(backend.correction, outcome.correction)
    logger.info(
        "tone retrained",
        extra={"accepted": outcome.accepted, "reason": outcome.reason, "marks": outcome.marks},
    )
    return outcome


def check_set() -> tuple[list[Passage], list[str]]:
    """The labelled passages that ship with the package, never trained on."""
    text = (files("monitor.sentiment") / "data" / "check.json").read_text(encoding="utf-8")
    rows = json.loads(text)
    passages = [
        Passage(text=row["text"], start=row["start"], end=row["end"], lang=row["lang"])
        for row in rows
    ]
    return passages, [row["label"] for row in rows]


def _judged(backend: EmbeddedSentiment, passages: list[Passage], labels: list[str]) -> Judged:
    """What the shipped model makes of the passages, before any correction."""
    _, features = backend.features(passages)
    logits = head_logits(shipped_weights(), "toward", features)
    return Judged(features=features, logits=np.asarray(logits), labels=label_numbers(labels))


def _corrected(database: Database) -> list[MentionView]:
    """Every mention that a person labelled and nobody called "not us"."""
    found: list[MentionView] = []
    last = 0
    while True:
        with database.read() as tx:
            page = tx.mentions.views(MentionFilter(after_id=last, limit=PAGE))
        if not page:
            return found
        last = page[-1].mention.id
        found.extend(view for view in page if view.mention.corrected is not None)
