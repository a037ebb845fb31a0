"""Publication dates as people write them in three languages."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import clamp, parse_date

NOW = datetime(2025, 11, 5, 12, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Пн, 03 ноя 2025 10:00:00 +0300", "2025-11-03T07:00"),
        ("Mon, 03 Nov 2025 10:00:00 +0300", "2025-11-03T07:00"),
        ("Mon, 03 Nov 2025 10:00:00 GMT", "2025-11-03T10:00"),
        ("Mon, 03 Nov 2025 10:00:00 -0000", "2025-11-03T10:00"),
        ("Mon, 03 Nov 2025 10:00:00 GMT+3", "2025-11-03T07:00"),
        ("Mon, 03 Nov 2025 10:00:00 UTC -0500", "2025-11-03T15:00"),
        ("Mon Nov 03 2025 10:00:00 GMT+0300 (Moscow Standard Time)", "2025-11-03T07:00"),
        ("Mon, 03 Nov 2025 5:00:00 PM +0300", "2025-11-03T14:00"),
        ("Mon, 03 Nov 2025 10:00:00 MSK", "2025-11-03T07:00"),
        ("Wed, 02 Oct 2002 08:00:00 EST", "2002-10-02T13:00"),
        ("2025-11-03T10:00:00+03:00", "2025-11-03T07:00"),
        ("2025-11-03T10:00:00Z", "2025-11-03T10:00"),
        ("2025-11-03T10:00:00+0300", "2025-11-03T07:00"),
        ("2025-11-03 10:00:00", "2025-11-03T07:00"),
        ("2025/11/03 10:00", "2025-11-03T07:00"),
        ("2025-11-03 05:00 PM", "2025-11-03T14:00"),
        ("20251103T100000Z", "2025-11-03T10:00"),
        ("1762150000", "2025-11-03T06:06:40"),
        ("1762150000000", "2025-11-03T06:06:40"),
        ("1701120512000", "2023-11-27T21:28:32"),
        ("03.11.2025", "2025-11-02T21:00"),
        ("03.11.2025 10:00", "2025-11-03T07:00"),
        ("03-11-2025", "2025-11-02T21:00"),
        ("3.11.25 10:00", "2025-11-03T07:00"),
        ("10:00, 03.11.2025", "2025-11-03T07:00"),
        ("10:00 03.11.2025", "2025-11-03T07:00"),
        ("3 ноября 2025", "2025-11-02T21:00"),
        ("3 ноября 2025, 10:00", "2025-11-03T07:00"),
        ("3 ноября 2025 г. в 10:00", "2025-11-03T07:00"),
        ("3 ноября 2025 года, 10:00 МСК", "2025-11-03T07:00"),
        ("понедельник, 3 ноября 2025, 10:00", "2025-11-03T07:00"),
        ("Опубликовано: 7 мая 2024 в 09:15 (МСК)", "2024-05-07T06:15"),
        ("12:45 3 ноября 2025", "2025-11-03T09:45"),
        ("3 ноября, 10:00", "2025-11-03T07:00"),
        ("31 декабря", "2024-12-30T21:00"),
        ("3 листопада 2025", "2025-11-02T21:00"),
        ("11:20, 3 листопада", "2025-11-03T08:20"),
        ("05 вер. 2024 р. 14:00", "2024-09-05T11:00"),
        ("November 3, 2025 10:00 AM", "2025-11-03T07:00"),
        ("Nov 3, 2025 at 5:30 pm EST", "2025-11-03T22:30"),
        ("Monday, 3rd November 2025", "2025-11-02T21:00"),
        ("вчера в 12:30", "2025-11-04T09:30"),
        ("10:00, вчера", "2025-11-04T07:00"),
        ("сегодня, 12:30", "2025-11-05T09:30"),
        ("позавчера", "2025-11-02T21:00"),
        ("учора о 12:30", "2025-11-04T09:30"),
        ("сьогодні 09:05", "2025-11-05T06:05"),
        ("yesterday at 5:05pm", "2025-11-04T14:05"),
        ("5 минут назад", "2025-11-05T11:55"),
        ("2 часа назад", "2025-11-05T10:00"),
        ("час назад", "2025-11-05T11:00"),
        ("полчаса назад", "2025-11-05T11:30"),
        ("3 дні тому", "2025-11-02T12:00"),
        ("неделю назад", "2025-10-29T12:00"),
        ("3 hours ago", "2025-11-05T09:00"),
        ("только что", "2025-11-05T12:00"),
        ("щойно", "2025-11-05T12:00"),
        ("10:30", "2025-11-05T07:30"),
        ("23:30", "2025-11-04T20:30"),
    ],
    ids=lambda value: value,
)
def test_a_date_is_read_as_its_reader_means_it(text: str, utc: str) -> None:
    """Day before month, words against now, times without a zone in the source's own."""
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert parse_date(text, now=NOW, zone=MOSCOW) == expected


