"""Floors of tone: on our own corpus, and on public sets where they are at hand.

Raising a floor is a commit; lowering one needs a decision record.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.linear import LinearSentiment
from monitor.sentiment.protocol import LABELS, Passage
from training.mixture import passage_of
from training.texts import PUBLIC, read_public, share_of

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "test.jsonl"
HELD_OUT = 1 / 12  # as in training.embedded, which needs torch


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled passage of the corpus."""

    passage: Passage
    label: int
    lang: str


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    found = map(json.loads, CORPUS.read_text(encoding="utf-8").splitlines())
    targeted = [row for row in found if row["target"]]
    return [
        Row(
            Passage(text=row["text"], start=row["start"], end=row["end"], lang=row["lang"]),
            LABELS.index(row["label"]),
            row["lang"],
        )
        for row in targeted
    ]


@pytest.fixture(scope="module")
def probabilities(rows: list[Row]) -> np.ndarray:
    return EmbeddedSentiment().probabilities([row.passage for row in rows])


def f1_polar(labels: np.ndarray, guessed: np.ndarray) -> float:
    """Mean F1 of negative and positive."""
    found = []
    for label in (0, 2):
        hits = ((labels == label) & (guessed == label)).sum()
        found.append(2 * hits / max((labels == label).sum() + (guessed == label).sum(), 1))
    return float(np.mean(found))


FLOORS = {"ru": 0.76, "uk": 0.72, "en": 0.72}
LINEAR_FLOOR = 0.57
MOST_CALIBRATION_ERROR = 0.05


@pytest.mark.parametrize("lang", ["ru", "uk", "en"])
def test_brand_texts_keep_their_f1(lang: str, rows: list[Row], probabilities: np.ndarray) -> None:
    """Stories never trained on, contrast pairs and sarcasm among them."""
    chosen = np.array([row.lang == lang for row in rows])
    labels = np.array([row.label for row in rows])[chosen]
    assert f1_polar(labels, probabilities[chosen].argmax(axis=1)) >= FLOORS[lang]


def test_probabilities_mean_what_they_say(rows: list[Row], probabilities: np.ndarray) -> None:
    """Expected calibration error over fifteen bins."""
    right = probabilities.argmax(axis=1) == np.array([row.label for row in rows])
    sure = probabilities.max(axis=1)
    bins = np.minimum((sure * 15).astype(int), 14)
    gaps = [
        abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    assert sum(gaps) <= MOST_CALIBRATION_ERROR


def test_the_fast_tier_keeps_its_f1(rows: list[Row]) -> None:
    """Words without meaning: far lower, but not nothing."""
    guessed = LinearSentiment().probabilities([row.passage for row in rows]).argmax(axis=1)
    assert f1_polar(np.array([row.label for row in rows]), guessed) >= LINEAR_FLOOR


def test_both_sides_of_a_contrast_pair_are_told_apart(
    rows: list[Row], probabilities: np.ndarray
) -> None:
    """Of two brands in one text the harmed one gets the larger probability of negative."""
    by_text: dict[str, list[tuple[int, float]]] = {}
    for row, shares in zip(rows, probabilities, strict=True):
        by_text.setdefault(row.passage.text, []).append((row.label, float(shares[0])))
    pairs = [
        (harmed, other)
        for found in by_text.values()
        for label, harmed in found
        if label == 0
        for rival, other in found
        if rival == 2
    ]
    assert len(pairs) > 10
    assert np.mean([harmed > other for harmed, other in pairs]) >= 0.85


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="../shared is absent")
@pytest.mark.parametrize(
    ("name", "source", "floor"),
    [
        ("rusentne", "rusentne", 0.47),
        ("newsmtsc", "newsmtsc", 0.78),
        ("cedr", "cedr", 0.82),
        ("brighter", "brighter_uk", 0.61),
    ],
)
def test_public_sets_keep_their_f1(name: str, source: str, floor: float) -> None:
    """Groups of their training parts that were held out: they set the temperatures only."""
    found = [row for row in read_public(name) if row.source == source]
    held_out = [row for row in found if share_of(row.group) < HELD_OUT]
    passages = [passage_of(row) for row in held_out]
    guessed = EmbeddedSentiment().probabilities(passages).argmax(axis=1)
    assert f1_polar(np.array([row.label for row in held_out]), guessed) >= floor
