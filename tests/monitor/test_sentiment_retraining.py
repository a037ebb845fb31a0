"""Learning from marks: what is accepted, what refused, what is kept."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.sentiment.gate import Judged, Mark
from monitor.sentiment.protocol import Passage
from monitor.sentiment.retraining import (
    FEWEST_MARKS,
    Correction,
    CorrectionError,
    expect_writable,
    retrain,
    store_correction,
    stored_correction,
    undo_correction,
)
from monitor.sentiment.weights import toward_version

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 24


def judged(count: int, seed: int, *, brand: float = 0.0) -> Judged:
    """Rows of which some features tell the truth, and of which a brand's logits miss it.

    ``brand`` shifts a feature that only one brand's texts have.
    """
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    features = random.normal(size=(count, WIDTH)).astype(np.float32)
    features[:, 0] += brand
    features[:, 1:4] += 3 * np.eye(3, dtype=np.float32)[labels]
    logits = np.eye(3, dtype=np.float32)[labels] * (0 if brand else 5)
    return Judged(features=features, logits=logits.astype(np.float32), labels=labels)


def marks_of(rows: Judged, *, targeted: bool = True, stories: int = 10**6) -> list[Mark]:
    """A mention of one passage for each row."""
    return [
        Mark(
            passages=(Passage(text="Кедр", start=0, end=4),),
            features=rows.features[place : place + 1],
            logits=rows.logits[place : place + 1],
            targeted=np.array([targeted]),
            label=int(label),
            story=place % stories,
        )
        for place, label in enumerate(rows.labels)
    ]


def check_halves() -> tuple[Judged, Judged]:
    return judged(200, 2), judged(200, 3)


def unasked() -> tuple[Judged, Judged]:
    pytest.fail("the check set was judged for nothing")


def test_marks_that_teach_something_are_accepted() -> None:
    """Better on the newest fifth, and the check set holds."""
    outcome = retrain(marks_of(judged(120, 1, brand=4.0)), check_halves)
    assert outcome.accepted, outcome
    found = outcome.figures
    assert found is not None
    assert (outcome.marks, found.newest) == (120, 24)
    assert found.right_after > found.right_before
    assert found.check_after >= found.check_before - 0.01
    assert found.error_after <= found.error_before + 0.02
    assert outcome.correction is not None


def test_false_alarms_alone_teach() -> None:
    """A hundred times "neutral" on what the model calls negative; F1 has nothing to say."""
    rows = judged(100, 1, brand=8.0)
    alarms = Judged(
        features=rows.features,
        logits=np.tile(np.array([[1, 0.5, 0]], np.float32), (100, 1)),
        labels=np.ones(100, np.int64),
    )
    outcome = retrain(marks_of(alarms), check_halves)
    assert outcome.accepted, outcome
    found = outcome.figures
    assert found is not None
    assert (found.f1_before, found.f1_after) == (None, None)
    assert (found.right_before, found.right_after) == (0, 20)
    assert found.check_after >= found.check_before - 0.01


@pytest.mark.parametrize("seed", range(3))
def test_marks_at_random_are_refused_with_the_figures(seed: int) -> None:
    """Noise must not change the judge."""
    rows = judged(100, seed + 10)
    noise = replace(rows, labels=np.random.default_rng(seed).integers(0, 3, 100))
    outcome = retrain(marks_of(noise), check_halves)
    assert (outcome.accepted, outcome.correction) == (False, None)
    assert outcome.figures is not None


def test_marks_that_agree_change_nothing() -> None:
    """There is nothing to gain where the shipped model is right."""
    outcome = retrain(marks_of(judged(100, 1)), check_halves)
    assert (outcome.accepted, outcome.reason) == (False, "not better on the newest marks")


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (marks_of(judged(FEWEST_MARKS - 1, 1)), "29 marks, different stories 29; 30 are"),
        (marks_of(judged(100, 1), stories=7), "100 marks, different stories 7; 30 are"),
        (marks_of(judged(100, 1), targeted=False), "0 marks, different stories 0; 30 are"),
    ],
    ids=["few", "copies", "no target"],
)
def test_too_few_marks_are_refused_before_anything_is_judged_or_fitted(
    marks: list[Mark], said: str
) -> None:
    """A handful says nothing about the next one, nor do copies, nor what is never corrected."""
    outcome = retrain(marks, unasked)
    assert said in outcome.reason
    assert (outcome.accepted, outcome.figures, outcome.correction) == (False, None, None)


def correction(value: float) -> Correction:
    return Correction(
        centre=np.zeros(2, np.float32),
        spread=np.ones(2, np.float32),
        table=np.full((2, 3), value, np.float32),
        bias=np.zeros(3, np.float32),
    )


def test_a_stored_correction_comes_back_and_the_last_one_is_kept(tmp_path: Path) -> None:
    """Undoing puts the one before it back, and the next time the shipped model alone."""
    path = tmp_path / "tone.npz"
    assert stored_correction(str(path)) is None
    store_correction(str(path), correction(1.0))
    first = stored_correction(str(path))
    store_correction(str(path), correction(2.0))
    second = stored_correction(str(path))
    assert first is not None
    assert second is not None
    assert first.digest != second.digest
    assert undo_correction(str(path))
    again = stored_correction(str(path))
    assert again is not None
    assert again.digest == first.digest
    assert not undo_correction(str(path))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CorrectionError, match=r"tone\.npz is not there"):
        undo_correction(str(path))


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_who_is_killed_while_storing_loses_no_correction(moment: int, tmp_path: Path) -> None:
    """Whichever is in force afterwards, undoing it brings the one before it."""
    path = tmp_path / "tone.npz"
    killed = subprocess.run([sys.executable, "-c", _KILLED, path, str(moment)], cwd=ROOT)
    assert killed.returncode in (0, -signal.SIGKILL)
    digests = [correction(float(number)).digest for number in (1, 2, 3)]
    stored = stored_correction(str(path))
    assert stored is not None
    assert undo_correction(str(path))
    before = stored_correction(str(path))
    assert before is not None
    assert digests.index(before.digest) == digests.index(stored.digest) - 1


_KILLED = """
import os, signal, sys
from monitor.sentiment.retraining import store_correction
from tests.monitor.test_sentiment_retraining import correction
path, moment = sys.argv[1:]
left = [int(moment)]
def watch(event, _arguments):
    if event in ("os.rename", "os.remove"):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
