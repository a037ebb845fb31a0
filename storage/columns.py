"""The types of columns, and what each keeps of what it is given."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Float,
    Integer,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect

from storage.storable import shortened, storable, storable_json

_CALENDAR = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out; a naive one is refused at the door."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite keeps them as UTC text without an offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"naive datetime {value.isoformat()}; storage takes aware UTC times only"
            raise ValueError(message)
        value = _in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back, whatever zone the server speaks in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Seconds(TypeDecorator[timedelta]):
    """A length of time, kept as seconds: SQL users can add it up."""

    impl = Float
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:
        """Keep the seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: float | None, dialect: Dialect) -> timedelta | None:
        """Give a timedelta back."""
        return None if value is None else timedelta(seconds=value)


class Label(TypeDecorator[str]):
    """A text of limited length: what is longer is kept shortened, and found so."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        """Hold at most this many characters."""
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Keep what fits."""
        return None if value is None else shortened(value, self.length)


class Words(TypeDecorator[str]):
    """A text of any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Keep what can be stored."""
        return None if value is None else storable(value)


class Values(TypeDecorator[Any]):
    """JSON values."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Keep what can be stored."""
        return storable_json(value)


def kept(column: Column[str], text: str) -> str:
    """Answer what a column of labels keeps of the text."""
    assert isinstance(column.type, Label)
    return shortened(text, column.type.length)


def _in_utc(value: datetime) -> datetime:
    # Sources date things in the year 1 with any offset; the calendar ends there.
    with suppress(OverflowError):
        return value.astimezone(UTC)
    return _CALENDAR[0] if value.year == _CALENDAR[0].year else _CALENDAR[1]


# SQLite hands out row ids only to INTEGER keys; PostgreSQL wants the room of BIGINT.
Key = BigInteger().with_variant(Integer, "sqlite")
