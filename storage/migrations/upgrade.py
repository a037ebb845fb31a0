"""Run the numbered migrations, and say which one a database is at."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from storage.writing import connect_to_write

_LOCK = 0x6E61626174  # "nabat": the advisory lock that makes upgraders queue


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to the revision in one transaction; upgraders at the same time queue."""
    with connect_to_write(engine) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current_revision(connection: Connection) -> str | None:
    """Say which migration the database is at; None when it has none of our tables."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known_revision(revision: str) -> bool:
    """Say whether this program has the migration; it lacks those of newer programs."""
    script = ScriptDirectory.from_config(_config())
    return any(step.revision == revision for step in script.walk_revisions())


def latest_revision() -> str:
    """Say which migration this program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("the installed package has no migrations; reinstall nabat")
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
