"""What is kept of a text no database takes as it is."""

import pytest

from storage.storable import MAX_INDEXED_BYTES, shortened, storable, storable_json
from tests.storage.making import HOSTILE, KEPT


def test_what_no_database_keeps_is_replaced_character_by_character() -> None:
    """Offsets of matched words must stay true."""
    assert storable(HOSTILE) == KEPT
    assert len(KEPT) == len(HOSTILE)


@pytest.mark.parametrize(
    ("text", "length"),
    [("a" * 3000, 2000), ("я" * 2000, 2000), ("😀" * 900, 2000), ("я" * 301, 300), ("😀" * 9, 8)],
    ids=["long", "two bytes each", "four bytes each", "one too many", "narrow column"],
)
def test_a_long_text_fits_its_column_and_its_index(text: str, length: int) -> None:
    """No more characters than the column has, no more bytes than an index takes."""
    kept = shortened(text, length)
    assert len(kept) <= length
    assert len(kept.encode()) <= MAX_INDEXED_BYTES


def test_texts_alike_in_the_beginning_stay_different() -> None:
    """Two long keys must not become one."""
    assert shortened("a" * 500 + "b", 300) != shortened("a" * 500 + "c", 300)


def test_shortening_twice_is_shortening_once() -> None:
    """What was kept is found again by itself."""
    kept = shortened("я" * 5000, 2000)
    assert shortened(kept, 2000) == kept


def test_what_fits_is_left_alone() -> None:
    """Ordinary texts come back as they went in."""
    assert shortened("Ромашка", 7) == "Ромашка"


def test_json_values_are_cleaned_to_the_bottom() -> None:
    """PostgreSQL takes neither infinities nor halves of characters in JSON."""
    value = {"a\x00": [1.5, float("inf"), {"b": "\ud800"}], "c": None, "d": True}
    assert storable_json(value) == {"a\ufffd": [1.5, "inf", {"b": "\ufffd"}], "c": None, "d": True}
