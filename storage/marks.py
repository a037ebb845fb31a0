"""Whose word a mention is marked by: what copies that come later take of it, and a filter learns.

A story counts while one copy of it does: a reprint without the word that a person gave
to the others would bring back what is settled.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from storage.tables import articles, mentions

FILTER = "filter: "  # how ``excluded_by`` begins where no person but their marks decided
WITHDRAWN = f"{FILTER}the watch was changed and no longer finds it"
_TONE = ("corrected", "corrected_by", "corrected_at")
_WHOSE = ("excluded_by", "excluded_at")
_AT_ONCE = 500


def follow(connection: Connection, ids: Sequence[int]) -> None:
    """Mark new mentions as all older copies of their story are marked.

    Copies that a person has marked differently have no word in common, and what a
    filter left out has no say.
    """
    new = set(ids)
    for start in range(0, len(ids), _AT_ONCE):
        older: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in connection.execute(_copies_of(ids[start : start + _AT_ONCE])):
            if row.copy_id not in new and not (row.excluded_by or "").startswith(FILTER):
                older[row.mention_id].append(row)
        for names, what in ((_TONE, "corrected"), (_WHOSE, "excluded_at")):
            told = {
                key: copies[-1]
                for key, copies in older.items()
                if copies[-1]._mapping[what] is not None and _agree(copies)
            }
            if told:
                _write(connection, names, told)


def snippets(connection: Connection, brand_id: int, *, limit: int) -> tuple[list[str], list[str]]:
    """Answer snippets people marked "not us", and as many of the brand's own, newest first.

    What a filter left out by itself is neither: it must not teach itself. Of the
    reprints of a story marked together one speaks for all.
    """
    query = (
        select(mentions.c.snippet)
        .where(mentions.c.brand_id == brand_id)
        .order_by(mentions.c.id.desc())
        .limit(limit)
    )
    by_people = (
        select(func.max(mentions.c.id))
        .join(articles, articles.c.id == mentions.c.article_id)
        .where(
            mentions.c.brand_id == brand_id,
            mentions.c.excluded_at.is_not(None),
            mentions.c.excluded_by.not_like(f"{FILTER}%"),
        )
        .group_by(func.coalesce(articles.c.story_id, -articles.c.id))
    )
    others = connection.execute(query.where(mentions.c.id.in_(by_people))).scalars()
    own = connection.execute(query.where(mentions.c.excluded_at.is_(None))).scalars()
    return list(others), list(own)


def _agree(copies: Sequence[Row[Any]]) -> bool:
    return len({(one.corrected, one.excluded_at is None) for one in copies}) == 1


def _copies_of(ids: Sequence[int]) -> Select[Any]:
    """The mentions of the same brand in the same story, oldest first."""
    copy, text = mentions.alias(), articles.alias()
    return (
        select(
            mentions.c.id.label("mention_id"),
            copy.c.id.label("copy_id"),
            *(copy.c[name] for name in (*_TONE, *_WHOSE)),
        )
        .join(articles, articles.c.id == mentions.c.article_id)
        .join(text, text.c.story_id == articles.c.story_id)
        .join(copy, (copy.c.article_id == text.c.id) & (copy.c.brand_id == mentions.c.brand_id))
        .where(mentions.c.id.in_(ids))
        .order_by(mentions.c.id, copy.c.id)
    )


def _write(connection: Connection, names: Sequence[str], told: dict[int, Row[Any]]) -> None:
    statement = (
        update(mentions)
        .where(mentions.c.id == bindparam("which"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    connection.execute(
        statement,
        [
            {"which": key} | {f"new_{name}": copy._mapping[name] for name in names}
            for key, copy in sorted(told.items())
        ],
    )
