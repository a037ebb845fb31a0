"""Known again under another address; not taken for another article of the same title."""

from datetime import datetime, timedelta

import pytest

from crawler.feeds import Entry
from crawler.identity import content_hash
from crawler.reissues import is_reissued
from storage.records import Article
from tests.crawler.conftest import NOW

AT = NOW - timedelta(minutes=17)
A_DAY = NOW.replace(hour=21)  # midnight in Moscow


def stored(title: str, text: str, at: datetime | None) -> Article:
    """An article whose address the feed names no more."""
    return Article(
        id=1,
        source_id=1,
        url="https://a.example/1?t=1",
        canonical_url="https://a.example/1?t=1",
        title=title,
        text=text,
        seen_at=NOW,
        happened_at=at or NOW,
        published_at=at,
        content_hash=content_hash(title, text),
    )


def entry(title: str, text: str, at: datetime | None) -> Entry:
    """An entry under an address of which nothing is stored."""
    return Entry(
        url="https://a.example/1?t=2",
        canonical_url="https://a.example/1?t=2",
        title=title,
        text=text,
        author=None,
        published_at=at,
        has_page=True,
        is_whole=False,
    )


@pytest.mark.parametrize(
    ("title", "text", "at", "wants_page", "expected"),
    [
        pytest.param("Отзыв", "Плохо.", AT, False, True, id="all alike"),
        pytest.param("Отзыв", "«Плохо»", AT, False, True, id="but for punctuation"),
        pytest.param("Отзыв", "Хуже.", AT, False, False, id="another text"),
        pytest.param("Отзыв", "Плохо.", AT + timedelta(minutes=1), False, False, id="another time"),
        pytest.param("Отзыв", "Плохо.", None, False, False, id="no time"),
        pytest.param("Отзыв", "Начало.", AT, True, True, id="text is the page's"),
        pytest.param("Жалоба", "Начало.", AT, True, False, id="another title, page to be read"),
    ],
)
def test_title_time_and_text_tell(
    title: str, text: str, at: datetime | None, wants_page: bool, expected: bool
) -> None:
    """Titles recur; what else is told has to agree."""
    gone = [stored("Отзыв", "Плохо.", AT)]
    assert is_reissued(entry(title, text, at), gone, wants_page=wants_page) is expected


@pytest.mark.parametrize("at", [None, A_DAY], ids=["undated", "a day"])
def test_without_a_time_of_day_only_the_whole_text_tells(at: datetime | None) -> None:
    """Of one day there may be two reviews of one title."""
    gone = [stored("Отзыв", "Плохо.", at), stored("Обзор", "", at)]
    assert is_reissued(entry("Отзыв", "Плохо.", at), gone, wants_page=False)
    assert not is_reissued(entry("Отзыв", "Начало.", at), gone, wants_page=True)
    assert not is_reissued(entry("Обзор", "", at), gone, wants_page=False)


def test_a_title_and_a_time_are_enough_without_texts() -> None:
    """Headlines alone are what many feeds give."""
    assert is_reissued(entry("Отзыв", "", AT), [stored("Отзыв", "", AT)], wants_page=False)
    assert not is_reissued(entry("", "", AT), [stored("", "", AT)], wants_page=False)
