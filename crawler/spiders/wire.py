"""What passes between the crawler and the child process that crawls one site.

The job goes in as one JSON document; what is read comes back as JSON Lines,
each complete in itself, so that a child that dies loses nothing it had read.
A line of its own asks which addresses are stored; the answer is a JSON list.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import TypeAdapter

from crawler.extract import Selectors


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteJob:
    """One crawl of one site: where to begin, what to follow, how to behave."""

    url: str
    follow: str
    sitemap: bool
    selectors: Selectors
    known: tuple[str, ...]  # canonical addresses not to be fetched again, as the source knows them
    max_pages: int
    timezone: str
    now: datetime
    user_agent: str
    agent: str
    allow_addresses: tuple[str, ...]
    delay: timedelta
    timeout: timedelta  # of one page
    largest_body: int
    memory: int  # bytes the child may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which of these canonical addresses are stored, whoever brought them?"""

    addresses: tuple[str, ...]
    kind: Literal["question"] = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """An article page that was read."""

    address: str  # as it was linked
    url: str  # where it was found, after redirects
    canonical_url: str
    title: str
    text: str
    author: str | None
    published_at: datetime | None
    lang: str
    is_below_known: bool = False  # in its listing, below all that is stored
    kind: Literal["page"] = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadPage:
    """A page that could not be read."""

    address: str
    reason: str
    kind: Literal["unread"] = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last line: how the crawl ended; an empty reason means well."""

    reason: str = ""
    permanent: bool = False
    retry_after: timedelta | None = None
    links: int = 0  # article links seen, known ones included
    left_over: bool = False  # links to more than there was room for
    kind: Literal["ended"] = "ended"


Line = Question | ReadPage | UnreadPage | Ended

JOB: TypeAdapter[SiteJob] = TypeAdapter(SiteJob)
LINE: TypeAdapter[Line] = TypeAdapter(Line)
ANSWER: TypeAdapter[set[str]] = TypeAdapter(set[str])
