"""Learning from marks: what is accepted, what refused, what is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.sentiment.retraining import (
    FEWEST_MARKS,
    Correction,
    Judged,
    f1_polar,
    retrain,
    store_correction,
    stored_correction,
)

WIDTH = 24


def judged(count: int, seed: int, *, brand: float = 0.0, tells: bool = True) -> Judged:
    """Rows of which one feature tells the truth, and of which the shipped logits miss it.

    ``brand`` shifts a feature that only one brand's texts have.
    """
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    features = random.normal(size=(count, WIDTH)).astype(np.float32)
    features[:, 0] += brand
    logits = np.eye(3, dtype=np.float32)[labels] * (0 if brand else 3)
    if tells:
        features[:, 1:4] += 3 * np.eye(3, dtype=np.float32)[labels]
    return Judged(features=features, logits=logits.astype(np.float32), labels=labels)


def test_marks_that_teach_something_are_accepted() -> None:
    """Better on the newest fifth, and the check set holds."""
    outcome = retrain(judged(120, 1, brand=4.0), judged(200, 2))
    assert outcome.accepted, outcome
    assert outcome.after > outcome.before
    assert outcome.check_after >= outcome.check_before - 0.01
    assert outcome.correction is not None


def test_marks_without_a_pattern_are_refused_with_the_figures() -> None:
    """Noise must not change the judge."""
    check = judged(200, 2)
    noise = Judged(
        features=np.random.default_rng(3).normal(size=(100, WIDTH)).astype(np.float32),
        logits=np.eye(3, dtype=np.float32)[np.arange(100) % 3] * 3,
        labels=np.arange(100) % 3,
    )
    outcome = retrain(noise, check)
    assert (outcome.accepted, outcome.correction) == (False, None)
    assert outcome.reason == "not better on the newest marks"
    assert outcome.before == 1.0


def test_a_gain_that_costs_the_check_set_is_refused() -> None:
    """One brand's peculiarity may not break everything else."""
    marks = judged(100, 1, tells=True)
    turned = Judged(features=marks.features, logits=marks.logits, labels=(marks.labels + 1) % 3)
    weak = judged(200, 2)
    check = Judged(features=weak.features, logits=weak.logits * 0.02, labels=weak.labels)
    outcome = retrain(turned, check)
    assert (outcome.accepted, outcome.correction) == (False, None)


def test_too_few_marks_are_refused() -> None:
    """A handful of marks says nothing about the next one."""
    outcome = retrain(judged(FEWEST_MARKS - 1, 1), judged(50, 2))
    assert not outcome.accepted
    assert f"at least {FEWEST_MARKS}" in outcome.reason


def correction(value: float) -> Correction:
    return Correction(
        centre=np.zeros(2, np.float32),
        spread=np.ones(2, np.float32),
        table=np.full((2, 3), value, np.float32),
        bias=np.zeros(3, np.float32),
    )


def test_a_stored_correction_comes_back_and_the_last_one_is_kept(tmp_path: Path) -> None:
    """Undoing is deleting the file or putting the previous one back."""
    path = tmp_path / "tone.npz"
    assert stored_correction(str(path)) is None
    store_correction(str(path), correction(1.0))
    first = stored_correction(str(path))
    store_correction(str(path), correction(2.0))
    second = stored_correction(str(path))
    assert first is not None
    assert second is not None
    assert first.digest != second.digest
    (tmp_path / "tone.npz.previous").replace(path)
    again = stored_correction(str(path))
    assert again is not None
    assert again.digest == first.digest


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(b"PK\3\4 torn"),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: store(path, version="older model"),
        lambda path: store(path),
    ],
    ids=["empty", "cut short", "torn", "a folder", "another model", "of unknown model"],
)
def test_a_correction_that_does_not_fit_is_left_out_and_said(
    spoil: Callable[[Path], object], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Scoring goes on with the shipped model, and the log says what to do."""
    path = tmp_path / "tone.npz"
    store_correction(str(path), correction(1.0))
    spoil(path)
    assert stored_correction(str(path)) is None
    assert stored_correction(str(path)) is None
    assert [one.message for one in caplog.records] == [
        "tone correction ignored; run nabat tone retrain"
    ]


def store(path: Path, **version: str) -> None:
    """Write a correction as another version of the package would."""
    one = correction(1.0)
    arrays: dict[str, Any] = {name: np.array(text) for name, text in version.items()}
    arrays |= {"centre": one.centre, "spread": one.spread, "table": one.table, "bias": one.bias}
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("guessed", "score"),
    [([0, 1, 2], 1.0), ([1, 1, 1], 0.0), ([0, 0, 2], (2 / 3 + 1) / 2)],
    ids=["right", "silent", "one false alarm"],
)
def test_f1_is_that_of_negative_and_positive(guessed: list[int], score: float) -> None:
    """The measure of RuSentNE and SentiRuEval."""
    logits = np.eye(3, dtype=np.float32)[guessed]
    assert f1_polar(np.array([0, 1, 2]), logits) == pytest.approx(score)
