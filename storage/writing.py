"""Connections that write, and connections that only look."""

from sqlalchemy import Connection, Engine

_OPTION = "nabat_writes"


def connect_to_write(engine: Engine) -> Connection:
    """Take a connection for a unit of work that writes."""
    return engine.connect().execution_options(**{_OPTION: True})


def connect_to_read(engine: Engine) -> Connection:
    """Take a connection that sees one moment throughout, and changes nothing.

    SQLite's transactions are such by themselves; PostgreSQL's are asked to be.
    """
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        return connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    return connection


def writes(connection: Connection) -> bool:
    """Say whether this connection was taken to write."""
    return bool(connection.get_execution_options().get(_OPTION, False))
