"""The little of mentions that counting needs, as a query alike in both databases."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from storage.tables import articles, mentions, sources

# A person's word before the model's.
LABEL: ColumnElement[Any] = func.coalesce(mentions.c.corrected, mentions.c.tone_label)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedMention:
    """The little of a mention that counting needs."""

    id: int
    brand_id: int
    article_id: int
    happened_at: datetime
    story_id: int | None
    label: str | None  # a person's word before the model's; None: not scored yet
    negative: float  # probability; 1 or 0 where a person spoke
    author: str | None
    publisher: str


def counted_of(brand_id: int, since: datetime, until: datetime) -> Select[Any]:
    """Ask for the mentions of ``[since, until)``, oldest first, "not us" left out."""
    return (
        select(
            mentions.c.id,
            mentions.c.brand_id,
            mentions.c.article_id,
            mentions.c.happened_at,
            articles.c.story_id,
            LABEL.label("label"),
            case(
                (mentions.c.corrected == "negative", 1.0),
                (mentions.c.corrected.is_not(None), 0.0),
                else_=func.coalesce(mentions.c.tone_negative, 0.0),
            ).label("negative"),
            articles.c.author,
            sources.c.publisher,
        )
        .join(articles, articles.c.id == mentions.c.article_id)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(
            mentions.c.brand_id == brand_id,
            mentions.c.happened_at >= since,
            mentions.c.happened_at < until,
            mentions.c.excluded_at.is_(None),
        )
        .order_by(mentions.c.happened_at, mentions.c.id)
    )
