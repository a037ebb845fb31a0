"""Splitting words into pieces, with offsets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sentiment.unigram import LONGEST_WORD, UNKNOWN, Unigram

PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    "▁банк",
    "▁ба",
    "нк",
    "а",
    "у",
    "▁у",
    "▁url",
    "▁user",
]
SCORES = [0.0, 0.0, 0.0, 0.0, -3.0, -2.0, -4.0, -4.0, -3.0, -3.0, -2.5, -5.0, -5.0]


@pytest.fixture
def unigram() -> Unigram:
    return Unigram(PIECES, SCORES)


def names(unigram: Unigram, text: str) -> list[str]:
    return [unigram.pieces[place] for place in unigram.split(text).ids]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("банк", ["▁банк"]),
        ("банка", ["▁банк", "а"]),
        ("у банка", ["▁у", "▁банк", "а"]),
        ("баnnу", ["▁ба", "<unk>", "у"]),
        ("", []),
        (" \t\n ", []),
    ],
    ids=["known", "ending", "two words", "unknown run", "empty", "blank"],
)
def test_the_most_probable_split_is_taken(unigram: Unigram, text: str, pieces: list[str]) -> None:
    """Whole pieces win over letters; unknown neighbours are one piece."""
    assert names(unigram, text) == pieces


def test_pieces_that_touch_the_target_are_flagged(unigram: Unigram) -> None:
    """Offsets are those of the original text."""
    split = unigram.split("у банка у банка", 2, 6)
    flagged = [unigram.pieces[p] for p, flag in zip(split.ids, split.flags, strict=True) if flag]
    assert flagged == ["▁банк"]
    assert split.flags.index(True) == 1


def test_a_form_that_changes_length_is_flagged_whole(unigram: Unigram) -> None:
    """«ﬁ» becomes two letters; the word is flagged rather than a wrong part of it."""
    split = unigram.split("у ﬁнк у", 2, 4)
    assert split.flags == [False, *[True] * (len(split.flags) - 2), False]


def test_a_very_long_word_is_cut(unigram: Unigram) -> None:
    """A megabyte without a space costs no more than a word."""
    assert len(unigram.split("нк" * 500_000).ids) <= LONGEST_WORD


@given(st.text(), st.integers(-3, 30), st.integers(-3, 30))
def test_any_text_splits_into_known_pieces(text: str, start: int, end: int) -> None:
    """Hostile strings are normal input."""
    split = Unigram(PIECES, SCORES).split(text, start, end)
    assert len(split.ids) == len(split.flags)
    assert all(UNKNOWN <= piece < len(PIECES) for piece in split.ids)
