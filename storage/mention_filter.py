"""Which mentions are asked for, and in what order.

Their ids alone are looked up here: the texts of a million articles are neither sorted
nor held in memory, whoever reads the mentions takes them part by part.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from storage.counted import LABEL
from storage.marks import FILTER
from storage.search import has_word, may_have_words
from storage.tables import articles, brands, mentions, sources

_UNSURE = and_(
    mentions.c.tone_unsure.is_(True),
    mentions.c.corrected.is_(None),
    or_(mentions.c.excluded_by.is_(None), mentions.c.excluded_by.like(f"{FILTER}%")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionFilter:
    """Which mentions to answer."""

    brand: str | None = None
    brand_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    negative: bool = False
    unsure: bool = False  # the model is, and no person has marked them
    corrected: bool = False  # a person gave the tone
    source: str | None = None
    search: tuple[tuple[str, ...], ...] = ()  # each word in one of its forms
    story_id: int | None = None
    excluded: bool = False  # also those that are "not us"
    oldest_first: bool = False
    limit: int | None = None


def find_ids(connection: Connection, which: MentionFilter) -> list[int]:
    """Answer the ids of the mentions, newest first unless asked otherwise."""
    query = (
        select(mentions.c.id)
        .join(articles, articles.c.id == mentions.c.article_id)
        .where(*_of_mention(which), *_of_article(which))
        .order_by(*_order(which))
        .limit(which.limit)
    )
    if (indexed := may_have_words(connection, which.search)) is not None:
        query = query.where(indexed)
    return list(connection.execute(query).scalars())


def _of_mention(which: MentionFilter) -> list[ColumnElement[bool]]:
    at, conditions = _at(which), list[ColumnElement[bool]]()
    if which.brand is not None:
        named = select(brands.c.id).where(brands.c.name == which.brand)
        conditions.append(mentions.c.brand_id == named.scalar_subquery())
    if which.brand_id is not None:
        conditions.append(mentions.c.brand_id == which.brand_id)
    if which.since is not None:
        conditions.append(at >= which.since)
    if which.until is not None:
        conditions.append(at < which.until)
    if which.negative:
        conditions.append(LABEL == "negative")
    if which.unsure:
        conditions.append(_UNSURE)
    if which.corrected:
        conditions.append(mentions.c.corrected.is_not(None))
    if not which.excluded:
        conditions.append(mentions.c.excluded_at.is_(None))
    return conditions


def _of_article(which: MentionFilter) -> list[ColumnElement[bool]]:
    conditions = [has_word((articles.c.title, articles.c.text), forms) for forms in which.search]
    if which.source is not None:
        named = or_(sources.c.key == which.source, sources.c.publisher == which.source)
        conditions.append(articles.c.source_id.in_(select(sources.c.id).where(named)))
    if which.story_id is not None:
        conditions.append(articles.c.story_id == which.story_id)
    return conditions


def _order(which: MentionFilter) -> tuple[ColumnElement[Any], ...]:
    at = _at(which)
    if which.oldest_first:
        return at, mentions.c.id
    return at.desc(), mentions.c.id.desc()


def _at(which: MentionFilter) -> ColumnElement[Any]:
    """When it happened, as the article says it or the mention does: each has its index."""
    of_one_brand = which.brand is not None or which.brand_id is not None
    return mentions.c.happened_at if of_one_brand else articles.c.happened_at
