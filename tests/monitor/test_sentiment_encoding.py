"""Passages as padded arrays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sentiment.encoding import (
    LONGEST,
    MASKED,
    PLAIN,
    TARGET,
    batches,
    encode,
    padded,
)
from monitor.sentiment.protocol import Passage
from monitor.sentiment.unigram import BEGIN, END, PAD, Unigram

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁a", "▁b", "▁c", "a", "b", "c"]
UNIGRAM = Unigram(PIECES, [0.0] * 4 + [-4.0, -2.0, -2.0, -2.0, -3.0, -3.0, -3.0])


def test_the_target_is_flagged() -> None:
    """The network sees where it stands."""
    encoded = encode(Passage(text="a b c", start=2, end=3), UNIGRAM, masked=False)
    assert encoded.flags == [PLAIN, PLAIN, TARGET, PLAIN, PLAIN]
    assert (encoded.ids[0], encoded.ids[-1]) == (BEGIN, END)


def test_a_masked_target_is_one_piece_whatever_its_name() -> None:
    """Its letters say nothing any more."""
    short = encode(Passage(text="a b c", start=2, end=3), UNIGRAM, masked=True)
    long = encode(Passage(text="a bcabca c", start=2, end=8), UNIGRAM, masked=True)
    assert short == long
    assert short.flags[2] == MASKED


def test_a_long_passage_is_cut_around_its_target() -> None:
    """The target is never cut away."""
    text = "a " * 200 + "b " + "c " * 200
    encoded = encode(Passage(text=text, start=400, end=401), UNIGRAM, masked=False)
    assert len(encoded.ids) == LONGEST
    assert encoded.targeted


def test_padding_is_not_attended_to() -> None:
    """Shorter passages of a batch end in padding."""
    batch = [encode(Passage(text=text), UNIGRAM, masked=False) for text in ("a", "a b c")]
    ids, flags, attention = padded(batch)
    assert ids.shape == flags.shape == attention.shape == (2, 5)
    assert ids[0].tolist()[3:] == [PAD, PAD]
    assert attention.sum(axis=1).tolist() == [3, 5]


@given(st.lists(st.integers(1, 96)), st.integers(96, 4000))
def test_batches_hold_every_passage_once_within_the_limit(lengths: list[int], limit: int) -> None:
    """Nothing is lost, doubled or too large."""
    found = list(batches(lengths, pieces=limit))
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    assert all(max(lengths[p] for p in batch) * len(batch) <= limit for batch in found)


@pytest.mark.parametrize("text", ["", " ", "\x00", "a" * 1_000_000, "\ud800"])
def test_any_text_is_encoded(text: str) -> None:
    """Hostile strings are normal input."""
    encoded = encode(Passage(text=text, start=0, end=1), UNIGRAM, masked=True)
    assert 2 <= len(encoded.ids) <= LONGEST
