"""Read RSS, Atom and JSON feeds; where they only summarise, their pages too."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from crawler.addresses import LED_HOME, host_of, leads_home
from crawler.extract import Extracted, extract
from crawler.feed_formats import FeedError, NoItemsError
from crawler.feeds import Entry, Feed, read_feed
from crawler.fetch import EmptyError, FetchError, Page, SlowError
from crawler.identity import content_hash
from crawler.reading import is_given_up, is_left_alone
from crawler.reissues import is_reissued
from crawler.sources.protocol import (
    FailedPage,
    Finding,
    Found,
    Freshness,
    Visit,
    check_address,
    check_pages,
    check_timezone,
)
from storage.records import NewArticle

FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
PATIENCE = 3  # slow pages of one host, after which a visit asks it for no more


@dataclass(frozen=True, slots=True, kw_only=True)
class RssSource:
    """A feed by its address."""

    kind: ClassVar[str] = "rss"
    url: str
    id: str = ""
    publisher: str = ""
    interval: timedelta | None = None
    enabled: bool = True
    may_be_empty: bool = False  # a search: nothing found is an answer, not a failure
    full_text: bool = False  # fetch the page of every new entry that has only a summary
    max_pages: int = 100  # of them at most, in one visit
    timeout: timedelta = timedelta(minutes=5)  # of one visit; then pages are left out
    timezone: str = "UTC"  # of dates that do not say theirs

    def __post_init__(self) -> None:
        """Refuse what cannot be an address, a time zone or a number of pages, with the mend."""
        check_address(self.url)
        check_timezone(self.timezone)
        check_pages(self.max_pages)

    async def read(self, visit: Visit) -> AsyncGenerator[Finding, None]:
        """The entries not stored yet; nothing where the feed has not changed."""
        limits = _Limits(self.max_pages, self.timeout)
        page = await visit.fetcher.fetch(
            self.url,
            etag=visit.source.etag,
            last_modified=visit.source.last_modified,
            accept=FEED_TYPES,
        )
        if page.is_unchanged:
            yield Freshness(etag=visit.source.etag, last_modified=visit.source.last_modified)
            return
        fresh = Freshness(etag=page.etag, last_modified=page.last_modified)
        try:
            feed = await asyncio.to_thread(self._read_feed, page, visit)
        except EmptyError:
            if self.may_be_empty or visit.source.last_item_at is None:
                yield fresh
                return
            raise  # what it had is gone
        entries = await self._new_of(feed, visit)
        failures = {failure.address: failure for failure in visit.failures}
        is_wanting = feed.breaks_off
        for entry in entries:
            needs_page = self._wants_page(entry) and not (entry.title or entry.text)
            failure = failures.get(entry.url) if needs_page else None
            if failure and is_left_alone(failure, visit.now):
                is_wanting |= not is_given_up(failure)
                continue
            async for finding in self._entry(entry, visit, limits):
                is_wanting |= needs_page and isinstance(finding, FailedPage)
                yield finding
        # An unchanged feed would not name again what was cut off, or what only its page can tell.
        yield Freshness() if is_wanting else fresh

    async def _new_of(self, feed: Feed, visit: Visit) -> list[Entry]:
        """The entries not stored yet, under whatever address."""
        listed = [entry.canonical_url for entry in feed.entries]
        known = await visit.known(listed)
        entries = [entry for entry in feed.entries if entry.canonical_url not in known]
        stored = await visit.alike(
            [entry.published_at for entry in entries if entry.published_at],
            [content_hash(entry.title, entry.text) for entry in entries],
        )
        named = set(listed)
        gone = [article for article in stored if article.canonical_url not in named]
        return [
            entry
            for entry in entries
            if not is_reissued(entry, gone, wants_page=self._wants_page(entry))
        ]

    def _wants_page(self, entry: Entry) -> bool:
        return self.full_text and entry.has_page and not entry.is_whole

    def _read_feed(self, page: Page, visit: Visit) -> Feed:
        try:
            return read_feed(
                page.body,
                url=page.url,
                now=visit.now,
                content_type=page.content_type,
                zone=ZoneInfo(self.timezone),
            )
        except NoItemsError as error:
            raise EmptyError(str(error)) from error
        except FeedError as error:
            raise FetchError(str(error)) from error

    async def _entry(self, entry: Entry, visit: Visit, limits: "_Limits") -> AsyncIterator[Finding]:
        """The article of one entry; its summary stays where its page cannot be read."""
        article, page = _article(entry, visit), ""
        wants_page = self._wants_page(entry)
        if wants_page:
            try:
                async with limits.page(entry.url):
                    article = await self._with_page(article, visit)
                page = entry.url
            except FetchError as error:
                yield FailedPage(address=entry.url, reason=error.reason)
        if article.title or article.text:
            yield Found(article=article, page=page)
        elif page or not wants_page:
            yield FailedPage(address=entry.url, reason="entry has neither title nor text")

    async def _with_page(self, article: NewArticle, visit: Visit) -> NewArticle:
        page = await visit.fetcher.fetch(article.url, accept=PAGE_TYPES, check=visit.robots.check)
        if leads_home(article.url, page.url):
            raise FetchError(LED_HOME, permanent=True)
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


class _Limits:
    """What the pages of one visit may cost: so many, so long, and so much patience with a host."""

    def __init__(self, most: int, longest: timedelta) -> None:
        """The time runs from now on."""
        self._most = most
        self._longest = longest.total_seconds()
        self._end = asyncio.get_running_loop().time() + self._longest
        self._asked = 0
        self._slow: Counter[str] = Counter()  # by host, in a row

    @asynccontextmanager
    async def page(self, url: str) -> AsyncIterator[None]:
        """Around the reading of one page; FetchError where it must be left out or left alone."""
        host = host_of(url)
        self._asked += 1
        if reason := self._reason(host):
            raise FetchError(reason)
        try:
            async with asyncio.timeout_at(self._end):
                yield
        except SlowError:
            self._slow[host] += 1
            raise
        except TimeoutError as error:
            raise FetchError(self._reason(host)) from error
        self._slow[host] = 0

    def _reason(self, host: str) -> str:
        """Why no more pages are read; empty where nothing speaks against one."""
        if self._asked > self._most:
            return f"page left out: more than {self._most} new pages in one visit"
        if self._slow[host] >= PATIENCE:
            return f"page left out: {host} was too slow {PATIENCE} times in a row"
        if asyncio.get_running_loop().time() >= self._end:
            return f"page left out: the visit took longer than {self._longest:g} s"
        return ""


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
