"""What every kind of source is: options from the config, and one way to be read.

A kind is one file in this folder with one frozen dataclass: ``kind`` names
it, its fields are the options of a ``[[source]]`` table, and ``read`` visits
it once, giving what it finds while it finds it. What was given before
something broke is kept; what could not be read is given as a FailedPage, and
a visit that cannot go on at all raises FetchError.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo

from crawler.addresses import find_address, site_of
from crawler.fetch import Fetcher
from crawler.publishers import find_publisher
from crawler.robots import Robots
from storage.feeds import SourceEntry
from storage.records import Article, NewArticle, Source, SourceFailure


async def _no_articles(_moments: Sequence[datetime], _hashes: Sequence[str]) -> list[Article]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit to one source: what is known of it, and the means to read it."""

    source: Source
    fetcher: Fetcher
    robots: Robots
    now: datetime
    known: Callable[[Sequence[str]], Awaitable[set[str]]]  # canonical addresses stored already
    addresses: Callable[[], Awaitable[list[str]]]  # of this source, not to be fetched again
    failures: Sequence[SourceFailure] = ()  # what of this source could not be read so far
    # A turn for a child process, which a source that needs one waits for.
    process: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    # Of this source, the stored articles of one of these times or with one of these hashes.
    alike: Callable[[Sequence[datetime], Sequence[str]], Awaitable[list[Article]]] = _no_articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An article, and the page it was read from when one was fetched for it."""

    article: NewArticle
    page: str = ""
    is_below_known: bool = False  # the source names it after what was stored at earlier visits


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPage:
    """Something of the source that could not be read, and why."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """The source names more than the visit had room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What to send along next time, so that only changes come back."""

    etag: str | None = None
    last_modified: str | None = None


Finding = Found | FailedPage | LeftOver | Freshness


class SourcePlugin(Protocol):
    """One place that publishes, as the config describes it."""

    kind: ClassVar[str]

    @property
    def url(self) -> str:
        """Where it is."""

    @property
    def id(self) -> str:
        """Its name in lists and logs; empty: made of kind and address."""

    @property
    def publisher(self) -> str:
        """The family that owns it; empty: the owner that is known, else the name of its site."""

    @property
    def interval(self) -> timedelta | None:
        """How often it is visited; None: as often as all."""

    @property
    def enabled(self) -> bool:
        """Whether it is visited at all."""

    def read(self, visit: Visit) -> AsyncGenerator[Finding, None]:
        """Visit it once and give what is found, as it is found."""


def key_of(plugin: SourcePlugin) -> str:
    """The stable name under which the source is remembered."""
    return plugin.id or f"{plugin.kind}:{plugin.url}"


def entry_of(plugin: SourcePlugin, *, interval: timedelta) -> SourceEntry:
    """How the database knows the source; ``interval`` is the one for all."""
    site = site_of(plugin.url)
    return SourceEntry(
        key=key_of(plugin),
        kind=plugin.kind,
        address=plugin.url,
        publisher=plugin.publisher or find_publisher(site) or site or plugin.url,
        interval=plugin.interval or interval,
    )


def check_address(url: str, option: str = "url") -> None:
    """Raise ValueError unless the text is a web address."""
    if find_address(url) is None:
        message = f"{option} is not a web address: {url!r}; write it whole, with https://"
        raise ValueError(message)


def check_timezone(name: str) -> None:
    """Raise ValueError unless the text names a time zone."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        message = f"timezone is not known: {name!r}; write for example 'Europe/Moscow'"
        raise ValueError(message) from error


def check_pages(most: int) -> None:
    """Raise ValueError unless a visit may fetch a page."""
    if most < 1:
        message = f"max_pages must be at least 1, not {most}"
        raise ValueError(message)
