"""Mentions: articles that matched a brand's watch, their tone, and what people said of them."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    select,
    update,
)

from storage.codec import pack_crisis, pack_matched, unpack_crisis, unpack_matched
from storage.counted import CountedMention, counted_of
from storage.marks import WITHDRAWN, follow, snippets
from storage.mention_filter import MentionFilter, find_ids
from storage.newer_tones import TONE, UNJUDGED, is_stale, keep
from storage.records import Mention, MentionView, NewMention, Tone
from storage.tables import articles, brands, mentions, sources
from storage.upsert import insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Which mentions changed, told apart from any others, and when the first of them happened."""

    first: datetime  # happened_at
    newest: datetime  # changed_at
    how_many: int
    ids: int  # their sum


_OF_ARTICLE = ("url", "title", "text", "lang", "author", "story_id", "published_at", "seen_at")
_RENEWED = ("matched", "crisis", "snippet", "kind")


@dataclass(frozen=True, slots=True)
class Mentions:
    """The operations on mentions."""

    connection: Connection

    def add_new(self, new: Sequence[NewMention], now: datetime) -> list[int]:
        """Store the mentions not stored yet; answers the ids of those.

        One in a later copy of a story that a person has marked is marked alike.
        """
        if not new:
            return []
        statement = (
            insert(self.connection, mentions)
            .on_conflict_do_nothing(index_elements=["article_id", "brand_id"])
            .returning(mentions.c.id)
        )
        added = [row.id for row in self.connection.execute(statement, _rows(new, now))]
        follow(self.connection, added)
        return added

    def put(self, new: Sequence[NewMention], now: datetime) -> None:
        """Store the mentions, renewing what matched in those stored already.

        One withdrawn before is as if it were new. Where other words match than before, the tone is
        of other passages: it stays until the mention is judged anew.
        """
        if not new:
            return
        statement = insert(self.connection, mentions)
        changes: dict[str, Any] = {name: statement.excluded[name] for name in _RENEWED}
        # As text: PostgreSQL has no equality for JSON, and both were written the same way.
        same = cast(mentions.c.matched, Text) == cast(statement.excluded.matched, Text)
        changes["tone_model"] = case((same, mentions.c.tone_model), else_="")
        withdrawn = mentions.c.excluded_by == WITHDRAWN
        changes |= {
            name: case((withdrawn, value), else_=mentions.c[name])
            for name, value in (
                ("excluded_by", statement.excluded.excluded_by),
                ("excluded_at", statement.excluded.excluded_at),
                ("changed_at", now),
            )
        }
        put = self.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["article_id", "brand_id"], set_=changes
            ).returning(mentions.c.id, mentions.c.created_at),
            _rows(new, now),
        )
        follow(self.connection, [row.id for row in put if row.created_at == now])

    def withdraw(
        self,
        articles: Sequence[int],
        brands: Sequence[int],
        *,
        but: Set[tuple[int, int]],
        now: datetime,
    ) -> int:
        """Leave out of the counts what these articles no longer say of these brands.

        ``but`` holds the article and brand of what still matches; a mention that a person
        has marked stays as it is. Answers how many were withdrawn.
        """
        query = select(mentions.c.id, mentions.c.article_id, mentions.c.brand_id).where(
            mentions.c.article_id.in_(articles),
            mentions.c.brand_id.in_(brands),
            mentions.c.excluded_at.is_(None),
            mentions.c.corrected.is_(None),
        )
        gone = [
            row.id
            for row in self.connection.execute(query)
            if (row.article_id, row.brand_id) not in but
        ]
        statement = (
            update(mentions)
            .where(mentions.c.id == bindparam("which"))
            .values(excluded_by=WITHDRAWN, excluded_at=now, changed_at=now)
        )
        if gone:
            self.connection.execute(statement, [{"which": key} for key in sorted(gone)])
        return len(gone)

    def ids(self, which: MentionFilter) -> list[int]:
        """Answer the ids of mentions, newest first unless asked otherwise."""
        return find_ids(self.connection, which)

    def views(self, which: MentionFilter) -> list[MentionView]:
        """Answer mentions with their articles, newest first unless asked otherwise."""
        return self.in_order(self.ids(which))

    def in_order(self, ids: Sequence[int]) -> list[MentionView]:
        """Answer those of the mentions that are there, in the order in which the ids are given."""
        found = {view.mention.id: view for view in self.by_ids(ids)}
        return [found[key] for key in ids if key in found]

    def by_ids(self, ids: Sequence[int]) -> list[MentionView]:
        """Answer the mentions with these ids, in the order of the ids."""
        found: list[MentionView] = []
        wanted = sorted(ids)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            query = _views().where(mentions.c.id.in_(part)).order_by(mentions.c.id)
            found += [_view(row) for row in self.connection.execute(query)]
        return found

    def unscored(self, model: str, *, limit: int) -> list[MentionView]:
        """Answer mentions this model has not judged yet.

        First those that none has judged, then the others, brand by brand; newest first.
        """
        newest, found = mentions.c.id.desc(), list[int]()
        for which, order in (
            (UNJUDGED, (newest,)),
            (is_stale(model), (mentions.c.brand_id, newest)),
        ):
            query = select(mentions.c.id).where(which).order_by(*order).limit(limit - len(found))
            found += self.connection.execute(query).scalars()
        return self.by_ids(found)

    def record_tones(self, tones: Sequence[tuple[int, Tone]], now: datetime) -> None:
        """Write the judgements by mention id; a person's correction stays beside them.

        What this model has judged in the meantime stays as it is. What another model judged
        gets its new tone together with the rest of its brand, once all of it is judged anew.
        """
        if not tones:
            return
        values: dict[str, Any] = {f"tone_{name}": bindparam(f"new_{name}") for name in TONE}
        self.connection.execute(
            update(mentions)
            .where(mentions.c.id == bindparam("which"), UNJUDGED)
            .values(scored_at=now, changed_at=now, **values),
            [
                {"which": key} | {f"new_{name}": getattr(tone, name) for name in TONE}
                for key, tone in tones
            ],
        )
        keep(self.connection, tones, now)

    def correct(self, mention_id: int, label: str, *, by: str, now: datetime) -> bool:
        """Take a person's word on the tone; False when there is no such mention."""
        return self._mark(mention_id, now, corrected=label, corrected_by=by, corrected_at=now)

    def uncorrect(self, mention_id: int, *, now: datetime) -> bool:
        """Take a person's word on the tone back."""
        return self._mark(mention_id, now, corrected=None, corrected_by=None, corrected_at=None)

    def exclude(self, mention_id: int, *, by: str, now: datetime) -> bool:
        """Take a person's word that this is not about the brand."""
        return self._mark(mention_id, now, excluded_by=by, excluded_at=now)

    def include(self, mention_id: int, *, now: datetime) -> bool:
        """Take "not us" back."""
        return self._mark(mention_id, now, excluded_by=None, excluded_at=None)

    def _mark(self, mention_id: int, now: datetime, **values: Any) -> bool:
        marked = update(mentions).where(mentions.c.id == mention_id)
        return bool(self.connection.execute(marked.values(changed_at=now, **values)).rowcount)

    def marks(self, brand_id: int, *, limit: int = 200) -> tuple[list[str], list[str]]:
        """Answer snippets people marked "not us", and as many of the brand's own, newest first."""
        return snippets(self.connection, brand_id, limit=limit)

    def counted(self, brand_id: int, since: datetime, until: datetime) -> list[CountedMention]:
        """Answer what counting needs of ``[since, until)``, oldest first, "not us" left out."""
        rows = self.connection.execute(counted_of(brand_id, since, until))
        return [CountedMention(**row._mapping) for row in rows]

    def counted_before(
        self, brand_id: int, since: datetime, until: datetime, *, memory: timedelta
    ) -> list[CountedMention]:
        """Answer what was told within ``memory`` before, of the stories told in it again."""
        told = counted_of(brand_id, since, until).with_only_columns(articles.c.story_id)
        again = articles.c.story_id.in_(told.order_by(None).correlate(None))
        rows = self.connection.execute(counted_of(brand_id, since - memory, since).where(again))
        return [CountedMention(**row._mapping) for row in rows]

    def changes(self, brand_id: int, since: datetime) -> Changes | None:
        """Answer which mentions were added, scored or marked since a moment; None: none were."""
        query = select(
            func.min(mentions.c.happened_at),
            func.max(mentions.c.changed_at),
            func.count(),
            func.sum(mentions.c.id),
        ).where(mentions.c.brand_id == brand_id, mentions.c.changed_at >= since)
        first, newest, count, ids = self.connection.execute(query).one()
        return Changes(first=first, newest=newest, how_many=count, ids=int(ids)) if count else None

    def count(self) -> int:
        """Count the stored mentions."""
        return self.connection.execute(select(func.count()).select_from(mentions)).scalar_one()


