"""Obey robots.txt before fetching a page.

A site without the file allows everything; one that cannot be asked right now
allows nothing until it can (RFC 9309).
"""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

from protego import Protego

from crawler.addresses import host_of
from crawler.encodings import decode
from crawler.fetch import Fetcher, FetchError

LONGEST_FILE = 500_000
LONGEST_DELAY = 30.0  # seconds; who asks for more gets this much


class Robots:
    """What the sites of one pass allow; each is asked once."""

    def __init__(self, fetcher: Fetcher) -> None:
        """Ask with the same client, and so with its guard and its pace."""
        self._fetcher = fetcher
        self._rules: dict[str, asyncio.Task[Protego]] = {}

    async def check(self, url: str) -> None:
        """Raise FetchError when the site does not want this address fetched."""
        rules = await self._of(url)
        if not rules.can_fetch(url, self._fetcher.settings.agent):
            message = "robots.txt does not allow it"
            raise FetchError(message, permanent=True)

    async def delay(self, url: str) -> timedelta:
        """How long the site wants to be left alone between two pages."""
        asked = (await self._of(url)).crawl_delay(self._fetcher.settings.agent)
        return timedelta(seconds=min(asked or 0.0, LONGEST_DELAY))

    async def _of(self, url: str) -> Protego:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.create_task(self._read(origin))
        return await asyncio.shield(self._rules[origin])

    async def _read(self, origin: str) -> Protego:
        try:
            page = await self._fetcher.fetch(f"{origin}/robots.txt")
        except FetchError as error:
            if error.permanent and error.reason.startswith("HTTP 4"):
                return Protego.parse("")
            message = f"robots.txt cannot be read: {error.reason}"
            raise FetchError(message, retry_after=error.retry_after) from error
        rules = Protego.parse(decode(page.body[:LONGEST_FILE], page.content_type).text)
        delay = rules.crawl_delay(self._fetcher.settings.agent) or 0.0
        self._fetcher.pace.slow_down(host_of(origin), timedelta(seconds=min(delay, LONGEST_DELAY)))
        return rules
