"""Connections that write, and connections that only look."""

import pytest

from storage.database import Database, StorageError
from storage.writing import connect_to_read, connect_to_write, writes
from tests.storage.making import NOON


def test_a_connection_knows_whether_it_writes(database: Database) -> None:
    """Only a unit of work that writes locks what it reads."""
    with connect_to_write(database.engine) as one:
        assert writes(one)
    with connect_to_read(database.engine) as other:
        assert not writes(other)


def test_a_reader_sees_one_moment_throughout(database: Database) -> None:
    """What others store meanwhile does not show before the block ends."""
    with database.read() as tx:
        before = tx.brands.all()
        with database.begin() as other:
            other.brands.sync(["Ромашка"], NOON)
        assert tx.brands.all() == before == []
    with database.read() as tx:
        assert len(tx.brands.all()) == 1


def test_postgresql_refuses_to_write_while_reading(postgres_database: Database) -> None:
    """A write in a block that only looks is a mistake, and is found."""
    with pytest.raises(StorageError, match="read-only"), postgres_database.read() as tx:
        tx.brands.sync(["Ромашка"], NOON)
