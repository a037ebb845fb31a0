"""What a visit found decides when the next one is."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from crawler.fetch import FetchError
from crawler.reading import (
    FIRST_REACH,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    Reading,
    count_visits_behind,
    is_left_alone,
    outcome_of,
    pause_after,
    unwatched,
)
from crawler.sources.protocol import FailedPage, Found, Freshness
from storage.records import NewArticle, Source, SourceFailure

SOURCE = Source(
    id=1, key="s", kind="rss", address="a", publisher="a", interval=timedelta(minutes=10)
)


def test_a_pause_never_grows_without_end() -> None:
    """A source that comes back is noticed within hours."""
    failing = replace(SOURCE, failures=99)
    assert pause_after(FetchError("x"), failing) == LONGEST_PAUSE
    rare = replace(failing, interval=timedelta(days=1))
    assert pause_after(FetchError("x"), rare) == timedelta(days=1)


def test_what_is_gone_for_good_is_asked_less_at_once() -> None:
    """A wrong address will not mend itself in ten minutes."""
    passing = pause_after(FetchError("HTTP 500"), SOURCE)
    assert pause_after(FetchError("HTTP 410", permanent=True), SOURCE) > passing


def test_a_site_that_asks_for_longer_gets_it() -> None:
    """Retry-After counts over our own schedule."""
    asked = FetchError("HTTP 429", retry_after=timedelta(days=1))
    assert pause_after(asked, SOURCE) == timedelta(days=1)


def test_a_page_that_fails_is_asked_for_a_week_less_and_less(now: datetime) -> None:
    """Soon after the first failure, so that a bad half hour costs little; then for good no more."""
    moment, asked = now, [now]
    for attempts in range(1, MOST_ATTEMPTS):
        failure = _failure(attempts, moment)
        while is_left_alone(failure, moment):
            moment += timedelta(minutes=10)
        asked.append(moment)
    waits = [later - earlier for earlier, later in pairwise(asked)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=10), timedelta(days=1))
    assert timedelta(days=6) < asked[-1] - now < timedelta(days=8)
    assert is_left_alone(_failure(MOST_ATTEMPTS, moment), moment + timedelta(days=365))


def test_a_failure_dated_by_a_clock_that_was_ahead_is_not_believed(now: datetime) -> None:
    """The page is asked for at once, not when that time comes."""
    assert not is_left_alone(_failure(3, now + timedelta(days=7)), now)


def test_a_visit_becomes_one_outcome(now: datetime) -> None:
    """Newest item, failed pages, read pages, what to send along next time."""
    reading = Reading(source=SOURCE)
    for hours, page in ((3, "p"), (1, "")):
        article = NewArticle(
            source_id=1, url="u", canonical_url="u", title="", text="", seen_at=now,
            published_at=now - timedelta(hours=hours),
        )  # fmt: skip
        reading.take(Found(article=article, page=page))
    reading.take(FailedPage(address="q", reason="HTTP 404"))
    reading.take(Freshness(etag='"1"'))
    outcome = outcome_of(reading, None, now)
    assert outcome.last_item_at == now - timedelta(hours=1)
    assert outcome.next_due_at == now + timedelta(minutes=10)
    assert (outcome.etag, outcome.error, outcome.read_pages) == ('"1"', None, ("p",))
    assert [(page.address, page.reason) for page in outcome.failed_pages] == [("q", "HTTP 404")]


@pytest.mark.parametrize(
    ("silence", "stretch"),
    [
        (timedelta(minutes=59), timedelta()),
        (timedelta(hours=12), timedelta(hours=12)),
        (None, FIRST_REACH),
    ],
    ids=["read lately", "after an outage", "first visit"],
)
def test_what_came_unwatched_is_told_from_what_is_new(
    now: datetime, silence: timedelta | None, stretch: timedelta
) -> None:
    """Only silence past three intervals and an hour makes the age of an undated item unknown."""
    last = None if silence is None else now - silence
    assert unwatched(replace(SOURCE, last_success_at=last), now) == stretch


def test_undated_items_of_an_outage_are_spread_over_it(now: datetime) -> None:
    """Twelve items of twelve dark hours: about one an hour, none of them a burst of now."""
    source = replace(SOURCE, last_success_at=now - timedelta(hours=12))
    reading = Reading(source=source)
    for number in range(12):
        reading.take(Found(article=_undated(number, now)))
    ages = sorted(now - (one.guessed_at or now) for one in reading.waiting)
    steps = [later - earlier for earlier, later in pairwise(ages)]
    assert all(timedelta() <= age <= timedelta(hours=12) for age in ages)
    assert max(steps) < timedelta(hours=2)


def test_an_undated_item_of_a_live_source_is_new(now: datetime) -> None:
    """It came since the last visit."""
    reading = Reading(source=replace(SOURCE, last_success_at=now - timedelta(minutes=10)))
    reading.take(Found(article=_undated(1, now)))
    assert [one.guessed_at for one in reading.waiting] == [now]


def test_what_earlier_visits_left_is_older_than_what_they_read(now: datetime) -> None:
    """Only what stands above what is known has come since."""
    source = replace(SOURCE, last_success_at=now - timedelta(minutes=10))
    reading = Reading(source=source, visits_behind=2)
    for number in range(8):
        reading.take(Found(article=_undated(number, now), is_below_known=number > 0))
    new, *old = [now - (one.guessed_at or now) for one in reading.waiting]
    assert new == timedelta()
    assert all(2 * FIRST_REACH <= age < 3 * FIRST_REACH for age in old)


def test_a_source_is_caught_up_with_once_a_visit_leaves_nothing(now: datetime) -> None:
    """Remembered from the first visit on; a burst later on is no backlog."""
    live = replace(SOURCE, last_success_at=now - timedelta(minutes=10))
    left = [
        outcome_of(Reading(source=source, visits_behind=behind, left_over=over), None, now)
        for source, behind, over in (
            (SOURCE, 0, True), (live, 1, True), (live, 2, False), (live, 0, True)
        )
    ]  # fmt: skip
    assert [len(one.failed_pages) for one in left] == [1, 1, 0, 0]
    assert [one.read_pages for one in left] == [(), (), (SOURCE.address,), ()]
    (row,) = left[0].failed_pages
    assert count_visits_behind(SOURCE, [row, _failure(5, now)]) == 1


def test_a_visit_that_broke_off_has_not_caught_up(now: datetime) -> None:
    """The next one goes on from there."""
    reading = Reading(source=SOURCE, visits_behind=2)
    outcome = outcome_of(reading, FetchError("HTTP 503"), now)
    assert (outcome.failed_pages, outcome.read_pages) == ((), ())


def _undated(number: int, now: datetime) -> NewArticle:
    address = f"https://a.example/{number}"
    return NewArticle(
        source_id=1, url=address, canonical_url=address, title="", text="", seen_at=now
    )


def _failure(attempts: int, at: datetime) -> SourceFailure:
    return SourceFailure(source_id=1, address="p", reason="HTTP 502", at=at, attempts=attempts)
