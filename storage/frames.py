"""Mentions, counts and incidents as pandas frames, for analysts; times are UTC-aware."""

from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import TextClause, text

from storage.database import Database

_TIMES = {
    "v_mentions": ["happened_at", "published_at", "seen_at"],
    "v_hourly": ["hour"],
    "v_incidents": ["opened_at", "calmed_at", "resolved_at", "taken_at"],
}


def mentions(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_mentions`` in ``[since, until)``, oldest first."""
    return _view(database, "v_mentions", "happened_at", brand, since, until)


def counts(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_hourly`` in ``[since, until)``, oldest first."""
    return _view(database, "v_hourly", "hour", brand, since, until)


def incidents(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_incidents`` opened in ``[since, until)``, oldest first."""
    return _view(database, "v_incidents", "opened_at", brand, since, until)


def _view(
    database: Database,
    view: str,
    time: str,
    brand: str | None,
    since: datetime | None,
    until: datetime | None,
) -> pd.DataFrame:
    sqlite = database.engine.dialect.name == "sqlite"
    wanted = {"brand": brand, "since": since, "until": until}
    values = {
        name: _literal(value) if sqlite and isinstance(value, datetime) else value
        for name, value in wanted.items()
        if value is not None
    }
    with database.engine.connect() as connection:
        frame = pd.read_sql(_query(view, time, set(values)), connection, params=values)
    for column in _TIMES[view]:
        frame[column] = pd.to_datetime(frame[column], utc=True, format="ISO8601")
    return frame


def _query(view: str, time: str, given: set[str]) -> TextClause:
    conditions = {
        "brand": "brand = :brand",
        "since": f"{time} >= :since",
        "until": f"{time} < :until",
    }
    chosen = [condition for name, condition in conditions.items() if name in given]
    where = f" WHERE {' AND '.join(chosen)}" if chosen else ""
    return text(f"SELECT * FROM {view}{where} ORDER BY {time}")


def _literal(moment: datetime) -> str:
    # As SQLAlchemy's SQLite driver writes times: comparable as text.
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
