"""Articles: published texts as gathered, each stored once by canonical address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)

from storage.columns import kept
from storage.records import Article, NewArticle
from storage.tables import articles, mentions, sources, stories
from storage.upsert import insert

_FIELDS = [column for column in articles.c if column.name != "publisher"]
_UNMENTIONED = ~exists().where(mentions.c.article_id == articles.c.id)


@dataclass(frozen=True, slots=True)
class Articles:
    """The operations on articles."""

    connection: Connection

    def add_new(self, new: Sequence[NewArticle]) -> list[Article]:
        """Store the articles whose canonical address is not there yet; answers only those.

        They come in the order of their ids, under the addresses by which they were given.
        """
        if not new:
            return []
        rows = [
            {
                "source_id": article.source_id,
                "url": article.url,
                "canonical_url": article.canonical_url,
                "title": article.title,
                "text": article.text,
                "author": article.author or None,
                "lang": article.lang,
                "published_at": article.published_at,
                "seen_at": article.seen_at,
                "happened_at": _happened_at(article),
                "content_hash": article.content_hash,
                "match_version": "",
            }
            # Two writers with the same articles in two orders would wait for one another.
            for article in sorted(new, key=lambda one: one.canonical_url)
        ]
        statement = (
            insert(self.connection, articles)
            .on_conflict_do_nothing(index_elements=["canonical_url"])
            .returning(articles.c.id)
        )
        ids = [row.id for row in self.connection.execute(statement, rows)]
        given = {_kept_url(article.canonical_url): article.canonical_url for article in new}
        return [
            replace(article, canonical_url=given[article.canonical_url])
            for article in self.by_ids(ids)
        ]

    def by_ids(self, ids: Sequence[int]) -> list[Article]:
        """Answer the articles with these ids, in the order of the ids."""
        found: list[Article] = []
        wanted = sorted(ids)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            query = _read().where(articles.c.id.in_(part)).order_by(articles.c.id)
            found += [_article(row) for row in self.connection.execute(query)]
        return found

    def held(self, ids: Sequence[int]) -> set[int]:
        """Answer which of these are still stored; they stay so until the transaction ends."""
        return self._held(articles, ids)

    def known(self, canonical_urls: Sequence[str]) -> set[str]:
        """Answer which of these canonical addresses are stored already."""
        found: set[str] = set()
        for start in range(0, len(canonical_urls), 500):
            part = canonical_urls[start : start + 500]
            query = select(articles.c.canonical_url).where(articles.c.canonical_url.in_(part))
            found.update(self.connection.execute(query).scalars())
        return {url for url in canonical_urls if _kept_url(url) in found}

    def alike(
        self, source_id: int, moments: Sequence[datetime], hashes: Sequence[str]
    ) -> list[Article]:
        """Answer a source's articles of one of these moments, or with one of these hashes."""
        found: dict[int, Article] = {}
        own = articles.c.source_id
        for column, source, wanted in (
            (articles.c.happened_at, own, moments),
            # A sum has no index: SQLite would take the source's, and read all of its past.
            (articles.c.content_hash, own + 0, hashes),
        ):
            distinct = list(dict.fromkeys(wanted))
            for start in range(0, len(distinct), 500):
                part = column.in_(distinct[start : start + 500])
                query = _read().where(source == source_id, part)
                found |= {row.id: _article(row) for row in self.connection.execute(query)}
        return [found[number] for number in sorted(found)]

    def addresses_of(self, source_id: int, *, limit: int = 20_000) -> set[str]:
        """Answer every address under which the newest articles of a source are known."""
        query = (
            select(articles.c.url, articles.c.canonical_url)
            .where(articles.c.source_id == source_id)
            .order_by(articles.c.id.desc())
            .limit(limit)
        )
        return {address for row in self.connection.execute(query) for address in row}

    def after(self, last_id: int, *, since: datetime, limit: int = 500) -> list[Article]:
        """Answer the articles stored after this id that happened since, by id."""
        query = (
            _read()
            .where(articles.c.id > last_id, articles.c.happened_at >= since)
            .order_by(articles.c.id)
            .limit(limit)
        )
        return [_article(row) for row in self.connection.execute(query)]

    def unmatched(
        self,
        version: str,
        *,
        limit: int,
        since: datetime | None = None,
        before_id: int | None = None,
    ) -> list[Article]:
        """Answer articles not matched yet against the watches of this version, newest first.

        ``before_id`` goes on below the last one answered: what lies above need not be
        walked through again.
        """
        query = _read().where(articles.c.match_version != version)
        if since is not None:
            query = query.where(articles.c.happened_at >= since)
        if before_id is not None:
            query = query.where(articles.c.id < before_id)
        query = query.order_by(articles.c.id.desc()).limit(limit)
        return [_article(row) for row in self.connection.execute(query)]

    def count_unmatched(self, version: str, *, since: datetime | None = None) -> int:
        """Count the articles not matched yet against the watches of this version."""
        query = select(func.count()).select_from(articles)
        query = query.where(articles.c.match_version != version)
        if since is not None:
            query = query.where(articles.c.happened_at >= since)
        return self.connection.execute(query).scalar_one()

    def mark_matched(self, ids: Sequence[int], version: str) -> None:
        """Remember that these articles were matched against the watches of this version."""
        statement = (
            update(articles)
            .where(articles.c.id == bindparam("which"))
            .values(match_version=bindparam("version"))
        )
        if ids:
            self.connection.execute(statement, [{"which": i, "version": version} for i in ids])

    def set_stories(self, wanted: Mapping[int, int]) -> None:
        """Put each article (key) into a story (value), unless that was forgotten meanwhile."""
        staying = self._held(stories, wanted.values())
        given = [{"which": key, "story": one} for key, one in wanted.items() if one in staying]
        statement = (
            update(articles)
            .where(articles.c.id == bindparam("which"))
            .values(story_id=bindparam("story"))
        )
        if given:
            self.connection.execute(statement, given)

    def first_seen_at(self) -> datetime | None:
        """Answer when the oldest article that is kept was gathered."""
        query = select(articles.c.seen_at).order_by(articles.c.id).limit(1)
        found: datetime | None = self.connection.execute(query).scalar()
        return found

    def count(self, *, since: datetime | None = None) -> int:
        """Count the stored articles."""
        query = select(func.count()).select_from(articles)
        if since is not None:
            query = query.where(articles.c.happened_at >= since)
        return self.connection.execute(query).scalar_one()

    def unmentioned_before(self, moment: datetime, *, limit: int = 100_000) -> list[int]:
        """Answer articles seen before the moment in which no brand was ever mentioned."""
        query = (
            select(articles.c.id)
            .where(articles.c.seen_at < moment, _UNMENTIONED)
            .order_by(articles.c.seen_at, articles.c.id)
            .limit(limit)
        )
        return list(self.connection.execute(query).scalars())

    def forget(self, ids: Sequence[int]) -> int:
        """Delete these articles but those that are mentioned by now; answers how many went.

        A story goes with its last article. Each is locked before it is asked whether
        anything is about it: who names it meanwhile is waited for, or finds it gone.
        """
        self._lock(articles, articles.c.id.in_(ids))
        gone = self.connection.execute(
            delete(articles)
            .where(articles.c.id.in_(ids), _UNMENTIONED)
            .returning(articles.c.id, articles.c.story_id)
        ).all()
        of_them = stories.c.id.in_({row.story_id for row in gone} - {None})
        begun_by_them = stories.c.first_article_id.in_([row.id for row in gone])
        self._lock(stories, of_them | begun_by_them)
        empty = ~exists().where(articles.c.story_id == stories.c.id)
        begun = exists().where(articles.c.id == stories.c.first_article_id)
        self.connection.execute(delete(stories).where(of_them | begun_by_them, empty, ~begun))
        return len(gone)

    def _held(self, table: Table, ids: Iterable[int]) -> set[int]:
        query = select(table.c.id).where(table.c.id.in_(set(ids))).order_by(table.c.id)
        staying = query.with_for_update(read=True, key_share=True)  # SQLite has one writer anyway
        return set(self.connection.execute(staying).scalars())

    def _lock(self, table: Table, which: ColumnElement[bool]) -> None:
        rows = select(table.c.id).where(which).order_by(table.c.id)
        self.connection.execute(rows.with_for_update()).all()


def _read() -> Select[Any]:
    return select(*_FIELDS, sources.c.publisher).join(sources, sources.c.id == articles.c.source_id)


def _happened_at(article: NewArticle) -> datetime:
    return min(article.published_at or article.guessed_at or article.seen_at, article.seen_at)


def _kept_url(canonical_url: str) -> str:
    return kept(articles.c.canonical_url, canonical_url)


def _article(row: Row[Any]) -> Article:
    return Article(**row._mapping)
