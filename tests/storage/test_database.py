"""The door: versions, units of work, two kinds of database."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from storage.database import Database, StorageError
from storage.tables import metadata


def test_migrations_build_exactly_the_tables_of_the_code(database: Database) -> None:
    """From empty, the migrations must equal storage.tables."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_an_upgrade_can_be_repeated(database: Database) -> None:
    """Upgrading twice changes nothing."""
    database.upgrade()
    database.check()


def test_a_database_never_upgraded_says_what_to_run(tmp_path: Path) -> None:
    """The mend is in the message."""
    with pytest.raises(StorageError, match="nabat upgrade"):
        Database(f"sqlite:///{tmp_path / 'new.db'}").check()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "cannot read the database address"),
        ("mysql://x/y", "not installed|not supported"),
        ("sqlite:////nowhere/at/all/nabat.db", r"\[storage\] url"),
    ],
    ids=["not an address", "another kind", "no such folder"],
)
def test_an_unusable_address_is_explained(url: str, said: str) -> None:
    """Every bad address gives a StorageError with the place and the mend."""
    with pytest.raises(StorageError, match=said):
        Database(url).check()


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    """A broken file gives a clear error, not a traceback."""
    path = tmp_path / "nabat.db"
    path.write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(StorageError, match="not a database"):
        Database(f"sqlite:///{path}").upgrade()


def test_a_unit_of_work_that_fails_leaves_nothing(database: Database, now: datetime) -> None:
    """All of a block is kept, or nothing."""

    def sync_and_fail() -> None:
        with database.begin() as tx:
            tx.brands.sync(["Ромашка"], now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        sync_and_fail()
    with database.read() as tx:
        assert tx.brands.active() == []


def test_sqlite_takes_the_write_lock_at_once(tmp_path: Path) -> None:
    """A second writer waits instead of failing half way."""
    database = Database(f"sqlite:///{tmp_path / 'nabat.db'}")
    database.upgrade()
    other = sqlite3.connect(tmp_path / "nabat.db", timeout=0, isolation_level=None)
    with database.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    database.close()


def test_sqlite_is_durable_and_readable_while_written(tmp_path: Path) -> None:
    """WAL and FULL: what was said to be stored survives a power cut."""
    database = Database(f"sqlite:///{tmp_path / 'nabat.db'}")
    with database.read() as tx:
        assert tx.connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert tx.connection.execute(text("PRAGMA synchronous")).scalar() == 2
    database.close()


def test_a_naive_time_is_refused(database: Database) -> None:
    """Times without a zone never reach the tables."""
    with pytest.raises(Exception, match="naive datetime"), database.begin() as tx:
        tx.brands.sync(["Ромашка"], datetime(2026, 3, 2))  # noqa: DTZ001


def test_times_come_back_as_they_went_in(database: Database, now: datetime) -> None:
    """Aware UTC in, aware UTC out, on both kinds."""
    with database.begin() as tx:
        tx.brands.sync(["Ромашка"], now + timedelta(microseconds=1))
    with database.read() as tx:
        assert tx.brands.active()[0].created_at == now + timedelta(microseconds=1)
