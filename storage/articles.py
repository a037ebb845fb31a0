"""Articles: published texts as gathered, each stored once by canonical address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, exists, func, select, update

from storage.records import Article, NewArticle
from storage.tables import articles, mentions, sources
from storage.upsert import insert

_FIELDS = [column for column in articles.c if column.name != "publisher"]


@dataclass(frozen=True, slots=True)
class Articles:
    """The operations on articles."""

    connection: Connection

    def add_new(self, new: Sequence[NewArticle]) -> list[Article]:
        """Store the articles whose canonical address is not there yet; answers only those."""
        if not new:
            return []
        rows = [
            {
                "source_id": article.source_id,
                "url": _storable(article.url),
                "canonical_url": _storable(article.canonical_url),
                "title": _storable(article.title),
                "text": _storable(article.text),
                "author": _storable(article.author)[:300] if article.author else None,
                "lang": article.lang,
                "published_at": article.published_at,
                "seen_at": article.seen_at,
                "happened_at": min(article.published_at or article.seen_at, article.seen_at),
                "content_hash": article.content_hash,
                "match_version": "",
            }
            for article in new
        ]
        statement = (
            insert(self.connection, articles)
            .on_conflict_do_nothing(index_elements=["canonical_url"])
            .returning(articles.c.id)
        )
        ids = [row.id for row in self.connection.execute(statement, rows)]
        return self.by_ids(ids)

    def by_ids(self, ids: Sequence[int]) -> list[Article]:
        """Answer the articles with these ids, in the order of ids in the table."""
        found: list[Article] = []
        for start in range(0, len(ids), 500):
            query = _read().where(articles.c.id.in_(ids[start : start + 500]))
            found += [_article(row) for row in self.connection.execute(query)]
        return found

    def known(self, canonical_urls: Sequence[str]) -> set[str]:
        """Answer which of these canonical addresses are stored already."""
        found: set[str] = set()
        for start in range(0, len(canonical_urls), 500):
            part = canonical_urls[start : start + 500]
            query = select(articles.c.canonical_url).where(articles.c.canonical_url.in_(part))
            found.update(self.connection.execute(query).scalars())
        return found

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

    def since(self, moment: datetime, *, batch: int = 500) -> Iterator[list[Article]]:
        """Walk the articles that happened since the moment, in batches, by id."""
        last = 0
        while True:
            query = (
                _read()
                .where(articles.c.happened_at >= moment, articles.c.id > last)
                .order_by(articles.c.id)
                .limit(batch)
            )
            found = [_article(row) for row in self.connection.execute(query)]
            if not found:
                return
            yield found
            last = found[-1].id

    def unmatched(
        self, version: str, *, limit: int, since: datetime | None = None
    ) -> list[Article]:
        """Answer articles not matched yet against the watches of this version, newest first."""
        query = _read().where(articles.c.match_version != version)
        if since is not None:
            query = query.where(articles.c.happened_at >= since)
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

    def set_stories(self, stories: Mapping[int, int]) -> None:
        """Put each article (key) into a story (value)."""
        statement = (
            update(articles)
            .where(articles.c.id == bindparam("which"))
            .values(story_id=bindparam("story"))
        )
        if stories:
            self.connection.execute(
                statement, [{"which": key, "story": value} for key, value in stories.items()]
            )

    def count(self, *, since: datetime | None = None) -> int:
        """Count the stored articles."""
        query = select(func.count()).select_from(articles)
        if since is not None:
            query = query.where(articles.c.happened_at >= since)
        return self.connection.execute(query).scalar_one()

    def forget_before(self, moment: datetime) -> int:
        """Delete articles seen before the moment in which no brand was ever mentioned."""
        unmentioned = ~exists().where(mentions.c.article_id == articles.c.id)
        done = self.connection.execute(
            delete(articles).where(articles.c.seen_at < moment, unmentioned)
        )
        return int(done.rowcount)


def _read() -> Select[Any]:
    return select(*_FIELDS, sources.c.publisher).join(sources, sources.c.id == articles.c.source_id)


def _storable(text: str) -> str:
    # PostgreSQL refuses NUL, and neither database can encode half of a surrogate pair.
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _article(row: Row[Any]) -> Article:
    return Article(**row._mapping)
