"""Lengths of time in words."""

from datetime import timedelta

import pytest

from storage.durations import DurationError, parse_duration


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("15 min", timedelta(minutes=15)),
        ("4h", timedelta(hours=4)),
        ("1h 30min", timedelta(minutes=90)),
        ("5 days", timedelta(days=5)),
        ("2 часа", timedelta(hours=2)),
        ("2 секунды", timedelta(seconds=2)),
        ("30 мин.", timedelta(minutes=30)),
        ("1,5 ч", timedelta(minutes=90)),
        ("2 weeks", timedelta(days=14)),
        ("1 неделю", timedelta(days=7)),
        ("2 години 30 хв", timedelta(minutes=150)),
        ("3 дні", timedelta(days=3)),
    ],
)
def test_words_are_read(words: str, expected: timedelta) -> None:
    """English, Russian and Ukrainian units, together and in fractions."""
    assert parse_duration(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "",
        "15",
        "soon",
        "15 parsecs",
        "1 год",
        "15 min later!",
        "0 s",
        "9" * 30 + " days",
        "36501 days",
    ],
)
def test_what_is_no_length_of_time_is_explained(words: str) -> None:
    """The error shows how it is written."""
    with pytest.raises(DurationError, match=r"15 min|too long"):
        parse_duration(words)
