"""Sources: who publishes, when each is due, what could not be read."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.feeds import Archive
from storage.records import FetchOutcome, SourceFailure
from tests.storage.making import HOSTILE, HOUR, KEPT, NOON, article, begun, entry


def _visit(source_id: int, **changes: Any) -> FetchOutcome:
    values: dict[str, Any] = {"source_id": source_id, "at": NOON, "next_due_at": NOON + HOUR}
    return FetchOutcome(**values | changes)


def _failure(source_id: int, address: str, reason: str = "404") -> SourceFailure:
    return SourceFailure(source_id=source_id, address=address, reason=reason, at=NOON)


def test_sources_follow_the_config(database: Database) -> None:
    """New ones come, changed ones change, those gone are retired and may return."""
    with database.begin() as tx:
        one, two = tx.feeds.sync([entry("rss:1"), entry("rss:2")], NOON)
        (changed,) = tx.feeds.sync([entry("rss:2", publisher="Другие")], NOON)
        assert (changed.id, changed.publisher) == (two.id, "Другие")
        assert tx.feeds.active() == [changed]
        assert tx.feeds.sync([entry("rss:1")], NOON) == [one]
        assert tx.feeds.sync([], NOON) == tx.feeds.active() == []


@pytest.mark.parametrize(
    "change", [{"address": "https://other.example"}, {"kind": "site"}], ids=["address", "kind"]
)
def test_a_source_that_moved_begins_anew(database: Database, change: dict[str, Any]) -> None:
    """What the old address said holds for nothing at the new one; the rest of it stays."""
    with database.begin() as tx:
        source, other = tx.feeds.sync([entry("news"), entry("other")], NOON)
        for one in (source, other):
            tx.feeds.record(_visit(one.id, etag='"a"', last_modified="Mon", last_item_at=NOON))
            tx.feeds.record(_visit(one.id, error="404"))
        tx.feeds.mark_told_dead([source.id, other.id], NOON)
        before = tx.feeds.active()
        assert tx.feeds.sync([entry("news"), entry("other")], NOON + HOUR) == before
        moved, stayed = tx.feeds.sync([entry("news", **change), entry("other")], NOON + HOUR)
        assert moved == replace(source, last_item_at=NOON, **change)
        assert stayed == before[1]


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [(-1, 0, 0), (0, -9000, 0), (24, 0, 0), (0, None, 0)],
    ids=["a newer one", "an old page found late", "dated by a clock that was ahead", "none"],
)
def test_the_newest_item_is_remembered(
    database: Database, first: int, then: int | None, kept: int
) -> None:
    """Whether a source is silent is told by it: an old page is no sign of silence."""
    source, _ = begun(database)
    with database.begin() as tx:
        at = NOON + max(first, 0) * HOUR
        tx.feeds.record(_visit(source, at=at, last_item_at=NOON + first * HOUR))
        found = None if then is None else NOON + then * HOUR
        tx.feeds.record(_visit(source, last_item_at=found))
        assert tx.feeds.active()[0].last_item_at == NOON + kept * HOUR


@pytest.mark.parametrize(
    ("interval", "error", "due"),
    [(HOUR, None, 1), (HOUR, "HTTP 429", 0), (24 * HOUR, None, 0), (48 * HOUR, None, 0)],
    ids=["more often", "asked to wait", "as always", "less"],
)
def test_a_source_to_be_visited_more_often_is_due_at_once(
    database: Database, interval: timedelta, error: str | None, due: int
) -> None:
    """By its new interval it is late, which nobody shall take for death."""
    with database.begin() as tx:
        (source,) = tx.feeds.sync([entry(interval=24 * HOUR)], NOON)
        tx.feeds.record(_visit(source.id, next_due_at=NOON + 24 * HOUR, error=error))
        tx.feeds.sync([entry(interval=interval)], NOON + 2 * HOUR)
        assert len(tx.feeds.due(NOON + 2 * HOUR)) == due


def test_any_key_finds_its_source(database: Database) -> None:
    """Long and hostile keys are kept shortened, and found so."""
    keys = ["я" * 3000, "я" * 3001, HOSTILE, "rss:1", "rss:1"]
    with database.begin() as tx:
        found = tx.feeds.sync([entry(key, address=key) for key in keys], NOON)
        assert len({source.id for source in found}) == 4


def test_sources_never_visited_come_before_those_waiting_longest(database: Database) -> None:
    """Nobody starves, and those not due stay out."""
    with database.begin() as tx:
        found = tx.feeds.sync([entry(f"rss:{n}") for n in range(4)], NOON)
        for source, wait in zip(found, (2, 1, 3), strict=False):
            tx.feeds.record(_visit(source.id, next_due_at=NOON + wait * HOUR))
        due = tx.feeds.due(NOON + 2 * HOUR)
        assert [source.id for source in due] == [found[3].id, found[1].id, found[0].id]
        assert len(tx.feeds.due(NOON + 2 * HOUR, limit=1)) == 1


@pytest.mark.parametrize("error", [None, "404"], ids=["read", "failed"])
def test_a_visit_dated_by_a_clock_that_was_ahead_keeps_no_source_waiting(
    database: Database, error: str | None
) -> None:
    """It is due at once, and then at its own time, read again or not; no success is to come."""
    source, _ = begun(database)
    week = 168 * HOUR
    with database.begin() as tx:
        tx.feeds.record(_visit(source, at=NOON + week, next_due_at=NOON + week + HOUR))
        tx.feeds.record(_visit(source, at=NOON + week, next_due_at=NOON + week, error=error))
        assert [one.id for one in tx.feeds.due(NOON)] == [source]

        tx.feeds.record(_visit(source, error="404"))
        assert tx.feeds.due(NOON) == []
        assert [one.id for one in tx.feeds.due(NOON + HOUR)] == [source]
        assert tx.feeds.active()[0].last_success_at == NOON
        tx.feeds.record(_visit(source))
        assert tx.feeds.due(NOON) == []


def test_machines_a_little_apart_do_not_read_a_source_twice(database: Database) -> None:
    """The next visit is due by either clock."""
    source, _ = begun(database)
    with database.begin() as tx:
        tx.feeds.record(_visit(source, at=NOON + HOUR / 12, next_due_at=NOON + HOUR))
        assert tx.feeds.due(NOON) == []


def test_failures_add_up_until_a_success(database: Database) -> None:
    """Health is told by failures in a row; a success clears them and keeps the last item."""
    source, _ = begun(database)
    with database.begin() as tx:
        tx.feeds.record(_visit(source, etag='"a"', last_modified="Mon", last_item_at=NOON))
        tx.feeds.record(_visit(source, error=HOSTILE))
        tx.feeds.record(_visit(source, error=HOSTILE))
        (ill,) = tx.feeds.active()
        tx.feeds.record(_visit(source))
        (well,) = tx.feeds.active()
    assert (ill.failures, ill.last_error, ill.etag) == (2, KEPT, '"a"')
    assert (well.failures, well.last_error, well.last_item_at) == (0, None, NOON)
    assert well.last_success_at == NOON


def test_pages_that_failed_are_counted_until_they_are_read(database: Database) -> None:
    """Each page by itself, whatever its address."""
    source, _ = begun(database)
    pages = ["https://a", HOSTILE, "я" * 3000, "я" * 3001]
    failed = tuple(_failure(source, page, HOSTILE) for page in pages)
    with database.begin() as tx:
        tx.feeds.record(_visit(source, failed_pages=failed))
        tx.feeds.record(_visit(source, failed_pages=failed))
        assert [failure.attempts for failure in tx.feeds.failures()] == [2, 2, 2, 2]
        tx.feeds.record(_visit(source, read_pages=tuple(pages[1:])))
        (left,) = tx.feeds.failures(source)
        assert (left.address, left.reason) == ("https://a", KEPT)
        assert tx.feeds.failures(source + 1) == []


def test_failures_of_pages_are_kept_neither_for_ever_nor_without_number(
    database: Database,
) -> None:
    """The old ones go, and of each source all but the latest."""
    with database.begin() as tx:
        for source in tx.feeds.sync([entry("one"), entry("two")], NOON):
            for page in range(4):
                failed = replace(_failure(source.id, f"https://{page}"), at=NOON + page * HOUR)
                tx.feeds.record(_visit(source.id, failed_pages=(failed,)))
        assert tx.feeds.forget_failures(NOON) == 0
        assert tx.feeds.forget_failures(NOON + HOUR) == 2
        assert tx.feeds.forget_failures(NOON, keep=2) == 2
        left = [(one.source_id, one.address) for one in tx.feeds.failures()]
    assert left == [(1, "https://3"), (2, "https://3"), (1, "https://2"), (2, "https://2")]


def test_the_longest_ordinary_silence_is_remembered(database: Database) -> None:
    """A length of time comes back as it went in."""
    source, _ = begun(database)
    with database.begin() as tx:
        tx.feeds.learn_gap(source, HOUR * 1.5)
        assert tx.feeds.active()[0].learned_gap == HOUR * 1.5


def test_coverage_is_remembered_by_bucket(database: Database) -> None:
    """The last look at a bucket counts; the end is not in the stretch."""
    with database.begin() as tx:
        tx.feeds.record_coverage(NOON, alive=1, total=3)
        tx.feeds.record_coverage(NOON, alive=2, total=3)
        tx.feeds.record_coverage(NOON + HOUR, alive=3, total=3)
        assert tx.feeds.coverage(NOON, NOON + HOUR) == {NOON: (2, 3)}


def test_an_archive_is_what_an_active_source_brought_of_a_stretch(database: Database) -> None:
    """Oldest first; one that has only newer articles is there without any."""
    source, _ = begun(database)
    with database.begin() as tx:
        assert tx.feeds.archives(NOON - 2 * HOUR, NOON) == []
        tx.articles.add_new([article(source), article(source, "b", published_at=None)])
        shown = [Archive(times=[NOON - HOUR], added_at=NOON)]
        assert tx.feeds.archives(NOON - 2 * HOUR, NOON) == shown
        assert tx.feeds.archives(NOON - 9 * HOUR, NOON - 2 * HOUR) == [replace(shown[0], times=())]
        assert tx.feeds.first_success_at() == NOON


def test_a_source_that_left_the_config_is_known(database: Database) -> None:
    """What it brought is still there to be asked for, as is what people forwarded."""
    with database.begin() as tx:
        tx.feeds.sync([entry("rss:one"), entry("rss:two")], NOON)
        tx.feeds.sync([entry("rss:two")], NOON)
        tx.feeds.add_unvisited(entry("telegram:chat"), NOON)
        assert [one.key for one in tx.feeds.all()] == ["rss:one", "rss:two", "telegram:chat"]
