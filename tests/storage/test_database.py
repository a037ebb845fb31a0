"""The door: versions, units of work, two kinds of database."""

import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from storage.database import Database, StorageError
from storage.migrations.upgrade import upgrade
from storage.tables import metadata


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_migrations_build_exactly_the_tables_of_the_code(database: Database) -> None:
    """From empty, the migrations must equal storage.tables."""
    with database.engine.connect() as connection:
        options = {"compare_type": False, "include_object": _is_described}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def _is_described(_object: object, name: str | None, *_: object) -> bool:
    """Indexes of words and of hours are no columns of ours: each database builds its own."""
    return not (name or "").startswith(("article_search", "mention_hours"))


def test_an_upgrade_can_be_repeated(database: Database) -> None:
    """Upgrading twice changes nothing."""
    database.upgrade()
    database.check()


def test_incidents_of_an_older_version_are_crises_of_their_own(database_url: str) -> None:
    """The migration that links incidents keeps the rows and the view of analysts."""
    older = Database(database_url)
    upgrade(older.engine, "0006")
    with older.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO brands (name, watch_hash, created_at) VALUES ('Ромашка', '', :at)"),
            {"at": "2026-03-02 12:00:00+00:00"},
        )
        connection.execute(
            text(
                "INSERT INTO incidents (brand_id, level, state, opened_at, changed_at, peak,"
                " revision) VALUES (1, 2, 'open', :at, :at, 5, 1)"
            ),
            {"at": "2026-03-02 12:00:00.000000"},
        )
    older.upgrade()
    with older.engine.connect() as connection:
        row = connection.execute(text("SELECT brand, level, lead_id FROM v_incidents")).one()
    assert tuple(row) == ("Ромашка", 2, None)
    older.close()


def test_buckets_of_an_older_version_are_kept_and_expect_nothing_yet(database_url: str) -> None:
    """The migration keeps their counts; the hours of analysts know at once what to expect."""
    older = Database(database_url)
    upgrade(older.engine, "0009")
    with older.engine.begin() as connection:
        for statement in _OLD_ROWS:
            connection.execute(text(statement), {"at": "2026-03-02 12:00:00.000000+00:00"})
    older.upgrade()
    with older.read() as tx:
        (bucket,) = tx.buckets.between(1, *_ALWAYS)
        hour = tx.connection.execute(text("SELECT mentions, expected_negative FROM v_hourly"))
        assert tuple(hour.one()) == (1, 0.4)
    assert (bucket.mentions, bucket.negative, bucket.expected_negative) == (5, 3, None)
    older.close()


def test_hours_of_an_older_version_stay_as_they_were(database_url: str) -> None:
    """The migration that indexes them says them in other words to PostgreSQL alone."""
    older = Database(database_url)
    upgrade(older.engine, "0010")
    with older.engine.begin() as connection:
        for statement in _OLD_ROWS:
            connection.execute(text(statement), {"at": "2026-03-02 12:34:56.000000+00:00"})
        before = connection.execute(text("SELECT * FROM v_hourly")).mappings().all()
    older.upgrade()
    with older.engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM v_hourly")).mappings().all() == before
    older.close()


def test_a_database_never_upgraded_says_what_to_run(tmp_path: Path) -> None:
    """The mend is in the message."""
    with pytest.raises(StorageError, match="nabat upgrade"):
        Database(f"sqlite:///{tmp_path / 'new.db'}").check()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "cannot read the database address"),
        ("mysql://x/y", "mysql is not supported; use SQLite or PostgreSQL"),
        ("sqlite:////nowhere/at/all/nabat.db", r"\[storage\] url"),
        ("postgresql+psycopg://nabat@host:port/nabat", "cannot read the database address"),
    ],
    ids=["not an address", "another kind", "no such folder", "no port"],
)
def test_an_unusable_address_is_explained(url: str, said: str) -> None:
    """Every bad address gives a StorageError with the place and the mend."""
    with pytest.raises(StorageError, match=said):
        Database(url).check()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://nabat:Sec@ret@127.0.0.1:1/nabat",
        "postgresql+psycopg://nabat:Secret@127.0.0.1:1/nabat",
        "postgresql+psycopg://nabat@127.0.0.1:1/nabat?password=Secret",
        "postgresql+psycopg://nabat@127.0.0.1:1/nabat?sslpassword=Secret",
    ],
    ids=["with a sign", "before the host", "as an option", "of the key"],
)
def test_no_error_shows_the_password(url: str) -> None:
    """It goes to logs and chats; the place of the database is enough for the mend."""
    with pytest.raises(StorageError, match="database") as caught:
        Database(url).check()
    assert "ret" not in str(caught.value)


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


