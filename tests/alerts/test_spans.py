"""Cleaning, clipping, measuring and linking text from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.spans import Line, Span, clean, clip, length, plain, safe_link, units


@given(st.text(max_size=200), st.integers(1, 60))
def test_a_clip_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    """In UTF-16 units, for any string."""
    assert units(clip(text, limit)) <= max(limit, 1)


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """And leaves one line that every encoding can carry."""
    cleaned = clean(text)

    assert clean(cleaned) == cleaned
    assert "\n" not in cleaned
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\0b\x1bc", "abc"),
        ("тихо\u202eгромко", "тихогромко"),
        ("две\r\n\t строки", "две строки"),
        ("пара \ud800", "пара"),
        ("семья 👨‍👩‍👧", "семья 👨‍👩‍👧"),
        ("мяг\u00adкий", "мягкий"),
    ],
    ids=["control", "bidi", "lines", "surrogate", "joiners stay", "soft hyphen"],
)
def test_what_is_cleaned_away(text: str, cleaned: str) -> None:
    """What shows nothing or shows a lie; nothing else."""
    assert clean(text) == cleaned


@pytest.mark.parametrize("limit", [16, 17, 18, 19, 20])
def test_a_clip_leaves_no_half_of_a_flag(limit: int) -> None:
    """It would be read as a letter."""
    flags = clip("Жалоба" + "🇺🇦" * 6, limit).removeprefix("Жалоба").removesuffix("…")

    assert flags == "🇺🇦" * (len(flags) // 2)


def test_a_clip_ends_at_a_word() -> None:
    """Where one is near."""
    assert clip("Директора обвиняют в давлении на клиентов", 30) == "Директора обвиняют в давлении…"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://news.example/a?b=1&c=2", "https://news.example/a?b=1&c=2"),
        ("https://news.example/a b\"<>", "https://news.example/a%20b%22%3C%3E"),
        ("https://news.example/\0x", "https://news.example/%00x"),
        ("javascript:alert(1)", ""),
        ("ftp://news.example/", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("https://news.example:99999999/", ""),
        ("https://news.example/\ud800", ""),
        ("https://news.example/" + "x" * 9000, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_only_what_a_browser_may_open_is_a_link(url: str, link: str) -> None:
    """Everything else is plain text."""
    assert safe_link(url) == link


def test_plain_text_writes_links_out() -> None:
    """Under the line they belong to."""
    line = Line("item", (Span("1. "), Span("Новость", "", "https://news.example/1")))

    assert plain([line]) == "1. Новость\n   https://news.example/1"
    assert length([line]) == len("1. Новость")
