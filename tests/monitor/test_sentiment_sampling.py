"""Which pieces the last layer is asked about, and that a sample is enough."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sentiment import sampling
from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.protocol import Passage
from monitor.sentiment.sampling import PIECES, sampled
from training.corpus import read
from training.texts import CORPUS


def batch(*rows: tuple[int, list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Flags and attention of rows of so many pieces with the target at these places."""
    longest = max(length for length, _ in rows)
    flags = np.zeros((len(rows), longest), dtype=np.int64)
    attention = np.zeros((len(rows), longest), dtype=np.float32)
    for row, (length, target) in enumerate(rows):
        flags[row, target] = 1
        attention[row, :length] = 1
    return flags, attention


def means(flags: np.ndarray, attention: np.ndarray, below: np.ndarray, last: np.ndarray):
    """Means of text and target, as the engines take them from two layers."""
    sample = sampled(flags, attention)
    read = last.reshape(-1)[sample.places]
    text = (sample.below * below).sum(axis=1) + (sample.text * read).sum(axis=1)
    return text, (sample.target * read).sum(axis=1)


def test_a_short_text_and_one_without_a_target_are_read_whole() -> None:
    """The means are the plain ones."""
    flags, attention = batch((2 * PIECES - 1, [3, 4]), (90, []))
    rng = np.random.default_rng(1)
    below, last = rng.normal(size=(2, 2, 90))
    text, target = means(flags, attention, below, last)
    assert text == pytest.approx([last[0, :19].mean(), last[1].mean()], abs=1e-6)
    assert target == pytest.approx([last[0, 3:5].mean(), last[1].mean()], abs=1e-6)


@given(st.integers(3, 128), st.data())
def test_a_change_that_is_the_same_everywhere_is_told_exactly(length: int, data) -> None:
    """Only how much pieces differ in their change is left to the sample; padding counts for none."""
    first = data.draw(st.integers(1, length - 1))
    target = list(range(first, data.draw(st.integers(first + 1, length))))
    flags, attention = batch((length, target), (128, [1]))
    below = np.random.default_rng(length).normal(size=(2, 128))
    below[0, length:] = np.nan
    text, pointed = means(flags, attention, np.nan_to_num(below), np.nan_to_num(below) + 2)
    assert text[0] == pytest.approx(np.nanmean(below[0]) + 2, abs=1e-5)
    assert pointed[0] == pytest.approx(below[0, target].mean() + 2, abs=1e-5)


def test_a_long_text_is_read_in_part_and_its_target_whole() -> None:
    """At least so many pieces, evenly, beside the target's."""
    flags, attention = batch((100, [50, 51, 52]))
    sample = sampled(flags, attention)
    assert {50, 51, 52} <= set(sample.places[0].tolist())
    assert PIECES <= (sample.text[0] > 0).sum() < 2 * PIECES
    assert sample.places.shape[1] <= 2 * PIECES + 3


@pytest.mark.parametrize("engine", ["onnx", "numpy"])
def test_a_sample_tells_what_all_pieces_tell(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ordinary texts nearly none gets another label, and no clear one does."""
    rows = read([CORPUS / "everyday.tsv"])[0][::3]
    passages = [Passage(text=row.text, start=row.start, end=row.end) for row in rows]
    part = EmbeddedSentiment(engine=engine).probabilities(passages)
    monkeypatch.setattr(sampling, "PIECES", 1000)
    whole = EmbeddedSentiment(engine=engine).probabilities(passages)
    other = part.argmax(axis=1) != whole.argmax(axis=1)
    assert other.mean() <= 0.04
    assert np.sort(whole[other], axis=1)[:, -1].max(initial=0) < 0.7
    assert np.abs(part - whole).mean() < 0.02
    assert (part != whole).any()
