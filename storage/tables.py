"""The tables, as SQLAlchemy Core describes them; column names are record field names.

Migrations build them (``storage.migrations``); a test holds the two equal.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from storage.columns import Key, Label, Seconds, UtcDateTime, Values, Words

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


def _id() -> Column[int]:
    return Column("id", Key, primary_key=True, autoincrement=True)


def _reference(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Key, ForeignKey(target), nullable=nullable)


sources = Table(
    "sources",
    metadata,
    _id(),
    Column("key", Label(600), nullable=False, unique=True),
    Column("kind", Label(40), nullable=False),
    Column("address", Words, nullable=False),
    Column("publisher", Label(200), nullable=False),
    Column("interval", Seconds, nullable=False),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("next_due_at", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("last_error", Words),
    Column("last_error_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("last_item_at", UtcDateTime),
    Column("learned_gap", Seconds),
    Column("told_dead_at", UtcDateTime),
    Column("created_at", UtcDateTime),
    Column("retired_at", UtcDateTime),
)

source_failures = Table(
    "source_failures",
    metadata,
    _reference("source_id", "sources.id"),
    Column("address", Label(2000), nullable=False),
    Column("reason", Words, nullable=False),
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
    Column("fingerprint", Label(64), nullable=False),
)

articles = Table(
    "articles",
    metadata,
    _id(),
    _reference("source_id", "sources.id"),
    Column("url", Words, nullable=False),
    Column("canonical_url", Label(2000), nullable=False, unique=True),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("author", Label(300)),
    Column("lang", Label(8), nullable=False),
    Column("published_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("happened_at", UtcDateTime, nullable=False, index=True),
    _reference("story_id", "stories.id", nullable=True),
    Column("content_hash", Label(64), nullable=False, index=True),
    Column("match_version", Label(64), nullable=False, default=""),
    Index("ix_articles_story_id", "story_id"),
    Index("ix_articles_source_id_happened_at", "source_id", "happened_at"),
)

brands = Table(
    "brands",
    metadata,
    _id(),
    Column("name", Label(200), nullable=False, unique=True),
    Column("watch_hash", Label(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)

mentions = Table(
    "mentions",
    metadata,
    _id(),
    _reference("article_id", "articles.id"),
    _reference("brand_id", "brands.id"),
    Column("matched", Values, nullable=False),
    Column("crisis", Values, nullable=False),
    Column("snippet", Words, nullable=False),
    Column("kind", Label(20), nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("tone_label", Label(10)),
    Column("tone_negative", Float),
    Column("tone_neutral", Float),
    Column("tone_positive", Float),
    Column("tone_unsure", Boolean),
    Column("tone_model", Label(80)),
    Column("scored_at", UtcDateTime),
    Column("corrected", Label(10)),
    Column("corrected_by", Label(200)),
    Column("corrected_at", UtcDateTime),
    Column("excluded_by", Label(200)),
    Column("excluded_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),  # added, scored, corrected or marked
    UniqueConstraint("article_id", "brand_id"),
    Index("ix_mentions_brand_id_happened_at", "brand_id", "happened_at"),
    Index("ix_mentions_brand_id_changed_at", "brand_id", "changed_at"),
    Index("ix_mentions_tone_model", "tone_model"),
)

newer_tones = Table(
    "newer_tones",
    metadata,
    Column("mention_id", Key, ForeignKey("mentions.id"), primary_key=True, autoincrement=False),
    Column("label", Label(10), nullable=False),
    Column("negative", Float, nullable=False),
    Column("neutral", Float, nullable=False),
    Column("positive", Float, nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("model", Label(80), nullable=False),
)

habits = Table(
    "habits",
    metadata,
    Column("form", Label(200), primary_key=True),
    Column("small", Integer, nullable=False),
    Column("capital", Integer, nullable=False),
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
    Column("expected_negative", Float),
)

incidents = Table(
    "incidents",
    metadata,
    _id(),
    _reference("brand_id", "brands.id"),
    Column("level", Integer, nullable=False),
    Column("state", Label(20), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("situation", Label(80)),
    Column("calmed_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("last_negative_at", UtcDateTime),
    Column("peak", Float, nullable=False, default=0.0),
    Column("revision", Integer, nullable=False, default=0),
    Column("verdict", Label(40)),
    Column("taken_by", Label(200)),
    Column("taken_at", UtcDateTime),
    Column("lead_id", Key, index=True),
    Index("ix_incidents_brand_id_state", "brand_id", "state"),
)

events = Table(
    "events",
    metadata,
    _id(),
    _reference("incident_id", "incidents.id"),
    Column("revision", Integer, nullable=False),
    Column("kind", Label(40), nullable=False),
    Column("level", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("facts", Values, nullable=False),
    Column("by", Label(200)),
    Column("planned_at", UtcDateTime, index=True),
    UniqueConstraint("incident_id", "revision"),
)

notifications = Table(
    "notifications",
    metadata,
    _id(),
    Column("key", Label(300), nullable=False, unique=True),
    _reference("incident_id", "incidents.id", nullable=True),
    _reference("event_id", "events.id", nullable=True),
    _reference("brand_id", "brands.id", nullable=True),
    Column("recipient", Label(200), nullable=False),
    Column("channel", Label(40), nullable=False),
    Column("address", Label(2000), nullable=False),
    Column("topic", BigInteger),
    Column("kind", Label(40), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("language", Label(8), nullable=False),
    Column("payload", Words, nullable=False),
    Column("photo", LargeBinary),
    Column("state", Label(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("priority", Integer, nullable=False, default=1),
    Column("lease_owner", Label(200)),
    Column("lease_until", UtcDateTime),
    Column("first_tried_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("provider_id", Label(300)),
    Column("last_error", Words),
    Column("error_class", Label(20)),
    Index("ix_notifications_state_not_before", "state", "not_before"),
    Index("ix_notifications_incident_id_recipient", "incident_id", "recipient"),
)

destinations = Table(
    "destinations",
    metadata,
    Column("channel", Label(40), primary_key=True),
    Column("address", Label(2000), primary_key=True),
    Column("not_before", UtcDateTime),
    Column("disabled_at", UtcDateTime),
    Column("reason", Words),
    Column("moved_to", Label(2000)),
)

silences = Table(
    "silences",
    metadata,
    _id(),
    _reference("brand_id", "brands.id"),
    Column("until", UtcDateTime, nullable=False),
    Column("by", Label(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("situation", Label(80)),
    Column("publisher", Label(200)),
    Column("reason", Words, nullable=False, default=""),
    Column("ended_at", UtcDateTime),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    _id(),
    _reference("incident_id", "incidents.id"),
    Column("by", Label(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("channel", Label(40), nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Label(200), primary_key=True),
    Column("owner", Label(200), nullable=False),
    Column("token", Integer, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("job", Label(80), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", Words, nullable=False, default=""),
)
