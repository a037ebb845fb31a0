"""Names that need no capital although dictionaries know them."""

import pytest

from crawler.known_brands import is_english_word, is_known_brand


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("Сбербанк", True),
        ("київстар", True),
        ("центробанк", False),
        ("банк", False),
        ("озон", False),
    ],
)
def test_a_known_brand_needs_no_capital(word: str, known: bool) -> None:
    """Only names nobody uses for anything else."""
    assert is_known_brand(word) is known


@pytest.mark.parametrize(("word", "ordinary"), [("apple", True), ("samsung", False)])
def test_an_english_word_needs_its_capital(word: str, ordinary: bool) -> None:
    """What is sold by the pound is no company."""
    assert is_english_word(word) is ordinary
