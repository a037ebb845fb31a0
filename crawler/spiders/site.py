"""Crawl one site: its listing or sitemap, then the articles it links to.

Run as a child process (``python -m crawler.spiders.site``) with a SiteJob as the
first line of standard input; what it reads goes out line by line at once. Whatever happens
in here, a hostile page or a crash, touches no other source.
"""

import os
import re
import resource
import socket
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DontCloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.addresses import LED_HOME, canonical_address, leads_home
from crawler.dates import EARLIEST
from crawler.extract import extract
from crawler.guard import AddressGuard, AddressRefusedError
from crawler.links import MOST_SITEMAPS, article_links, looks_like_sitemap, read_sitemap
from crawler.pace import asked_wait
from crawler.spiders.resolver import ALLOWED
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
from crawler.turns import PageLink, in_turns

ASKED_AT_ONCE = 500  # addresses
_LEAVE_ALONE = (429, 503)
_UNSAID_WAIT = timedelta(minutes=10)  # of a site that asks for peace and not for how long
_REASONS: dict[type[Exception], str] = {
    CannotResolveHostError: "name cannot be resolved",
    DownloadConnectionRefusedError: "cannot connect",
    DownloadTimeoutError: "no whole answer in time",
    DownloadCancelledError: "answer is larger than allowed",
    DownloadFailedError: "connection broke off",
    ResponseDataLossError: "answer breaks off",
}
_PAGE_TYPE = re.compile(r"html|xml|text/plain|^$", re.I)


