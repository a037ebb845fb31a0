"""Read RSS, Atom and JSON feeds; where they only summarise, their pages too."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from crawler.extract import Extracted, extract
from crawler.feed_formats import FeedError
from crawler.feeds import Entry, Feed, read_feed
from crawler.fetch import FetchError, Page
from crawler.sources.protocol import (
    FailedPage,
    Finding,
    Found,
    Freshness,
    Visit,
    check_address,
    check_timezone,
)
from storage.records import NewArticle

FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RssSource:
    """A feed by its address."""

    kind: ClassVar[str] = "rss"
    url: str
    id: str = ""
    publisher: str = ""
    interval: timedelta | None = None
    enabled: bool = True
    full_text: bool = False  # fetch the page of every new entry that has only a summary
    max_pages: int = 100  # of them at most, in one visit
    timezone: str = "UTC"  # of dates that do not say theirs

    def __post_init__(self) -> None:
        """Refuse what cannot be an address or a time zone, with the mend."""
        check_address(self.url)
        check_timezone(self.timezone)

    async def read(self, visit: Visit) -> AsyncGenerator[Finding, None]:
        """The entries not stored yet; nothing where the feed has not changed."""
        page = await visit.fetcher.fetch(
            self.url,
            etag=visit.source.etag,
            last_modified=visit.source.last_modified,
            accept=FEED_TYPES,
        )
        if page.is_unchanged:
            yield Freshness(etag=visit.source.etag, last_modified=visit.source.last_modified)
            return
        feed = await asyncio.to_thread(self._read_feed, page, visit)
        known = await visit.known([entry.canonical_url for entry in feed.entries])
        entries = [entry for entry in feed.entries if entry.canonical_url not in known]
        for place, entry in enumerate(entries):
            wants_page = self.full_text and entry.has_page and not entry.is_whole
            async for finding in self._entry(entry, visit, wants_page, place < self.max_pages):
                yield finding
        yield Freshness(etag=page.etag, last_modified=page.last_modified)

    def _read_feed(self, page: Page, visit: Visit) -> Feed:
        try:
            return read_feed(
                page.body,
                url=page.url,
                now=visit.now,
                content_type=page.content_type,
                zone=ZoneInfo(self.timezone),
            )
        except FeedError as error:
            raise FetchError(str(error)) from error

    async def _entry(
        self, entry: Entry, visit: Visit, wants_page: bool, may_fetch: bool
    ) -> AsyncIterator[Finding]:
        """The article of one entry; its summary stays where its page cannot be read."""
        article, page = _article(entry, visit), ""
        if wants_page:
            try:
                article = await self._with_page(article, visit, may_fetch)
                page = entry.url
            except FetchError as error:
                yield FailedPage(address=entry.url, reason=error.reason)
        if article.title or article.text:
            yield Found(article=article, page=page)
        elif page or not wants_page:
            yield FailedPage(address=entry.url, reason="entry has neither title nor text")

    async def _with_page(self, article: NewArticle, visit: Visit, may_fetch: bool) -> NewArticle:
        if not may_fetch:
            message = f"page left out: more than {self.max_pages} new entries in one visit"
            raise FetchError(message)
        await visit.robots.check(article.url)
        page = await visit.fetcher.fetch(article.url, accept=PAGE_TYPES)
        found = await asyncio.to_thread(self._extract, page, visit)
        if len(found.text) < len(article.text):
            return article  # a paywall or an empty shell; the summary says more
        return replace(
            article,
            title=article.title or found.title,
            text=found.text,
            author=article.author or found.author,
            published_at=article.published_at or found.published_at,
        )

    def _extract(self, page: Page, visit: Visit) -> Extracted:
        return extract(
            page.body,
            now=visit.now,
            url=page.url,
            content_type=page.content_type,
            zone=ZoneInfo(self.timezone),
        )


def _article(entry: Entry, visit: Visit) -> NewArticle:
    return NewArticle(
        source_id=visit.source.id,
        url=entry.url,
        canonical_url=entry.canonical_url,
        title=entry.title,
        text=entry.text,
        author=entry.author,
        published_at=entry.published_at,
        seen_at=visit.now,
    )
