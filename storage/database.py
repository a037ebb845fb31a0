"""The one door to what is remembered.

``Database.begin`` is one unit of work that writes: on SQLite it takes the
write lock at once (``BEGIN IMMEDIATE``), so two writers queue instead of
failing half way. ``Database.read`` only looks. A database that cannot be used
(locked, full, gone, broken) is a StorageError that says what to do.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from storage.articles import Articles
from storage.attempts import Attempts
from storage.brands import Brands
from storage.buckets import Buckets
from storage.deliveries import Deliveries
from storage.destinations import Destinations
from storage.feeds import Feeds
from storage.habits import StoredHabits
from storage.incidents import Incidents
from storage.leases import Leases
from storage.mends import find_mend
from storage.mentions import Mentions
from storage.migrations.upgrade import (
    current_revision,
    is_known_revision,
    latest_revision,
    upgrade,
)
from storage.outbox import Outbox
from storage.silences import Silences
from storage.stories import Stories
from storage.writing import connect_to_read, connect_to_write, writes

BUSY_TIMEOUT_MS = 30_000
_USUALLY = (
    "check that the path or server in [storage] url exists and that this user may write there"
)
_UNKNOWN = "{0} is not supported; use SQLite or PostgreSQL"


class StorageError(Exception):
    """The database cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One unit of work: the operations on each family of tables."""

    connection: Connection
    articles: Articles
    brands: Brands
    buckets: Buckets
    deliveries: Deliveries
    attempts: Attempts
    destinations: Destinations
    feeds: Feeds
    habits: StoredHabits
    incidents: Incidents
    leases: Leases
    mentions: Mentions
    outbox: Outbox
    silences: Silences
    stories: Stories

    @classmethod
    def over(cls, connection: Connection) -> "Transaction":
        """Bind every family to this connection."""
        return cls(
            connection=connection,
            articles=Articles(connection),
            brands=Brands(connection),
            buckets=Buckets(connection),
            deliveries=Deliveries(connection),
            attempts=Attempts(connection),
            destinations=Destinations(connection),
            feeds=Feeds(connection),
            habits=StoredHabits(connection),
            incidents=Incidents(connection),
            leases=Leases(connection),
            mentions=Mentions(connection),
            outbox=Outbox(connection),
            silences=Silences(connection),
            stories=Stories(connection),
        )


class Database:
    """A SQLite file or a PostgreSQL database, by SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        """Prepare the connections; nothing is opened before the first use."""
        self._engine = _engine(url)

    @property
    def engine(self) -> Engine:
        """The engine, for frames and migrations."""
        return self._engine

    @property
    def place(self) -> str:
        """Its address, without what may be secret in it."""
        return _place(self._engine)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """One unit of work that writes: all of it is kept, or nothing."""
        with (
            _explained(self._engine),
            connect_to_write(self._engine) as connection,
            connection.begin(),
        ):
            yield Transaction.over(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Look without writing; one consistent view until the block ends."""
        with (
            _explained(self._engine),
            connect_to_read(self._engine) as connection,
            connection.begin(),
        ):
            yield Transaction.over(connection)

    def upgrade(self) -> None:
        """Bring the tables to this version; safe to repeat and to race."""
        self._refuse_newer()
        with _explained(self._engine):
            upgrade(self._engine)

    def check(self) -> None:
        """Raise StorageError with the mend unless the database can be used as it is.

        A SQLite file that is not there is not made.
        """
        if _is_missing_file(self._engine.url):
            message = (
                f"no database at {self.place}; see to [storage] url and to the folder you are in, "
                "or run `nabat upgrade` to make one"
            )
            raise StorageError(message)
        found = self._refuse_newer()
        if found != latest_revision():
            message = (
                f"database is at version {found or 'none'}, this program needs "
                f"{latest_revision()}; run `nabat upgrade`"
            )
            raise StorageError(message)

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def _refuse_newer(self) -> str | None:
        with _explained(self._engine), self._engine.connect() as connection:
            found = current_revision(connection)
        if found is not None and not is_known_revision(found):
            message = (
                f"database is at version {found}, which is newer than this program "
                f"({latest_revision()}); install the newer program"
            )
            raise StorageError(message)
        return found


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Turn the errors of a database that cannot be used into StorageError with the mend."""
    where = _place(engine)
    try:
        yield
    except NoConnectionLeft as error:
        message = f"too many units of work at once for the database {where}; run fewer workers"
        raise StorageError(message) from error
    except (IntegrityError, DataError, NotSupportedError):
        raise  # the database is well; this program asked for what cannot be
    except DBAPIError as error:
        said = str(error.orig).strip()
        mend = find_mend(said)
        if mend is None and isinstance(error, ProgrammingError):
            raise
        reason = said.splitlines()[0] if said else type(error.orig).__name__
        message = f"cannot use the database {where}: {reason}; {mend or _USUALLY}"
        raise StorageError(message) from error


def _is_missing_file(url: URL) -> bool:
    file = url.database or ":memory:"
    is_path = url.get_backend_name() == "sqlite" and not file.startswith((":memory:", "file:"))
    return is_path and not Path(file).exists()


def _place(engine: Engine) -> str:
    # What follows the question mark may hold a password too.
    return engine.url.set(query={}).render_as_string(hide_password=True)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        engine = create_engine(
            parsed,
            pool_pre_ping=parsed.get_backend_name() != "sqlite",
            # Letters as they are: analysts search these columns.
            json_serializer=partial(json.dumps, ensure_ascii=False, allow_nan=False),
        )
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        message = (
            "cannot read the database address; write sqlite:///nabat.db "
            "or postgresql+psycopg://user@host/name"
        )
        raise StorageError(message) from error
    except ModuleNotFoundError as error:
        message = f"{error.name} is not installed; run `pip install nabat[postgres]`"
        if parsed.get_backend_name() != "postgresql":
            message = _UNKNOWN.format(parsed.get_backend_name())
        raise StorageError(message) from error
    if "@" in (parsed.host or ""):  # the rest of the password, which errors would show
        message = "cannot read the database address; write @ in its password as %40"
        raise StorageError(message)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _prepare_postgresql)
    else:
        message = _UNKNOWN.format(engine.dialect.name)
        raise StorageError(message)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling would begin deferred ones behind our back.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}").close()
    _turn_to_wal(connection)
    for pragma in (
        "synchronous=FULL",  # an alert said to be stored must survive a power cut
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _turn_to_wal(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("PRAGMA journal_mode=WAL").close()
    except sqlite3.OperationalError:
        # Where others turn the file at this moment it fails at once; a lock waits for them.
        connection.execute("BEGIN EXCLUSIVE").close()
        connection.execute("ROLLBACK").close()
        connection.execute("PRAGMA journal_mode=WAL").close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes(connection) else "BEGIN")


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # Times at the ends of the calendar have no name in other zones, and could not be read.
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()