class SiteSpider(scrapy.Spider):
    """The spider of one job."""

    name = "site"

    def __init__(self, job: SiteJob) -> None:
        """Remember the job and what need not be read again."""
        super().__init__()
        self._job = job
        self._claimed = set(job.known)  # by this source
        self._stored = set[str]()  # whichever source brought it
        self._asked = 0
        self._sitemaps = 0
        self._links = 0
        self._listings = dict[int, Iterator[PageLink]]()  # by place in the index
        self._left_over = False
        self._ended = Ended()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **options: Any) -> Self:
        """As Scrapy makes its spiders, told when nothing is left to do."""
        spider = super().from_crawler(crawler, *args, **options)
        crawler.signals.connect(spider.read_articles, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Begin at the listing or sitemap."""
        yield self._listing(self._job.url, 0)

    def read_listing(self, response: Response, place: int) -> Iterator[scrapy.Request]:
        """Follow what the listing or sitemap names and we do not know."""
        if not (self._job.sitemap or looks_like_sitemap(response.body)):
            links = article_links(
                response.body,
                response.url,
                follow=self._job.follow,
                content_type=_content_type(response),
            )
            self._take(links, [EARLIEST] * len(links), place)
            return
        found = read_sitemap(
            response.body,
            now=self._job.now,
            follow=self._job.follow,
            room=MOST_SITEMAPS - self._sitemaps,
        )
        self._left_over |= found.left_over
        if found.is_index:
            first = self._sitemaps + 1
            self._sitemaps += len(found.addresses)  # before another index is read
            for at, address in enumerate(found.addresses, first):
                yield self._listing(address, at)
        else:
            self._take(found.addresses, found.dates, place)

    def read_articles(self) -> None:
        """Once every listing is read, go on to the pages."""
        requests = list(self._articles(in_turns(one for _, one in sorted(self._listings.items()))))
        self._listings = {}
        if requests:
            for request in requests:
                self.crawler.engine.crawl(request)
            raise DontCloseSpider

    def read_article(self, response: Response, address: str, is_below_known: bool) -> None:
        """Send out what the page says."""
        content_type = _content_type(response)
        if not _PAGE_TYPE.search(content_type):
            self._send(UnreadPage(address=address, reason=f"not a page: {content_type[:80]}"))
            return
        own, reached = canonical_address(address), canonical_address(response.url)
        if leads_home(address, response.url):
            self._send(UnreadPage(address=address, reason=LED_HOME))
            return
        if reached != own and reached in self._claimed:
            self._send(UnreadPage(address=address, reason=f"leads to {reached}, read by itself"))
            return
        found = extract(
            response.body,
            now=self._job.now,
            url=response.url,
            content_type=content_type,
            zone=ZoneInfo(self._job.timezone),
            selectors=self._job.selectors,
        )
        if not found.text and not found.title:
            self._send(UnreadPage(address=address, reason="page has neither title nor text"))
            return
        canonical = found.canonical_url or own
        if canonical != own and canonical in self._claimed:
            canonical = own  # the second page of a topic calls itself the first
        elif canonical != own:
            self._look_up([canonical])
            if canonical in self._stored:  # another source brought this very page
                self._send(UnreadPage(address=address, reason=f"stored already as {canonical}"))
                return
        self._claimed.add(canonical)
        self._send(
            ReadPage(
                address=address,
                url=address,
                canonical_url=canonical,
                title=found.title,
                text=found.text,
                author=found.author,
                published_at=found.published_at,
                lang=found.lang,
                is_below_known=is_below_known,
            )
        )

    def fail_listing(self, failure: Failure) -> None:
        """A listing that cannot be read ends the crawl with its reason."""
        if self._links == 0 and not self._ended.reason:
            self._ended = self._end_of(failure)

    def fail_article(self, failure: Failure) -> None:
        """A page that cannot be read is named; a site that asks for peace gets it."""
        address = _request_of(failure).cb_kwargs["address"]
        end = self._end_of(failure)
        self._send(UnreadPage(address=address, reason=end.reason))
        if end.retry_after is not None and not self._ended.reason:
            self._ended = end
            raise CloseSpider(end.reason)

    def closed(self, reason: str) -> None:
        """Say how it ended, as the last line."""
        end = self._ended
        if not end.reason and self._links == 0:
            end = Ended(reason="no article links found; check follow or the address")
        self._send(
            Ended(
                reason=end.reason,
                permanent=end.permanent,
                retry_after=end.retry_after,
                links=self._links,
                # A visit that finds nothing new ends the catching up, whatever it left unread.
                left_over=self._left_over and self._asked > 0,
            )
        )

    def _listing(self, address: str, place: int) -> scrapy.Request:
        return scrapy.Request(
            address,
            callback=self.read_listing,
            errback=self.fail_listing,
            cb_kwargs={"place": place},
            priority=-place,
            dont_filter=True,
        )

    def _take(self, addresses: Sequence[str], dates: Sequence[datetime], place: int) -> None:
        self._links += len(addresses)
        self._listings[place] = self._unclaimed(addresses, dates)

    def _articles(self, links: Iterable[PageLink]) -> Iterator[scrapy.Request]:
        for link in links:
            if link.canonical in self._claimed:
                continue  # two sitemaps name it
            if self._asked >= self._job.max_pages:
                self._left_over = True
                return
            self._claimed.add(link.canonical)
            self._asked += 1
            yield scrapy.Request(
                link.address,
                callback=self.read_article,
                errback=self.fail_article,
                cb_kwargs={"address": link.address, "is_below_known": link.is_below_known},
                priority=-self._asked,  # in this order
                dont_filter=True,  # a page that leads to itself, or to another, is heard of
            )

    def _unclaimed(self, addresses: Sequence[str], dates: Sequence[datetime]) -> Iterator[PageLink]:
        """Those nobody has read yet, with their canonical spelling and whether below what is known.

        That is below something read or tried, and with nothing stored to follow among
        those asked about at once: under a pinned topic stands what is new.
        """
        is_below_any = False
        for start in range(0, len(addresses), ASKED_AT_ONCE):
            some = addresses[start : start + ASKED_AT_ONCE]
            part = [(one, canonical_address(one)) for one in some]
            if all(own in self._claimed for _, own in part):
                is_below_any = True
                continue
            self._look_up([own for _, own in part])
            last = max((at for at, (_, own) in enumerate(part) if own in self._stored), default=-1)
            for at, (address, own) in enumerate(part):
                if own in self._claimed or own in self._stored:
                    is_below_any = True
                else:
                    yield PageLink(
                        address=address,
                        canonical=own,
                        is_below_known=is_below_any and at > last,
                        date=dates[start + at],
                        place=start + at,
                    )

    def _look_up(self, addresses: list[str]) -> None:
        """Ask which of them are stored, whichever source brought them."""
        unsure = tuple(one for one in addresses if one not in self._stored)
        if not unsure:
            return
        self._send(Question(addresses=unsure))
        answer = sys.stdin.buffer.readline()
        if not answer:
            os._exit(1)  # the parent is gone
        self._stored |= ANSWER.validate_json(answer)

    def _end_of(self, failure: Failure) -> Ended:
        """Why a request failed; Scrapy forgets why a name was refused, so it is asked again."""
        if isinstance(failure.value, CannotResolveHostError):
            host = urlsplit(_request_of(failure).url).hostname or ""
            guard = AddressGuard.of(self._job.allow_addresses)
            try:
                guard.check(host, [socket.gethostbyname(host)])
            except AddressRefusedError as error:
                return Ended(reason=str(error), permanent=True)
            except OSError:
                return Ended(reason="name cannot be resolved")
        return _end_of(failure, self._job.now)

    def _send(self, line: Line) -> None:
        try:
            sys.stdout.buffer.write(LINE.dump_json(line) + b"\n")
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os._exit(1)  # the parent is gone; nobody listens, so nobody's site is read on


def main() -> None:
    """Crawl the site of the job on standard input."""
    job = JOB.validate_json(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_AS, (job.memory, job.memory))
    process = AsyncCrawlerProcess(settings_of(job))
    process.crawl(SiteSpider, job=job)
    process.start()


def settings_of(job: SiteJob) -> dict[str, object]:
    """Scrapy as a guest should be: slow, capped, obedient, with no doors left open."""
    return {
        "USER_AGENT": job.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": job.agent,
        "DOWNLOAD_DELAY": job.delay.total_seconds(),
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "CONCURRENT_REQUESTS": 2,
        "DOWNLOAD_TIMEOUT": job.timeout.total_seconds(),
        "DOWNLOAD_MAXSIZE": job.largest_body,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": {"file": None, "data": None, "ftp": None, "s3": None},
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "gzip",
            "Accept-Language": "ru,uk;q=0.9,en;q=0.8",
        },
        "TWISTED_DNS_RESOLVER": "crawler.spiders.resolver.GuardedResolver",
        ALLOWED: list(job.allow_addresses),
        "DNS_TIMEOUT": 10,
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_ENABLED": False,  # what failed is read at the next visit
        "HTTPPROXY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "LOG_ENABLED": False,
    }


def _content_type(response: Response) -> str:
    return _header(response, b"Content-Type")


def _header(response: Response, name: bytes) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _request_of(failure: Failure) -> scrapy.Request:
    """What was asked for last, redirects followed: Scrapy hangs it on the failure itself."""
    request: scrapy.Request = vars(failure)["request"]
    return request


def _end_of(failure: Failure, now: datetime) -> Ended:
    error = failure.value
    if isinstance(error, HttpError):
        return _end_of_status(error.response, now)
    if isinstance(error, IgnoreRequest):
        reason = str(error)
        if "robots.txt" in reason:
            reason = "robots.txt does not allow it"
        elif "DOWNLOAD_MAXSIZE" in reason:
            reason = "answer unpacks to more than allowed"
        return Ended(reason=reason or "refused", permanent=True)
    named = next((said for kind, said in _REASONS.items() if isinstance(error, kind)), "")
    return Ended(reason=named or f"{type(error).__name__}: {str(error)[:200]}".rstrip(": "))


def _end_of_status(response: Response, now: datetime) -> Ended:
    status = response.status
    asked, there = (_header(response, name) for name in (b"Retry-After", b"Date"))
    wait = asked_wait(asked, there, now)
    peace = _UNSAID_WAIT if wait is None else wait
    return Ended(
        reason=f"HTTP {status}",
        permanent=400 <= status < 500 and status not in (408, 425, 429),
        retry_after=peace if status in _LEAVE_ALONE else None,
    )


if __name__ == "__main__":
    main()
