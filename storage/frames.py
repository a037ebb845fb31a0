"""Mentions, counts and incidents as pandas frames, for analysts; times are UTC-aware.

A frame is the same on both databases: every column has one type, empty frames and
empty cells included, so that two weeks can be read together.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import bindparam, text

from storage.database import Database
from storage.mention_filter import MentionFilter

_TIME = "datetime64[us, UTC]"  # finer units do not reach the years that sources claim
_TYPES = {
    **dict.fromkeys(("happened_at", "published_at", "seen_at", "hour", "created_at"), _TIME),
    **dict.fromkeys(("opened_at", "calmed_at", "resolved_at", "taken_at"), _TIME),
    **dict.fromkeys(("last_error_at", "last_success_at", "last_item_at", "next_due_at"), _TIME),
    **dict.fromkeys(("not_before", "sent_at"), _TIME),
    **dict.fromkeys(("id", "article_id", "level", "events", "revision"), "int64"),
    **dict.fromkeys(("mentions", "stories", "negative_stories", "authors", "publishers"), "int64"),
    **dict.fromkeys(("failures", "attempts"), "int64"),
    **dict.fromkeys(("story_id", "lead_id", "incident_id"), "Int64"),
    **dict.fromkeys(("negative", "neutral", "positive", "expected_negative", "peak"), "float64"),
    **dict.fromkeys(("matched", "crisis", "failed_pages", "why"), "object"),  # lists and tables
    "unsure": "boolean",
}
_TEXT = "str"  # every other column
_AT_ONCE = 5_000  # rows
_FAR = 366 * 24  # hours; whoever looks back further reads all
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def mentions(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_mentions`` in ``[since, until)``, oldest first."""
    parts = mention_parts(database, brand=brand, since=since, until=until)
    return pd.concat(parts, ignore_index=True)


def mention_parts(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    batch: int = _AT_ONCE,
) -> Iterator[pd.DataFrame]:
    """Answer the same part by part, an empty one where there is none.

    Which they are is of one moment; no transaction is open while a part is put to use.
    """
    asked = _asked(database, "happened_at", brand, since, until)
    ids = text(f"SELECT id FROM v_mentions{asked.where} ORDER BY happened_at, id")
    with database.read() as tx:
        found = list(tx.connection.execute(ids, asked.values).scalars())
    yield from _by_ids(database, found, batch)


def found_parts(
    database: Database, which: MentionFilter, *, batch: int = _AT_ONCE
) -> Iterator[pd.DataFrame]:
    """Answer the rows of ``v_mentions`` that the filter finds, in its order, likewise."""
    with database.read() as tx:
        found = tx.mentions.ids(which)
    yield from _by_ids(database, found, batch)


def counts(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_hourly`` in ``[since, until)``, oldest first."""
    frame = _view(database, "v_hourly", ("hour", "brand"), brand, since, until)
    return frame.astype({"negative": "int64"})  # a number of mentions, no probability


def newest_counts(
    database: Database,
    *,
    limit: int,
    now: datetime,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the last rows of the same, at most so many, and read no history of years for them.

    Most hours have a row: it looks so many hours back, then further.
    """
    end = now if until is None else min(until, now)
    for hours in (limit, 8 * limit, 64 * limit):
        length = timedelta(hours=min(hours, _FAR))
        if hours < _FAR and length < end - (since or _BEGINNING):
            frame = counts(database, brand=brand, since=end - length, until=until)
            if len(frame) >= limit:
                break
    else:
        frame = counts(database, brand=brand, since=since, until=until)
    return frame.tail(limit).reset_index(drop=True)


def incidents(
    database: Database,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Answer the rows of ``v_incidents`` opened in ``[since, until)``, oldest first."""
    return _view(database, "v_incidents", ("opened_at", "id"), brand, since, until)


def typed(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Answer rows as a frame of these columns, each of its one type."""
    return _typed(pd.DataFrame(rows, columns=list(columns)))


def _by_ids(database: Database, ids: Sequence[int], batch: int) -> Iterator[pd.DataFrame]:
    """Those of the mentions that are there, in the order in which the ids are given."""
    rows = text("SELECT * FROM v_mentions WHERE id IN :part").bindparams(
        bindparam("part", expanding=True)
    )
    for start in range(0, max(len(ids), 1), batch):
        part = ids[start : start + batch]
        with database.read() as tx:
            frame = pd.read_sql(rows, tx.connection, params={"part": part}, coerce_float=False)
        place = {key: number for number, key in enumerate(part)}
        order = frame["id"].map(place).argsort()
        yield _typed(frame.take(order)).reset_index(drop=True)


def _view(
    database: Database,
    view: str,
    order: Sequence[str],
    brand: str | None,
    since: datetime | None,
    until: datetime | None,
) -> pd.DataFrame:
    asked = _asked(database, order[0], brand, since, until)
    query = text(f"SELECT * FROM {view}{asked.where}")
    with database.read() as tx:
        parts = pd.read_sql(
            query, tx.connection, params=asked.values, coerce_float=False, chunksize=_AT_ONCE
        )
        frame = pd.concat(map(_typed, parts))
    return frame.sort_values(list(order), ignore_index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    where: str
    values: Mapping[str, Any]


def _asked(
    database: Database,
    time: str,
    brand: str | None,
    since: datetime | None,
    until: datetime | None,
) -> _Asked:
    conditions = {
        "brand": "brand = :brand",
        "since": f"{time} >= :since",
        "until": f"{time} < :until",
    }
    wanted = {"brand": brand, "since": since, "until": until}
    sqlite = database.engine.dialect.name == "sqlite"
    values = {
        name: _moment(value, as_text=sqlite) if isinstance(value, datetime) else value
        for name, value in wanted.items()
        if value is not None
    }
    chosen = " AND ".join(conditions[name] for name in values)
    return _Asked(where=f" WHERE {chosen}" if chosen else "", values=values)


def _moment(moment: datetime, *, as_text: bool) -> datetime | str:
    if moment.tzinfo is None:
        message = f"naive datetime {moment.isoformat()}; frames take aware times only"
        raise ValueError(message)
    moment = moment.astimezone(UTC)
    if not as_text:
        return moment
    # As SQLAlchemy's SQLite driver writes times: comparable as text.
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: _column(name, frame[name]) for name in frame.columns})


def _column(name: str, column: "pd.Series[Any]") -> "pd.Series[Any]":
    kind = _TYPES.get(name, _TEXT)
    if kind == _TIME:
        return pd.to_datetime(column, utc=True, format="ISO8601").dt.as_unit("us")
    if kind == "object":
        return column.astype(object).map(
            lambda value: json.loads(value) if isinstance(value, str) else value
        )
    return column.astype(kind)
