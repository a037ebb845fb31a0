"""Frames and views: the same on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest
from sqlalchemy import event, text

from storage import frames
from storage.database import Database
from storage.mention_filter import MentionFilter
from tests.storage.making import HOUR, NOON, begun, mentioned, tone


def _filled(database: Database) -> None:
    source, brand = begun(database)
    early = datetime(1, 1, 1, tzinfo=UTC)
    with database.begin() as tx:
        one, two, _ = (
            mentioned(tx, source, brand, "a", author="Иванов", published_at=NOON - HOUR),
            mentioned(tx, source, brand, "b", published_at=NOON - HOUR / 2),
            mentioned(tx, source, brand, "c", published_at=early),
        )
        tx.mentions.record_tones(
            [(one, tone()), (two, tone("neutral", negative=0.1, unsure=True))], NOON
        )
        tx.incidents.open_new(brand, level=2, at=NOON, peak=3.0)


def test_mentions_have_the_same_types_everywhere(database: Database) -> None:
    """Aware times of any year, truth values, numbers and lists, empty cells included."""
    _filled(database)
    frame = frames.mentions(database)
    assert [str(frame[name].dtype) for name in ("happened_at", "unsure", "negative")] == [
        "datetime64[us, UTC]",
        "boolean",
        "float64",
    ]
    assert frame["happened_at"][0].year == 1
    assert frame["happened_at"][1] == NOON - HOUR
    assert frame["unsure"].to_list() == [pd.NA, False, True]
    assert frame["matched"][1][0]["text"] == "Ромашка"


def test_mentions_are_read_part_by_part(database: Database) -> None:
    """More of them than memory holds can be taken away; together the parts are the whole."""
    _filled(database)
    parts = list(frames.mention_parts(database, until=NOON, batch=2))
    assert [len(part) for part in parts] == [2, 1]
    pd.testing.assert_frame_equal(
        pd.concat(parts, ignore_index=True), frames.mentions(database, until=NOON)
    )
    (none,) = frames.mention_parts(database, since=NOON)
    assert len(none) == 0
    assert list(none.dtypes) == list(parts[0].dtypes)


def test_what_a_filter_finds_is_read_in_its_order(database: Database) -> None:
    """As the views of mentions are, in parts of any size."""
    _filled(database)
    which = MentionFilter(since=NOON - HOUR)
    with database.read() as tx:
        asked = tx.mentions.ids(which)
    parts = list(frames.found_parts(database, which, batch=1))
    assert [int(part["id"].item()) for part in parts] == asked
    assert parts[0]["happened_at"].item() > parts[1]["happened_at"].item()
    (none,) = frames.found_parts(database, MentionFilter(since=NOON))
    assert (len(none), list(none.dtypes)) == (0, list(parts[0].dtypes))


def test_counts_are_of_whole_hours_in_utc(database: Database) -> None:
    """Whatever zone the server speaks in."""
    _filled(database)
    frame = frames.counts(database, since=NOON - HOUR)
    (row,) = frame.to_dict("records")
    assert row == {
        "brand": "Ромашка",
        "hour": NOON - HOUR,
        "mentions": 2,
        "negative": 1,
        "stories": 2,
        "negative_stories": 1,
        "authors": 1,
        "publishers": 1,
        "expected_negative": 0.8,
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100, 2**31 - 1])
@pytest.mark.parametrize("since", [None, NOON - 9 * HOUR, NOON + HOUR], ids=str)
@pytest.mark.parametrize("until", [None, NOON - HOUR, datetime(1, 1, 1, 3, tzinfo=UTC)], ids=str)
def test_the_newest_hours_are_the_last_of_all(
    sqlite_database: Database, limit: int, since: datetime | None, until: datetime | None
) -> None:
    """However far back they are, and whatever a source has dated to the first year."""
    _filled(sqlite_database)
    with sqlite_database.begin() as tx:
        source, brand = tx.feeds.active()[0].id, tx.brands.active()[0].id
        for hours in (2, 3, 8, 500):
            mentioned(tx, source, brand, str(hours), published_at=NOON - hours * HOUR)

    found = frames.newest_counts(
        sqlite_database, limit=limit, now=NOON, brand="Ромашка", since=since, until=until
    )

    everything = frames.counts(sqlite_database, brand="Ромашка", since=since, until=until)
    pd.testing.assert_frame_equal(found, everything.tail(limit).reset_index(drop=True))


def test_a_few_hours_are_counted_without_those_of_years(database: Database) -> None:
    """The busier the brands, the nearer lie the hours that are shown."""
    _filled(database)
    asked: list[object] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3]))
    )
    assert len(frames.newest_counts(database, limit=1, now=NOON)) == 1
    (only,) = (str(one) for one in asked if "v_hourly" in str(one))
    assert "2026-03-02 11:00" in only or "2026, 3, 2, 11" in only


@pytest.mark.parametrize("brand", [None, "Ромашка"])
def test_the_hours_of_a_day_are_found_by_an_index(database: Database, brand: str | None) -> None:
    """A look at a day does not read a history of years."""
    _filled(database)
    asked = "hour >= :since" if brand is None else "hour >= :since AND brand = :brand"
    how = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[database.engine.dialect.name]
    with database.read() as tx:
        if tx.connection.dialect.name == "postgresql":  # of three rows it would read the table
            tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = tx.connection.execute(
            text(f"{how} SELECT * FROM v_hourly WHERE {asked}"),
            {"since": "2026-03-02 11:00:00.000000", "brand": brand},
        )
        assert "mention_hours" in str(plan.all())


def test_an_hour_expects_what_its_buckets_expect(database: Database) -> None:
    """A person's word is 1 or 0, "not us" and what is not judged yet add nothing."""
    source, brand = begun(database)
    with database.begin() as tx:
        said, denied, likely, unlikely, strange, _ = (
            mentioned(tx, source, brand, name) for name in "abcdef"
        )
        tones = [
            (said, tone("neutral", negative=0.2)),
            (denied, tone(negative=0.8)),
            (likely, tone(negative=0.4271)),
            (unlikely, tone("neutral", negative=0.3)),
            (strange, tone()),
        ]
        tx.mentions.record_tones(tones, NOON)
        tx.mentions.correct(said, "negative", by="Анна", now=NOON)
        tx.mentions.correct(denied, "neutral", by="Анна", now=NOON)
        tx.mentions.exclude(strange, by="Анна", now=NOON)
        expected = sum(one.negative for one in tx.mentions.counted(brand, NOON - HOUR, NOON))
    (row,) = frames.counts(database).to_dict("records")
    assert (row["negative"], row["expected_negative"]) == (2, 1.7271)
    assert row["expected_negative"] == pytest.approx(expected)