@pytest.mark.parametrize(
    ("now", "text", "passed"),
    [
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "1 минуту назад", timedelta(minutes=1)),
        (datetime(2026, 10, 25, 1, 10, tzinfo=UTC), "полчаса назад", timedelta(minutes=30)),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "2 часа назад", timedelta(hours=2)),
    ],
)
def test_what_has_passed_is_the_same_when_clocks_are_changed(
    now: datetime, text: str, passed: timedelta
) -> None:
    """A minute ago is no hour ago in the night that has an hour twice."""
    assert parse_date(text, now=now, zone=ZoneInfo("Europe/Kyiv")) == now - passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("5 mın ago", timedelta(minutes=5)),
        ("5 ſec ago", timedelta(seconds=5)),
        ("2 wee\u212as ago", timedelta(weeks=2)),
        ("yeſterday 12:00", timedelta(days=1)),
        ("6 MİN ago", timedelta(minutes=6)),
    ],
)
def test_letters_that_only_look_alike_are_read(text: str, passed: timedelta) -> None:
    """A pattern that ignores case takes them for others; so does what reads its match."""
    assert parse_date(text, now=NOW) == NOW - passed


@pytest.mark.parametrize("error", [KeyError, StopIteration, IndexError, RecursionError, re.error])
def test_a_reader_that_fails_is_passed_over(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A date nobody understands never costs a feed its other entries."""

    def broken(*_: object, **__: object) -> None:
        raise error("of the library")

    monkeypatch.setattr("crawler.dates.dateparser.parse", broken)
    assert parse_date("12 нисана 5785", now=NOW) is None


@pytest.mark.parametrize(
    "text",
    ["", "   ", "garbage", "v1.2.3", "32.13.2025", "2025-13-45", "9999-12-31", "0001-01-01", "№ 12",
     "1970-01-01T00:00:00Z", "31 февраля 2025", "март 2025", "March 2025 г.",
     "Mon, 01 Jan 0001 00:00:00 GMT", "Wed, 30 Nov -0001 00:00:00 +0000", "1 января 0001"],
)  # fmt: skip
def test_what_cannot_be_meant_is_no_date(text: str) -> None:
    """No date is better than an invented one."""
    assert parse_date(text, now=NOW) is None


@given(st.text(max_size=80))
def test_any_string_gives_a_moment_or_none(text: str) -> None:
    """Hostile dates neither raise nor leave the years in which there was a web."""
    found = parse_date(text, now=NOW)
    assert found is None or datetime(1990, 1, 1, tzinfo=UTC) <= found <= NOW + timedelta(days=366)


def test_a_future_date_is_drawn_back_to_the_moment_it_was_seen() -> None:
    """Nothing is published after it was read."""
    assert clamp(NOW + timedelta(days=3), NOW) == NOW
    assert clamp(NOW - timedelta(days=3), NOW) == NOW - timedelta(days=3)
    assert clamp(None, NOW) is None