for number in (1.0, 2.0):
    store_correction(path, correction(number))
sys.addaudithook(watch)
store_correction(path, correction(3.0))
"""


def test_after_a_removed_file_there_is_nothing_before(tmp_path: Path) -> None:
    """What lay beside a file that somebody deleted is no longer the one before the last."""
    path = tmp_path / "tone.npz"
    for value in (1.0, 2.0):
        store_correction(str(path), correction(value))
    path.unlink()
    store_correction(str(path), correction(3.0))
    assert not undo_correction(str(path))


def test_no_correction_of_an_older_model_is_put_back(tmp_path: Path) -> None:
    """It would be ignored: the shipped model judges alone, and who undoes is told so."""
    path = tmp_path / "tone.npz"
    store(path, version="embedded-12")
    store_correction(str(path), correction(1.0))
    assert not undo_correction(str(path))
    assert list(tmp_path.iterdir()) == []


def test_a_temperature_flattens_and_is_kept(tmp_path: Path) -> None:
    """It divides the corrected logits, comes back from the file, and makes another version."""
    plain, cool = correction(1.0), replace(correction(1.0), temperature=2.0)
    store_correction(str(tmp_path / "tone.npz"), cool)
    again = stored_correction(str(tmp_path / "tone.npz"))
    x, logits = np.ones((1, 2), np.float32), np.ones((1, 3), np.float32)
    assert again is not None
    assert again.corrected(x, logits).tolist() == (plain.corrected(x, logits) / 2).tolist()
    assert again.digest == cool.digest != plain.digest


@pytest.mark.parametrize("name", ["none/tone.npz", "file/tone.npz", "folder"])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    name: str, tmp_path: Path
) -> None:
    """With its whole path and the mend."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(CorrectionError, match="see that its folder exists") as refused:
        expect_writable(str(tmp_path / name))
    assert str(tmp_path / name) in str(refused.value)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """And says which file."""
    path = tmp_path / "tone.npz"
    store_correction(str(path), correction(1.0))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))  # as a full disk
    try:
        with pytest.raises(CorrectionError, match=r"tone\.npz cannot be written"):
            store_correction(str(path), correction(2.0))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    kept = stored_correction(str(path))
    assert kept is not None
    assert kept.digest == correction(1.0).digest
    assert [one.name for one in tmp_path.iterdir()] == ["tone.npz"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(b"PK\3\4 torn"),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: store(path, version="older model"),
        lambda path: store(path),
        lambda path: store(path, version=toward_version()),
    ],
    ids=[
        "empty",
        "cut short",
        "torn",
        "a folder",
        "another model",
        "of unknown model",
        "older form",
    ],
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


def test_a_correction_that_cannot_be_looked_for_is_left_out_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that is closed to the user it runs as does not stop scoring either."""
    assert stored_correction(str(tmp_path / ("tone" * 100))) is None
    assert [one.message for one in caplog.records] == [
        "tone correction ignored; run nabat tone retrain"
    ]


def test_a_mended_correction_is_taken_by_who_saw_it_broken(tmp_path: Path) -> None:
    """A daemon needs no restart, also where the file's time is as it was: rights, `cp -p`."""
    path = tmp_path / "tone.npz"
    store_correction(str(path), correction(1.0))
    sound, before = path.read_bytes(), path.stat()
    path.write_bytes(sound[:-100])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert stored_correction(str(path)) is None
    path.write_bytes(sound)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    again = stored_correction(str(path))
    assert again is not None
    assert again.digest == correction(1.0).digest


def store(path: Path, **version: str) -> None:
    """Write a correction as another version of the package would."""
    one = correction(1.0)
    arrays: dict[str, Any] = {name: np.array(text) for name, text in version.items()}
    arrays |= {"centre": one.centre, "spread": one.spread, "table": one.table, "bias": one.bias}
    np.savez(path, **arrays)
