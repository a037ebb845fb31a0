"""Inserts that may meet a row already there."""

from sqlalchemy import select

from storage.database import Database
from storage.tables import coverage
from storage.upsert import put
from tests.storage.making import NOON


def test_the_last_of_rows_with_one_key_stays(database: Database) -> None:
    """The same key twice in one call is no error on either database."""
    rows = [{"start_at": NOON, "alive": n, "total": 3} for n in range(3)]
    with database.begin() as tx:
        put(tx.connection, coverage, rows, key=["start_at"], change=["alive"])
        put(tx.connection, coverage, [], key=["start_at"], change=["alive"])
        assert [row.alive for row in tx.connection.execute(select(coverage))] == [2]
