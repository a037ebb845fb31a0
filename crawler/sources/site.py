"""Crawl a site by its listing or sitemap; for what has no feed, and for forums."""

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar, Self

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from pydantic import ValidationError

from crawler.extract import Selectors
from crawler.fetch import FetchError
from crawler.sources.protocol import (
    FailedPage,
    Finding,
    Found,
    Freshness,
    LeftOver,
    Visit,
    check_address,
    check_pages,
    check_timezone,
)
from crawler.spiders.wire import (
    ANSWER,
    JOB,
    LINE,
    Ended,
    Line,
    Question,
    ReadPage,
    SiteJob,
    UnreadPage,
)
from storage.records import NewArticle

LONGEST_LINE = 16 * 1024 * 1024
MEMORY = 2 * 1024 * 1024 * 1024  # address space of the child; it uses about a tenth

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSource:
    """A site by the address of a listing or sitemap."""

    kind: ClassVar[str] = "site"
    url: str
    id: str = ""
    publisher: str = ""
    interval: timedelta | None = None
    enabled: bool = True
    follow: str = ""  # pattern of article addresses; empty: what looks like an article
    sitemap: bool = False  # url is a sitemap (recognised anyway when it looks like one)
    selectors: dict[str, str] = field(default_factory=dict)  # CSS: title, text, author, date
    max_pages: int = 50  # in one visit; the rest is left for the next
    timeout: timedelta = timedelta(minutes=5)  # of one visit
    timezone: str = "UTC"  # of dates that do not say theirs

    def __post_init__(self) -> None:
        """Refuse what cannot work, with the mend."""
        check_address(self.url)
        check_timezone(self.timezone)
        try:
            re.compile(self.follow)
        except re.error as error:
            message = f"follow is not a pattern: {self.follow!r}: {error}"
            raise ValueError(message) from error
        _check_selectors(self.selectors)
        check_pages(self.max_pages)

    async def read(self, visit: Visit) -> AsyncGenerator[Finding, None]:
        """The articles linked and not stored yet, each given as soon as it is read."""
        await visit.robots.check(self.url)
        delay = await visit.robots.delay(self.url)
        job = self._job(visit, await visit.addresses(), delay)
        async with visit.process(), _Child(self.timeout) as child:
            async for finding in self._listen(child, job, visit):
                yield finding
        yield Freshness()

    def _job(self, visit: Visit, known: list[str], delay: timedelta) -> SiteJob:
        settings = visit.fetcher.settings
        return SiteJob(
            url=self.url,
            follow=self.follow,
            sitemap=self.sitemap,
            selectors=Selectors(**self.selectors),
            known=tuple(known),
            max_pages=self.max_pages,
            timezone=self.timezone,
            now=visit.now,
            user_agent=settings.user_agent,
            agent=settings.agent,
            allow_addresses=settings.allow_addresses,
            delay=max(settings.host_delay, delay),
            timeout=settings.timeout,
            largest_body=settings.longest_body,
            memory=MEMORY,
        )

    async def _listen(self, child: "_Child", job: SiteJob, visit: Visit) -> AsyncIterator[Finding]:
        """What the child reads, until its last word; FetchError where that was no good one."""
        try:
            async for line in child.lines(job):
                match line:
                    case Question():
                        await child.hear(ANSWER.dump_json(await visit.known(line.addresses)))
                    case ReadPage():
                        yield Found(
                            article=_article(line, visit),
                            page=line.address,
                            is_below_known=line.is_below_known,
                        )
                    case UnreadPage():
                        yield FailedPage(address=line.address, reason=line.reason)
                    case Ended():
                        _raise_for(line)
                        if line.left_over:
                            yield LeftOver()
                        return
        except TimeoutError as error:
            seconds = self.timeout.total_seconds()
            message = f"crawl stopped after {seconds:g} s; what it had read is kept"
            raise FetchError(message) from error
        message = f"crawl broke off ({await child.last_words()}); what it had read is kept"
        raise FetchError(message)


def _check_selectors(selectors: dict[str, str]) -> None:
    known = [one.name for one in fields(Selectors)]
    for name, selector in selectors.items():
        if name not in known:
            near = get_close_matches(name, known, 1, 0.0)
            message = f"selectors.{name}: unknown; did you mean {near[0]!r}?"
            raise ValueError(message)
        try:
            CSSSelector(selector, translator="html")
        except SelectorError as error:
            message = f"selectors.{name} is not a CSS selector: {selector!r}: {error}"
            raise ValueError(message) from error


class _Child:
    """The child process of one crawl; nothing of it outlives the ``async with`` block."""

    def __init__(self, timeout: timedelta) -> None:
        self._timeout = timeout

    async def __aenter__(self) -> Self:
        # A file, not a pipe: a child that complains at length must not stand still for it.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "crawler.spiders.site",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._complaints,
            cwd=_ROOT,
            limit=LONGEST_LINE,
            start_new_session=True,  # Ctrl-C reaches the parent, which ends the child itself
        )
        self._deadline = asyncio.get_running_loop().time() + self._timeout.total_seconds()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._complaints.close()

    async def lines(self, job: SiteJob) -> AsyncIterator[Line]:
        """What the child says, line by line; TimeoutError once the time is over."""
        await self.hear(JOB.dump_json(job))
        assert self._process.stdout is not None
        while True:
            async with asyncio.timeout_at(self._deadline):
                raw = await self._process.stdout.readline()
            if not raw:
                return
            with suppress(ValidationError):  # anything else that was printed
                yield LINE.validate_json(raw)

    async def hear(self, line: bytes) -> None:
        """Tell the child; one that is gone need not hear it."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError, ConnectionResetError):
            self._process.stdin.write(line + b"\n")
            async with asyncio.timeout_at(self._deadline):
                await self._process.stdin.drain()

    async def last_words(self) -> str:
        """How the child ended, and the last thing it complained of."""
        code = await self._process.wait()
        self._complaints.seek(0)
        said = self._complaints.read(1_000_000).decode("utf-8", "replace").strip().splitlines()
        return f"exit code {code}: {said[-1][:200]}" if said else f"exit code {code}"


def _raise_for(end: Ended) -> None:
    if end.reason:
        raise FetchError(end.reason, permanent=end.permanent, retry_after=end.retry_after)


def _article(page: ReadPage, visit: Visit) -> NewArticle:
    return NewArticle(
        source_id=visit.source.id,
        url=page.url,
        canonical_url=page.canonical_url,
        title=page.title,
        text=page.text,
        author=page.author,
        published_at=page.published_at,
        seen_at=visit.now,
        lang=page.lang,
    )
