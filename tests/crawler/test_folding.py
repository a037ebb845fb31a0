"""Folding: one look for every way of writing a word, and the way back to the characters."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.folding import fold, fold_words, script, spelling, word_spans, words


@pytest.mark.parametrize(
    "written",
    ["Газпром", "ГАЗПРОМ", "Газпрoм", "Газ\u00adпром", "Газпро\u0301м", "Г\u200bазпром", "Газпр0м"],
)
def test_one_word_has_one_folded_form(written: str) -> None:
    """Case, look-alikes, stress, soft hyphens and hidden characters do not matter."""
    assert fold_words(written) == fold_words("газпром")


def test_spelling_keeps_what_folding_gives_up() -> None:
    """Script and й tell words apart once they are found."""
    assert spelling("сор") != spelling("cop")
    assert spelling("Ёлкин") == "елкин"
    assert spelling("Citroën") == "citroen"
    assert spelling("Лук'яненко") == spelling("Лук’яненко")
    assert spelling("бои") != spelling("бой")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Сбер", "cyrillic"), ("Sber", "latin"), ("Сбep", "mixed"), ("24", "none"), ("αβγ", "other")],
)
def test_scripts_are_told_apart(word: str, expected: str) -> None:
    """Two scripts in one word are a disguise."""
    assert script(word) == expected


def test_a_word_ends_after_the_marks_on_its_last_letter() -> None:
    """й may be two characters; a quote or a soft hyphen after it belongs to no word."""
    assert words("и\u0306, мои\u0306’ бе\u0301\u0301\u00ad") == [
        "и\u0306",
        "мои\u0306",
        "бе\u0301\u0301",
    ]


@given(st.text())
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    """Whatever vanishes while folding, offsets are those of the original."""
    starts, ends = word_spans(fold(text))

    places = [place for pair in zip(starts, ends, strict=True) for place in pair]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert len(words(text)) == len(fold_words(text))


@given(st.text(st.sampled_from("аО'0 \u0301\u00ad\u200bß№😀\ud800-ё’"), max_size=60))
def test_long_texts_fold_like_short_ones(text: str) -> None:
    """Two ways of folding, chosen by length for speed, give the same words."""
    padding = "ж" * 200

    assert fold_words(f"{text} {padding}")[:-1] == fold_words(text)


@given(st.text(st.sampled_from("аО'0 \u0301\u00adß№😀\ud800-ё’"), max_size=120))
def test_the_span_of_a_folded_word_is_where_it_was_written(text: str) -> None:
    """However many characters vanished before and inside it."""
    folded = fold(text)

    spans = [folded.span(*word.span()) for word in re.finditer(rb"[^ ]+", folded.folded)]

    assert spans == list(zip(*word_spans(folded), strict=True))
