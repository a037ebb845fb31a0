"""A slip of the finger is met with the word that was meant."""

import pytest

from nabat.errors import nearest

KNOWN = ("rss", "site", "telegram")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("rsss", "; did you mean 'rss'?; known: rss, site, telegram"),
        ("telegramm", "; did you mean 'telegram'?; known: rss, site, telegram"),
        ("почта", "; known: rss, site, telegram"),
        ("", "; known: rss, site, telegram"),
    ],
)
def test_the_nearest_known_word_is_offered(word: str, said: str) -> None:
    """Nothing far-fetched, and always what is known."""
    assert nearest(word, KNOWN) == said


def test_what_is_known_may_be_read_once() -> None:
    """A stream of names will do."""
    assert nearest("rss", iter(KNOWN)).endswith("known: rss, site, telegram")


def test_where_nothing_is_known_it_says_so() -> None:
    """No sentence that ends in the middle."""
    assert nearest("rss", []) == "; known: none yet"