def test_whoever_opens_a_new_file_waits_for_others_that_do(tmp_path: Path) -> None:
    """One that is taken while it is not yet WAL is no failure."""
    other = sqlite3.connect(tmp_path / "nabat.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def let_go(statement: str) -> None:
        if statement == "BEGIN EXCLUSIVE":
            other.execute("COMMIT")

    def watch(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(let_go)

    database = Database(f"sqlite:///{tmp_path / 'nabat.db'}")
    event.listen(database.engine, "connect", watch, insert=True)
    with database.read() as tx:
        assert tx.connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    other.close()
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


def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    """Neither used nor upgraded; the mend is the newer program."""
    with database.begin() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (database.check, database.upgrade):
        with pytest.raises(StorageError, match="newer than this program"):
            use()


def test_a_locked_database_is_explained(sqlite_database: Database) -> None:
    """Whoever holds it is asked to let go."""
    event.listen(sqlite_database.engine, "checkout", _impatient)
    with (
        sqlite_database.begin(),
        pytest.raises(StorageError, match=r"locked.*close"),
        sqlite_database.begin(),
    ):
        pass


def test_a_full_disk_is_explained_and_leaves_nothing_half_written(
    sqlite_database: Database, now: datetime
) -> None:
    """All of a block is kept, or nothing, also when the disk is full."""

    def fill() -> None:
        with sqlite_database.begin() as tx:
            tx.connection.execute(text("PRAGMA max_page_count=1"))
            tx.brands.sync([f"{n} {'я' * 150}" for n in range(2000)], now)

    with pytest.raises(StorageError, match=r"full.*free some space"):
        fill()
    with sqlite_database.read() as tx:
        assert tx.brands.all() == []


def test_tables_that_are_missing_say_what_to_run(database_url: str) -> None:
    """Using a database never upgraded is explained by every block."""
    database = Database(database_url)
    with pytest.raises(StorageError, match="nabat upgrade"), database.read() as tx:
        tx.brands.all()
    database.close()


def test_a_mistake_of_the_program_is_not_blamed_on_the_database(database: Database) -> None:
    """Broken references and broken SQL stay what they are."""
    with pytest.raises(IntegrityError), database.begin() as tx:
        tx.buckets.connection.execute(
            text("INSERT INTO stories (first_article_id, fingerprint) VALUES (NULL, '')")
        )


def test_a_server_that_goes_away_is_explained_and_comes_back(
    postgres_url: str, now: datetime
) -> None:
    """The unit of work is lost as a whole; the next one connects again."""
    database = Database(postgres_url)
    database.upgrade()

    def lose_the_server() -> None:
        with database.begin() as tx:
            tx.brands.sync(["Ромашка"], now)
            number = tx.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with database.begin() as other:
                other.connection.execute(text(f"SELECT pg_terminate_backend({number})"))
            tx.brands.all()

    with pytest.raises(StorageError, match="went away"):
        lose_the_server()
    with database.read() as tx:
        assert tx.brands.all() == []
    database.close()


def test_a_process_killed_in_a_unit_of_work_leaves_nothing(database_url: str) -> None:
    """kill -9 between two statements: nothing is half written, nobody stays locked out."""
    database = Database(database_url)
    database.upgrade()
    with Popen([sys.executable, "-c", _HALF_WAY, database_url], stdout=PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"half way\n"
        child.kill()
    with database.begin() as tx:
        assert tx.brands.all() == []
    database.close()


def test_processes_that_upgrade_at_once_queue(database_url: str) -> None:
    """Each finds the tables complete."""
    upgrading = [Popen([sys.executable, "-c", _UPGRADE, database_url]) for _ in range(3)]
    assert [child.wait() for child in upgrading] == [0, 0, 0]
    database = Database(database_url)
    database.check()
    database.close()


_UPGRADE = "import sys; from storage.database import Database; Database(sys.argv[1]).upgrade()"
_ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_OLD_ROWS = (
    "INSERT INTO brands (name, watch_hash, created_at) VALUES ('Ромашка', '', :at)",
    "INSERT INTO sources (key, kind, address, publisher, interval, failures)"
    " VALUES ('rss:one', 'rss', '', 'Новости', 900, 0)",
    "INSERT INTO articles (source_id, url, canonical_url, title, text, lang, seen_at, happened_at,"
    " content_hash, match_version) VALUES (1, '', '', '', '', 'ru', :at, :at, '', '')",
    "INSERT INTO mentions (article_id, brand_id, matched, crisis, snippet, kind, happened_at,"
    " created_at, changed_at, tone_label, tone_negative)"
    " VALUES (1, 1, '[]', '[]', '', 'brand', :at, :at, :at, 'neutral', 0.4)",
    "INSERT INTO buckets (brand_id, start_at, mentions, negative, stories, negative_stories,"
    " authors, coverage) VALUES (1, :at, 5, 3, 2, 1, 1, 1)",
)
_HALF_WAY = """
import signal, sys
from datetime import UTC, datetime
from storage.database import Database
with Database(sys.argv[1]).begin() as tx:
    tx.brands.sync(["one"], datetime(2026, 3, 2, tzinfo=UTC))
    tx.brands.sync(["two"], datetime(2026, 3, 2, tzinfo=UTC))
    print("half way", flush=True)
    signal.pause()
"""


def _impatient(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
    connection.execute("PRAGMA busy_timeout=0").close()