def _rows(new: Sequence[NewMention], now: datetime) -> list[dict[str, Any]]:
    # Two writers with the same mentions in two orders would wait for one another.
    ordered = sorted(new, key=lambda one: (one.article_id, one.brand_id))
    return [_row(mention, now) for mention in ordered]


def _row(mention: NewMention, now: datetime) -> dict[str, Any]:
    return {
        "article_id": mention.article_id,
        "brand_id": mention.brand_id,
        "matched": pack_matched(mention.matched),
        "crisis": pack_crisis(mention.crisis),
        "snippet": mention.snippet,
        "kind": mention.kind,
        "happened_at": mention.happened_at,
        "created_at": now,
        "changed_at": now,
        "excluded_by": mention.excluded_by,
        "excluded_at": now if mention.excluded_by else None,
    }


def _views() -> Select[Any]:
    return (
        select(
            mentions,
            brands.c.name.label("brand_name"),
            *(articles.c[name] for name in _OF_ARTICLE),
            sources.c.publisher,
            sources.c.key.label("source_key"),
        )
        .join(articles, articles.c.id == mentions.c.article_id)
        .join(brands, brands.c.id == mentions.c.brand_id)
        .join(sources, sources.c.id == articles.c.source_id)
    )


def _view(row: Row[Any]) -> MentionView:
    tone = None
    if row.tone_label is not None:
        tone = Tone(**{name: getattr(row, f"tone_{name}") for name in TONE})
    mention = Mention(
        id=row.id,
        article_id=row.article_id,
        brand_id=row.brand_id,
        matched=unpack_matched(row.matched),
        crisis=unpack_crisis(row.crisis),
        snippet=row.snippet,
        kind=row.kind,
        happened_at=row.happened_at,
        created_at=row.created_at,
        tone=tone,
        corrected=row.corrected,
        corrected_by=row.corrected_by,
        corrected_at=row.corrected_at,
        excluded_by=row.excluded_by,
        excluded_at=row.excluded_at,
    )
    return MentionView(
        mention=mention,
        brand=row.brand_name,
        publisher=row.publisher,
        source=row.source_key,
        **{name: getattr(row, name) for name in _OF_ARTICLE},
    )
