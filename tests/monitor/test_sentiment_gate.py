"""What a correction has to show before it is taken."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.sentiment.gate import (
    Figures,
    Judged,
    Mark,
    calibration_error,
    chance,
    f1_polar,
    gains_needed,
    objection,
    shipped,
    weigh,
)
from monitor.sentiment.protocol import Passage
from monitor.sentiment.verdict import Floats

GOOD = Figures(
    newest=20,
    gained=4,
    lost=0,
    right_before=10,
    right_after=14,
    f1_before=0.5,
    f1_after=0.7,
    check_before=0.8,
    check_after=0.8,
    error_before=0.05,
    error_after=0.05,
)
NEGATIVE, NEUTRAL, POSITIVE = np.eye(3, dtype=np.float32) * 4


def mark(*logits: Floats, label: int, story: int = 0) -> Mark:
    return Mark(
        passages=tuple(Passage(text="Кедр", start=0, end=4) for _ in logits),
        features=np.zeros((len(logits), 2), np.float32),
        logits=np.stack(logits),
        targeted=np.ones(len(logits), dtype=bool),
        label=label,
        story=story,
    )


def all_neutral(_features: Floats, logits: Floats) -> Floats:
    return np.tile(NEUTRAL, (len(logits), 1))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (GOOD, None),
        (replace(GOOD, f1_before=None, f1_after=None), None),
        (replace(GOOD, right_after=10), "not better on the newest marks"),
        (replace(GOOD, gained=3), "3 gained and 0 lost on the newest marks may be luck; 4 gained"),
        (replace(GOOD, f1_after=0.4), "F1 on the newest marks falls"),
        (replace(GOOD, check_after=0.78), "the check set loses more than a point"),
        (replace(GOOD, error_after=0.08), "the calibration error on the check set rises"),
    ],
    ids=["good", "neutral alone", "no gain", "luck", "f1", "check", "calibration"],
)
def test_each_figure_has_its_objection(found: Figures, said: str | None) -> None:
    """A person reads why, and by how much more it would do."""
    against = objection(found)
    assert against == said if said is None else str(against).startswith(said)


@pytest.mark.parametrize(("lost", "needed"), [(0, 4), (1, 6), (2, 7), (5, 12)])
def test_a_gain_has_to_be_more_than_luck(lost: int, needed: int) -> None:
    """One-sided sign test at a tenth."""
    assert gains_needed(lost) == needed
    assert chance(needed, lost) <= 0.1 < chance(needed - 1, lost)


def test_the_whole_mention_is_judged_by_all_its_passages() -> None:
    """The loudest passage decides, as in the scoring job; a neutral beginning does not."""
    long = mark(NEUTRAL, NEGATIVE, label=0)
    assert (long.loudest, long.judged(shipped)) == (1, 0)
    assert long.judged(all_neutral) == 1
    assert replace(long, targeted=np.zeros(2, dtype=bool)).judged(all_neutral) == 0


def test_copies_of_a_story_are_one_gain() -> None:
    """Ten reprints judged right together are not ten signs."""
    newest = [mark(NEGATIVE, label=1, story=1)] * 10 + [mark(NEGATIVE, label=0, story=2)]
    check = Judged(
        features=np.zeros((3, 2), np.float32),
        logits=np.stack([NEGATIVE, NEUTRAL, POSITIVE]),
        labels=np.arange(3),
    )
    found = weigh(newest, check, all_neutral)
    assert (found.newest, found.gained, found.lost) == (11, 1, 1)
    assert (found.right_before, found.right_after) == (1, 10)
    assert (found.check_before, found.check_after) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("true", "guessed", "score"),
    [
        ([0, 1, 2], [0, 1, 2], 1.0),
        ([0, 1, 2], [1, 1, 1], 0.0),
        ([0, 1, 2], [0, 0, 2], (2 / 3 + 1) / 2),
        ([0, 1, 1], [0, 1, 2], 1.0),
        ([1, 1, 1], [0, 1, 2], None),
    ],
    ids=["right", "silent", "one false alarm", "no praise to find", "neutral alone"],
)
def test_f1_is_that_of_negative_and_positive(
    true: list[int], guessed: list[int], score: float | None
) -> None:
    """The measure of RuSentNE and SentiRuEval, over the classes there are."""
    found = f1_polar(np.array(true), np.array(guessed))
    assert found == (score if score is None else pytest.approx(score))


def test_the_calibration_error_is_the_gap_between_said_and_right() -> None:
    """Nine times in ten said, half of the time right."""
    said = np.tile(np.array([[0.9, 0.05, 0.05]], np.float32), (2, 1))
    assert calibration_error(np.array([0, 1]), said) == pytest.approx(0.4)
    assert calibration_error(np.array([0, 0]), said) == pytest.approx(0.1)
