"""Inserts that may meet a row already there, in the words of both databases."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert(connection: Connection, table: Table) -> Insert:
    """Give the insert of this database that knows ``ON CONFLICT``."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def put(
    connection: Connection,
    table: Table,
    rows: Iterable[dict[str, Any]],
    *,
    key: Iterable[str],
    change: Iterable[str],
) -> None:
    """Insert the rows; where one with the same key is there, change the named columns.

    They are written in the order of their keys: two writers with the same rows
    in two orders would wait for one another.
    """
    statement = insert(connection, table)
    changes = {name: statement.excluded[name] for name in change}
    names = list(key)
    values = sorted(rows, key=lambda row: [row[name] for name in names])
    if values:
        connection.execute(
            statement.on_conflict_do_update(index_elements=names, set_=changes), values
        )
