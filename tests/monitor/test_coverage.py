"""What was not gathered is unknown, not zero."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.coverage import Alive, count_alive, coverage_of, unbroken
from storage.feeds import Archive
from storage.records import BUCKET, Source

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


DAY = timedelta(days=1)


def back_to(oldest_at: datetime, *, added_at: datetime | None = None) -> Archive:
    """A source whose one article is of then."""
    return Archive(times=[oldest_at], added_at=added_at)


def every(step: timedelta, count: int) -> list[datetime]:
    """So many articles up to noon."""
    return [NOON - number * step for number in reversed(range(count))]


def source(
    last_success_at: datetime | None, *, minutes: int = 30, added_at: datetime | None = None
) -> Source:
    """A source read every so many minutes."""
    return Source(
        id=1,
        key="k",
        kind="rss",
        address="a",
        publisher="p",
        interval=timedelta(minutes=minutes),
        last_success_at=last_success_at,
        created_at=added_at,
    )


@pytest.mark.parametrize(
    ("ago", "minutes", "alive"),
    [(0, 30, 1), (89, 30, 1), (91, 30, 0), (40, 5, 1), (46, 5, 0), (None, 30, 0),
     (-5, 30, 1), (-91, 30, 0)],
    ids=["now", "within three", "past three", "short but patient", "short and dead", "never",
         "by another clock", "by a clock that jumped"],
)  # fmt: skip
def test_a_source_lives_for_three_intervals(ago: int | None, minutes: int, alive: int) -> None:
    """Then it counts as dead; a short interval gets at least 45 minutes."""
    seen = None if ago is None else NOON - timedelta(minutes=ago)
    assert count_alive([source(seen, minutes=minutes)], NOON) == Alive(alive, 1)


def test_no_sources_miss_nothing() -> None:
    """A database filled by hand is not blind."""
    assert count_alive([], NOON).share == 1.0


def test_sources_added_in_bulk_are_not_missed_before_their_first_visit() -> None:
    """Ninety new ones beside ten that answer: nothing is dark; an hour later they are late."""
    old = [source(NOON)] * 10
    new = [source(None, minutes=15, added_at=NOON - timedelta(minutes=5))] * 90
    late = [source(None, minutes=15, added_at=NOON - timedelta(hours=1))] * 90
    assert count_alive(old + new, NOON).share == 1.0
    assert count_alive(old + late, NOON) == Alive(10, 100)
    assert count_alive(new, NOON).share == 0.0


def test_a_new_source_that_cannot_be_read_is_missed_at_once() -> None:
    """It was visited, and in vain: what it says is not known."""
    dead = replace(source(None, added_at=NOON - timedelta(minutes=5)), failures=1)
    assert count_alive([source(NOON), dead], NOON) == Alive(1, 2)


def test_sources_added_in_bulk_do_not_darken_the_past() -> None:
    """What they had to say before collection began was never missed."""
    first = [back_to(NOON - 9 * DAY, added_at=NOON)] * 10
    bulk = [back_to(NOON + 2 * DAY, added_at=NOON + 3 * DAY)] * 90
    share = coverage_of({NOON: (10, 10)}, first + bulk, start_at=NOON - DAY, buckets=97)
    assert share.min() == 1.0


def test_sources_of_the_first_day_are_expected_in_the_archive() -> None:
    """A config that is still being written is no reason to call one feed everything."""
    first = [back_to(NOON - 9 * DAY, added_at=NOON)]
    more = [back_to(NOON, added_at=NOON + timedelta(hours=2))]
    for added, shown in ((0, 1.0), (1, 0.5), (3, 0.25), (4, 0.0)):  # a fifth is too little
        archives = first + added * more
        share = coverage_of({NOON: (1, 1)}, archives, start_at=NOON - DAY, buckets=97)
        assert share[0] == shown


def test_before_the_first_crawl_the_archive_counts_from_where_it_reaches() -> None:
    """Two sources of four reach back to the first bucket, all from the third on."""
    oldest = [NOON - BUCKET, NOON, NOON + 2 * BUCKET, NOON + 2 * BUCKET]
    archives = [back_to(at) for at in oldest]
    share = coverage_of({NOON + 3 * BUCKET: (3, 4)}, archives, start_at=NOON, buckets=4)
    assert share.tolist() == [0.5, 0.5, 1.0, 0.75]


def test_an_entry_pinned_in_a_feed_does_not_make_its_archive_long() -> None:
    """Between the rules of the forum and its last five hours nothing was shown."""
    shown = every(timedelta(hours=1), 5)
    assert unbroken([NOON - 30 * DAY, *shown]) == shown
    archive = Archive(times=[NOON - 30 * DAY, *shown], added_at=None)
    buckets = 30 * DAY // BUCKET
    share = coverage_of({NOON: (1, 1)}, [archive], start_at=NOON - 30 * DAY, buckets=buckets)
    assert share.sum() * BUCKET == timedelta(hours=4)


@pytest.mark.parametrize(
    ("step", "silence"),
    [(timedelta(hours=1), timedelta(hours=62)), (timedelta(days=2), timedelta(days=30))],
    ids=["a weekend without news", "a month without a post"],
)
def test_an_ordinary_silence_does_not_end_an_archive(step: timedelta, silence: timedelta) -> None:
    """Hourly news rest at weekends, a blog in summer."""
    shown = every(step, 12)
    before = [at - (shown[-1] - shown[0]) - silence for at in shown]
    assert unbroken(before + shown) == before + shown


@pytest.mark.parametrize("step", [timedelta(minutes=30), timedelta(0)], ids=["busy", "date-only"])
def test_a_newsroom_that_rests_at_weekends_keeps_its_archive(step: timedelta) -> None:
    """However short its ordinary gaps are: a run of articles lies before each weekend."""
    monday = NOON.replace(hour=9)
    days = [monday - number * DAY for number in range(21) if number % 7 not in (1, 2)]
    shown = sorted(day + number * step for day in days for number in range(12))
    assert unbroken(shown) == shown


def test_slow_blogs_know_little_of_what_a_busy_site_said() -> None:
    """Two of three sources go back for weeks; what they published then is a fiftieth."""
    blogs = [Archive(times=every(6 * DAY, 8), added_at=None)] * 2
    busy = Archive(times=every(timedelta(hours=1), 20), added_at=None)
    share = coverage_of({NOON: (3, 3)}, [busy, *blogs], start_at=NOON - 9 * DAY, buckets=9 * 96)
    assert share[0] == 0.0
    assert share[-1] == 1.0


def test_dark_time_is_unknown_until_sources_are_back() -> None:
    """Nobody looked, and nobody has looked since."""
    recorded = {NOON: (4, 4), NOON + BUCKET: (0, 4)}
    assert coverage_of(recorded, [], start_at=NOON, buckets=4).tolist() == [1.0, 0.0, 0.0, 0.0]


def test_a_backlog_fills_dark_time() -> None:
    """Once the sources are back, what they missed has been read."""
    recorded = {NOON: (4, 4), NOON + BUCKET: (0, 4), NOON + 4 * BUCKET: (3, 4)}
    share = coverage_of(recorded, [], start_at=NOON, buckets=5)
    assert share.tolist() == [1.0, 0.75, 0.75, 0.75, 0.75]


def test_no_backlog_reaches_back_for_ever() -> None:
    """Two days; what lies before stays unknown."""
    long = timedelta(days=5) // BUCKET
    recorded = {NOON: (4, 4), NOON + (long - 1) * BUCKET: (4, 4)}
    share = coverage_of(recorded, [], start_at=NOON, buckets=long)
    assert share[1 : long - 1 - timedelta(days=2) // BUCKET].max() == 0.0
    assert share[long - timedelta(days=2) // BUCKET :].min() == 1.0
