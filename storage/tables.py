"""The tables, as SQLAlchemy Core describes them; column names are record field names.

Migrations build them (``storage.migrations``); a test holds the two equal.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


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
        value = value.astimezone(UTC)
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


# SQLite hands out row ids only to INTEGER keys; PostgreSQL wants the room of BIGINT.
Key = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Key, primary_key=True, autoincrement=True)


def _reference(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Key, ForeignKey(target), nullable=nullable)


sources = Table(
    "sources",
    metadata,
    _id(),
    Column("key", String(600), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("address", Text, nullable=False),
    Column("publisher", String(200), nullable=False),
    Column("interval", Seconds, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("next_due_at", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("last_error", Text),
    Column("last_error_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("last_item_at", UtcDateTime),
    Column("learned_gap", Seconds),
    Column("created_at", UtcDateTime),
    Column("retired_at", UtcDateTime),
)

source_failures = Table(
    "source_failures",
    metadata,
    _reference("source_id", "sources.id"),
    Column("address", String(2000), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, default=1),
    UniqueConstraint("source_id", "address"),
)

coverage = Table(
    "coverage",
    metadata,
    Column("start_at", UtcDateTime, primary_key=True),
    Column("alive", Integer, nullable=False),
    Column("total", Integer, nullable=False),
)

stories = Table(
    "stories",
    metadata,
    _id(),
    Column("first_article_id", Key, nullable=False, index=True),
    Column("fingerprint", String(64), nullable=False),
)

articles = Table(
    "articles",
    metadata,
    _id(),
    _reference("source_id", "sources.id"),
    Column("url", Text, nullable=False),
    Column("canonical_url", String(2000), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", String(300)),
    Column("lang", String(8), nullable=False),
    Column("published_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("happened_at", UtcDateTime, nullable=False, index=True),
    _reference("story_id", "stories.id", nullable=True),
    Column("content_hash", String(64), nullable=False, index=True),
    Column("match_version", String(64), nullable=False, default=""),
    Index("ix_articles_story_id", "story_id"),
    Index("ix_articles_source_id_happened_at", "source_id", "happened_at"),
)

brands = Table(
    "brands",
    metadata,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("watch_hash", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)

mentions = Table(
    "mentions",
    metadata,
    _id(),
    _reference("article_id", "articles.id"),
    _reference("brand_id", "brands.id"),
    Column("matched", JSON, nullable=False),
    Column("crisis", JSON, nullable=False),
    Column("snippet", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("tone_label", String(10)),
    Column("tone_negative", Float),
    Column("tone_neutral", Float),
    Column("tone_positive", Float),
    Column("tone_unsure", Boolean),
    Column("tone_model", String(80)),
    Column("scored_at", UtcDateTime),
    Column("corrected", String(10)),
    Column("corrected_by", String(200)),
    Column("corrected_at", UtcDateTime),
    Column("excluded_by", String(200)),
    Column("excluded_at", UtcDateTime),
    UniqueConstraint("article_id", "brand_id"),
    Index("ix_mentions_brand_id_happened_at", "brand_id", "happened_at"),
    Index("ix_mentions_tone_model", "tone_model"),
)

buckets = Table(
    "buckets",
    metadata,
    Column("brand_id", Key, ForeignKey("brands.id"), primary_key=True, autoincrement=False),
    Column("start_at", UtcDateTime, primary_key=True),
    Column("mentions", Integer, nullable=False),
    Column("negative", Integer, nullable=False),
    Column("stories", Integer, nullable=False),
    Column("negative_stories", Integer, nullable=False),
    Column("authors", Integer, nullable=False),
    Column("coverage", Float, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    _id(),
    _reference("brand_id", "brands.id"),
    Column("level", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("situation", String(80)),
    Column("calmed_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("last_negative_at", UtcDateTime),
    Column("peak", Float, nullable=False, default=0.0),
    Column("revision", Integer, nullable=False, default=0),
    Column("verdict", String(40)),
    Column("taken_by", String(200)),
    Column("taken_at", UtcDateTime),
    Index("ix_incidents_brand_id_state", "brand_id", "state"),
)

events = Table(
    "events",
    metadata,
    _id(),
    _reference("incident_id", "incidents.id"),
    Column("revision", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("level", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("by", String(200)),
    Column("planned_at", UtcDateTime, index=True),
    UniqueConstraint("incident_id", "revision"),
)

notifications = Table(
    "notifications",
    metadata,
    _id(),
    Column("key", String(300), nullable=False, unique=True),
    _reference("incident_id", "incidents.id", nullable=True),
    _reference("event_id", "events.id", nullable=True),
    _reference("brand_id", "brands.id", nullable=True),
    Column("recipient", String(200), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("address", String(300), nullable=False),
    Column("topic", Integer),
    Column("kind", String(40), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("payload", Text, nullable=False),
    Column("photo", LargeBinary),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("priority", Integer, nullable=False, default=1),
    Column("lease_owner", String(200)),
    Column("lease_until", UtcDateTime),
    Column("first_tried_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("provider_id", String(300)),
    Column("last_error", Text),
    Column("error_class", String(20)),
    Index("ix_notifications_state_not_before", "state", "not_before"),
    Index("ix_notifications_incident_id_recipient", "incident_id", "recipient"),
)

destinations = Table(
    "destinations",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("address", String(300), primary_key=True),
    Column("not_before", UtcDateTime),
    Column("disabled_at", UtcDateTime),
    Column("reason", Text),
    Column("moved_to", String(300)),
)

silences = Table(
    "silences",
    metadata,
    _id(),
    _reference("brand_id", "brands.id"),
    Column("until", UtcDateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("situation", String(80)),
    Column("reason", Text, nullable=False, default=""),
    Column("ended_at", UtcDateTime),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    _id(),
    _reference("incident_id", "incidents.id"),
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("channel", String(40), nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("token", Integer, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("job", String(80), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False, default=""),
)
