"""Mentions part by part: all of them in order, and nobody kept waiting between two parts."""

from collections.abc import Callable, Iterator, Sized

import pytest
from sqlalchemy import text

from storage import frames
from storage.database import Database
from storage.mention_filter import MentionFilter
from storage.parts import mention_views
from tests.storage.making import HOUR, NOON, begun, mentioned


@pytest.fixture
def names(database: Database) -> dict[int, str]:
    """Three mentions by id, not in the order in which they happened."""
    source, brand = begun(database)
    with database.begin() as tx:
        return {
            mentioned(tx, source, brand, name, published_at=NOON - hours * HOUR): name
            for name, hours in (("a", 1), ("b", 2), ("c", 0))
        }


def test_mentions_are_read_part_by_part(database: Database, names: dict[int, str]) -> None:
    """In the order asked for, whatever their number; none are one empty part."""
    parts = mention_views(database, MentionFilter(), batch=2)
    none = mention_views(database, MentionFilter(since=NOON + HOUR))
    assert [[names[one.mention.id] for one in part] for part in parts] == [["c", "a"], ["b"]]
    assert list(none) == [[]]


def test_a_mention_that_goes_meanwhile_is_left_out(
    database: Database, names: dict[int, str]
) -> None:
    """An operator deleted it by hand between two parts."""
    parts = mention_views(database, MentionFilter(), batch=1)
    shown = [names[next(parts)[0].mention.id]]
    with database.begin() as tx:
        tx.connection.execute(text("DELETE FROM mentions WHERE id = 1"))
    assert shown + [names[one.mention.id] for part in parts for one in part] == ["c", "b"]


_READ = pytest.mark.parametrize(
    "read",
    [
        lambda database: mention_views(database, MentionFilter(), batch=1),
        lambda database: frames.mention_parts(database, batch=1),
    ],
    ids=["views", "frames"],
)


@_READ
def test_what_comes_meanwhile_is_not_among_them(
    database: Database, names: dict[int, str], read: Callable[[Database], Iterator[Sized]]
) -> None:
    """Which they are is of one moment, however many are written beside a long export."""
    parts = read(database)
    next(parts)
    with database.begin() as tx:
        source, brand = tx.feeds.active()[0].id, tx.brands.active()[0].id
        for hours in (-1, 1, 3):
            mentioned(tx, source, brand, f"new {hours}", published_at=NOON - hours * HOUR)
    assert [len(part) for part in parts] == [1, 1]


@_READ
def test_a_slow_reader_holds_no_transaction_open(
    database: Database, names: dict[int, str], read: Callable[[Database], Iterator[Sized]]
) -> None:
    """The log of SQLite would grow, and outdated rows of PostgreSQL stay, while a part is read."""
    parts = read(database)
    assert len(next(parts)) == 1
    with database.begin() as tx:
        tx.brands.sync(["Лютик"], NOON)
    assert _is_free(database)
    assert sum(map(len, parts)) == len(names) - 1


def _is_free(database: Database) -> bool:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            kept_back = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        else:
            kept_back = connection.execute(text(_STILL_OPEN)).scalar_one()
        return not kept_back


_STILL_OPEN = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'idle in transaction'
"""
