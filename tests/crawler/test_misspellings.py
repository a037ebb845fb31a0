"""Misspellings are likely ones, few, and never words of their own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.dictionary import is_common_word
from crawler.misspellings import misspellings

MANY = 1_000


@pytest.mark.parametrize(
    ("name", "mistyped"),
    [
        pytest.param("Сбербанк", "збербанк", id="the first letter stays"),
        pytest.param("Газпром", "газпром", id="itself"),
        pytest.param("Магнит", "магниты", id="a word"),
        pytest.param("Ozon", "ozonn", id="short"),
        pytest.param("Дом.ру", "дон.ру", id="no word"),
    ],
)
def test_what_is_no_misspelling(name: str, mistyped: str) -> None:
    """Names that are short or of several parts have none."""
    assert mistyped not in misspellings(name, MANY)


@pytest.mark.parametrize(
    ("name", "mistyped"),
    [
        pytest.param("Сбербанк", "сбирбанк", id="sound-alike"),
        pytest.param("Сбербанк", "сберрбанк", id="doubled"),
        pytest.param("Сбербанк", "сбебанк", id="dropped"),
        pytest.param("Сбербанк", "сбербнак", id="swapped"),
        pytest.param("Сбербанк", "сбербану", id="key beside"),
        pytest.param("Тинькофф", "тинькоф", id="one for two"),
        pytest.param("Тинькофф", "тинкофф", id="no soft sign"),
        pytest.param("Wildberries", "wildberris", id="Latin"),
    ],
)
def test_a_likely_misspelling_is_among_them(name: str, mistyped: str) -> None:
    """Every way people mistype, once."""
    assert mistyped in misspellings(name, MANY)


def test_the_budget_keeps_the_likeliest() -> None:
    """Fewer are the beginning of more."""
    assert misspellings("Сбербанк", 5) == misspellings("Сбербанк", 50)[:5]
    assert misspellings("Сбербанк", 0) == misspellings("Сбербанк", -1) == []


@given(st.text(max_size=30))
@settings(max_examples=50, deadline=None)
def test_any_name_is_taken(name: str) -> None:
    """Hostile names have few misspellings or none, and none is a word."""
    made = misspellings(name, 20)

    assert len(made) <= 20
    assert name.lower() not in made
    assert not any(map(is_common_word, made))
