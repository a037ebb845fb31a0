"""One polite HTTP client for feeds and pages.

It asks only for what changed, waits its turn at every host, honours
Retry-After, follows redirects by hand with every hop checked where it
connects, and never lets an answer grow past its caps, packed or unpacked, in
bytes or in time. Whatever goes wrong is a FetchError that says what and
whether to come back.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import httpx

from crawler.addresses import find_address, host_of
from crawler.connect import GuardedTransport
from crawler.guard import AddressGuard, AddressRefusedError
from crawler.inflate import InflateError, inflate
from crawler.pace import HostPace, asked_wait

MOST_REDIRECTS = 5
_STEP = 65_536  # bytes read at a time
_PACKED = frozenset({"br", "compress", "deflate", "zstd"})  # and never asked for
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 507})
_MOVED = frozenset({301, 302, 303, 307, 308})


class FetchError(Exception):
    """An address could not be fetched; ``permanent`` means trying again soon is useless."""

    def __init__(
        self, reason: str, *, permanent: bool = False, retry_after: timedelta | None = None
    ) -> None:
        """Keep what happened and when it may be tried again."""
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after


class SlowError(FetchError):
    """No whole answer came within the time it may take."""


class EmptyError(FetchError):
    """The answer is well-formed and holds nothing; at the next visit it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How the crawler behaves toward the sites it reads."""

    contact: str = ""
    agent: str = "Nabat/0.1"
    allow_addresses: tuple[str, ...] = ()
    longest_body: int = 8 * 1024 * 1024
    timeout: timedelta = timedelta(seconds=20)  # of one answer, redirects included
    host_delay: timedelta = timedelta(seconds=1)  # between two requests to one host
    host_connections: int = 2
    connections: int = 64

    @property
    def user_agent(self) -> str:
        """What the sites see: who asks, and how to reach them."""
        return f"{self.agent} (+{self.contact})" if self.contact else self.agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer: its body, or the word that nothing changed."""

    url: str  # after redirects
    body: bytes = b""
    content_type: str = ""
    etag: str | None = None  # verbatim, where it can be sent back
    last_modified: str | None = None  # likewise
    is_unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: where to, and what was seen there before."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "*/*"


class Fetcher:
    """The client; use it as an asynchronous context manager, one for a whole pass."""

    def __init__(self, settings: FetchSettings, *, now: datetime) -> None:
        """Prepare the client; ``now`` is what an HTTP date is compared with."""
        self._settings = settings
        self._now = now
        self.pace = HostPace(settings.host_delay, settings.host_connections)
        self._transport = GuardedTransport(
            AddressGuard.of(settings.allow_addresses), settings.connections
        )
        self._client = httpx.AsyncClient(
            transport=self._transport,
            timeout=httpx.Timeout(settings.timeout.total_seconds()),
            trust_env=False,
            headers={
                "User-Agent": settings.user_agent,
                "Accept-Encoding": "gzip",
                "Accept-Language": "ru,uk;q=0.9,en;q=0.8",
            },
        )

    @property
    def settings(self) -> FetchSettings:
        """How this client behaves."""
        return self._settings

    async def __aenter__(self) -> Self:
        """Open nothing yet; connections are made when asked for."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        check: Callable[[str], Awaitable[None]] | None = None,
    ) -> Page:
        """The page at an address, or FetchError; redirects are followed and checked.

        ``check`` is asked about each address on the way before it is fetched, and raises
        FetchError where it must not be.
        """
        address = find_address(url)
        if address is None:
            message = f"not a web address: {url[:200]}"
            raise FetchError(message, permanent=True)
        allowance = _Allowance(self._settings.timeout.total_seconds())
        for _ in range(MOST_REDIRECTS + 1):
            if check is not None:
                await check(address)
            ask = Ask(url=address, etag=etag, last_modified=last_modified, accept=accept)
            answer = await self._ask(ask, allowance)
            if isinstance(answer, Page):
                return answer
            address = answer.address
        message = f"more than {MOST_REDIRECTS} redirects"
        raise FetchError(message)

    async def _ask(self, ask: Ask, allowance: "_Allowance") -> "Page | _Redirect":
        """One request in its turn, under the time cap, every failure named."""
        host = host_of(ask.url)
        async with self.pace.turn(host) as held:
            if held is not None:
                message = f"{host} asked to be left alone for now"
                raise FetchError(message, retry_after=held)
            try:
                async with allowance.spend():
                    return await self._answer(ask, host)
            except TimeoutError as error:
                limit = self._settings.timeout.total_seconds()
                message = f"no whole answer within {limit:g} s"
                raise SlowError(message) from error
            except AddressRefusedError as error:
                raise FetchError(str(error), permanent=True) from error
            except InflateError as error:
                raise FetchError(str(error), permanent=error.permanent) from error
            except httpx.InvalidURL as error:
                message = f"not a web address: {ask.url[:200]}"
                raise FetchError(message, permanent=True) from error
            except (httpx.HTTPError, httpx.StreamError) as error:
                raise FetchError(_reason(error)) from error
            except (OSError, ValueError, UnicodeError) as error:
                message = f"cannot connect: {error}"
                raise FetchError(message) from error

    async def _answer(self, ask: Ask, host: str) -> "Page | _Redirect":
        request = self._client.build_request("GET", ask.url, headers=_conditions(ask))
        # Straight to the transport: the client would keep cookies and look into redirects.
        response = await self._transport.handle_async_request(request)
        response.request = request
        try:
            if response.status_code == 304:
                return Page(url=ask.url, is_unchanged=True)
            if response.status_code in _MOVED:
                return _redirect(response, ask.url)
            if not 200 <= response.status_code < 300:
                raise self._refusal(response, host)
            body = await self._body(response)
        finally:
            await response.aclose()
        return Page(
            url=ask.url,
            body=body,
            content_type=response.headers.get("content-type", ""),
            etag=_sendable(response.headers.get("etag")),
            last_modified=_sendable(response.headers.get("last-modified")),
        )

    def _refusal(self, response: httpx.Response, host: str) -> FetchError:
        status = response.status_code
        phrase = response.reason_phrase[:60]
        headers = response.headers
        asked, there = headers.get("retry-after", ""), headers.get("date", "")
        wait = asked_wait(asked, there, self._now)
        if status in (429, 503):
            self.pace.hold(host, wait or timedelta(minutes=1))
        reason = f"HTTP {status} {phrase}".strip()
        return FetchError(reason, permanent=status not in _AGAIN, retry_after=wait)

    async def _body(self, response: httpx.Response) -> bytes:
        limit = self._settings.longest_body
        said = response.headers.get("content-encoding", "").lower()
        # Some say "utf-8" or "none" there; whatever is no packing leaves the body as it is.
        codings = [coding.strip().removeprefix("x-") for coding in said.split(",")]
        if codings.count("gzip") > 1 or not _PACKED.isdisjoint(codings):
            message = f"answer is packed as {said[:40]}, though only gzip was asked for"
            raise FetchError(message, permanent=True)
        parts = response.aiter_raw(_STEP)
        if "gzip" in codings:
            parts = inflate(parts, limit)
        body = bytearray()
        async for part in parts:
            body += part
            if len(body) > limit:
                message = f"answer is larger than {limit // 1024} KiB"
                raise FetchError(message, permanent=True)
        return bytes(body)


@dataclass(slots=True)
class _Allowance:
    """The seconds left for one answer; waiting for a turn costs none of them."""

    left: float

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """TimeoutError once they are used up."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        async with asyncio.timeout(self.left):
            yield
        self.left -= clock() - begun


@dataclass(frozen=True, slots=True)
class _Redirect:
    address: str


def _conditions(ask: Ask) -> dict[str, str]:
    headers = {"Accept": ask.accept}
    if etag := _sendable(ask.etag):
        headers["If-None-Match"] = etag
    if last_modified := _sendable(ask.last_modified):
        headers["If-Modified-Since"] = last_modified
    return headers


def _sendable(validator: str | None) -> str | None:
    """A validator as it came; None where it is not printable ASCII and no request can carry it."""
    return validator if validator and validator.isascii() and validator.isprintable() else None


def _redirect(response: httpx.Response, url: str) -> _Redirect:
    where = response.headers.get("location", "")
    address = find_address(where, url)
    if address is None:
        message = f"redirect to what is no web address: {where[:200]!r}"
        raise FetchError(message, permanent=True)
    return _Redirect(address)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.ConnectError):
        return f"cannot connect: {error}" if str(error) else "cannot connect"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"answer is not HTTP or breaks off: {str(error)[:200]}"
    if isinstance(error, httpx.ReadError):
        return "connection broke off while reading"
    return f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
