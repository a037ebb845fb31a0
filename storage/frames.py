"""Mentions, counts and incidents as pandas frames, for analysts; times are UTC-aware.

A frame is the same on both databases: times, truth values, numbers and matched
words have one type each, empty frames and empty cells included.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import TextClause, text

from storage.database import Database, explained
from storage.writing import connect_to_read

_TIMES = {"happened_at", "published_at", "seen_at", "hour"} | {
    f"{change}_at" for change in ("opened", "calmed", "resolved", "taken")
}
_NUMBERS = {"peak", "neutral", "positive", "expected_negative"}
_KEYS = {"story_id", "lead_id"}
_TRUTHS = {"unsure"}
_JSON = {"matched", "crisis"}


def mentions(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_mentions`` in ``[since, until)``, oldest first."""
    frame = _view(database, "v_mentions", ("happened_at", "id"), brand, since, until)
    return frame.astype({"negative": "float64"})


def counts(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_hourly`` in ``[since, until)``, oldest first."""
    return _view(database, "v_hourly", ("hour", "brand"), brand, since, until)


def incidents(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_incidents`` opened in ``[since, until)``, oldest first."""
    return _view(database, "v_incidents", ("opened_at", "id"), brand, since, until)


def _view(
    database: Database,
    view: str,
    order: Sequence[str],
    brand: str | None,
    since: datetime | None,
    until: datetime | None,
) -> pd.DataFrame:
    sqlite = database.engine.dialect.name == "sqlite"
    wanted = {"brand": brand, "since": since, "until": until}
    values = {
        name: _moment(value, as_text=sqlite) if isinstance(value, datetime) else value
        for name, value in wanted.items()
        if value is not None
    }
    query = _query(view, order[0], set(values))
    with explained(database.engine), connect_to_read(database.engine) as connection:
        frame = pd.read_sql(query, connection, params=values, coerce_float=False)
    for name in frame.columns:
        frame[name] = _typed(name, frame[name])
    return frame.sort_values(list(order), ignore_index=True)


def _query(view: str, time: str, given: set[str]) -> TextClause:
    conditions = {
        "brand": "brand = :brand",
        "since": f"{time} >= :since",
        "until": f"{time} < :until",
    }
    chosen = [condition for name, condition in conditions.items() if name in given]
    where = f" WHERE {' AND '.join(chosen)}" if chosen else ""
    return text(f"SELECT * FROM {view}{where}")


def _moment(moment: datetime, *, as_text: bool) -> datetime | str:
    if moment.tzinfo is None:
        message = f"naive datetime {moment.isoformat()}; frames take aware times only"
        raise ValueError(message)
    moment = moment.astimezone(UTC)
    if not as_text:
        return moment
    # As SQLAlchemy's SQLite driver writes times: comparable as text.
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _typed(name: str, column: "pd.Series[Any]") -> "pd.Series[Any]":
    if name in _TIMES:
        times = pd.to_datetime(column, utc=True, format="ISO8601")
        return times.dt.as_unit("us")  # finer units do not reach the years that sources claim
    if name in _JSON:
        return column.map(lambda value: json.loads(value) if isinstance(value, str) else value)
    if name in _TRUTHS:
        return column.astype("boolean")
    if name in _KEYS:
        return column.astype("Int64")
    if name in _NUMBERS:
        return column.astype("float64")
    return column