def test_incidents_are_answered_with_the_number_of_their_events(database: Database) -> None:
    """Times that have not come are empty."""
    _filled(database)
    (row,) = frames.incidents(database, brand="Ромашка").to_dict("records")
    assert (row["opened_at"], row["peak"], row["events"]) == (NOON, 3.0, 0)
    assert row["resolved_at"] is pd.NaT


def test_a_frame_is_of_a_half_open_stretch(database: Database) -> None:
    """The beginning belongs to it, the end does not, in the first year as well."""
    _filled(database)
    early = datetime(1, 1, 1, tzinfo=UTC)
    assert len(frames.mentions(database, since=early, until=NOON - HOUR)) == 1
    assert len(frames.mentions(database, since=NOON - HOUR, until=NOON)) == 2
    assert len(frames.mentions(database, brand="нет такой")) == 0


@pytest.mark.parametrize("read", [frames.mentions, frames.counts, frames.incidents])
def test_an_empty_frame_has_the_same_types(
    database: Database, read: Callable[[Database], pd.DataFrame]
) -> None:
    """A program may rely on them before the first mention."""
    empty = read(database)
    _filled(database)
    assert empty.dtypes.to_dict() == read(database).dtypes.to_dict()


def test_a_column_without_values_has_its_type(database: Database) -> None:
    """Nobody has taken the incident or corrected a mention: both are texts all the same."""
    _filled(database)
    assert str(frames.incidents(database)["taken_by"].dtype) == "str"
    mentions = frames.mentions(database)
    assert [str(mentions[name].dtype) for name in ("corrected", "story_id", "id")] == [
        "str", "Int64", "int64",
    ]  # fmt: skip


def test_a_naive_time_is_refused(database: Database) -> None:
    """Whose noon it would be, nobody could tell."""
    with pytest.raises(ValueError, match="naive datetime"):
        frames.counts(database, since=datetime(2026, 3, 2))  # noqa: DTZ001
