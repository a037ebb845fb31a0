"""What a site forbids is not fetched, and it is asked only once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch import Fetcher, FetchError, FetchSettings
from crawler.robots import Robots
from tests.crawler.conftest import Web

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def refusals(manners: FetchSettings, *urls: str) -> list[str]:
    """Why each address may not be fetched; empty where it may."""

    async def run() -> list[str]:
        async with Fetcher(manners, now=NOW) as fetcher:
            robots = Robots(fetcher)
            found = await asyncio.gather(
                *(robots.check(url) for url in urls), return_exceptions=True
            )
            return [one.reason if isinstance(one, FetchError) else "" for one in found]

    return asyncio.run(run())


def test_rules_for_us_and_for_all_are_obeyed(web: Web, manners: FetchSettings) -> None:
    """The file is fetched once, however many pages are asked about."""
    rules = "User-agent: *\nDisallow: /private\n\nUser-agent: Nabat\nDisallow: /no-robots\n"
    web.put("/robots.txt", rules, type="text/plain")
    urls = [f"{web.base}{path}" for path in ("/private", "/no-robots/1", "/news")]
    assert refusals(manners, *urls) == ["", "robots.txt does not allow it", ""]
    assert web.asked("/robots.txt") == 1


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_the_file_allows_everything(
    web: Web, manners: FetchSettings, status: int
) -> None:
    """RFC 9309: unavailable means no rules."""
    web.put("/robots.txt", status=status)
    assert refusals(manners, f"{web.base}/news") == [""]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_site_that_cannot_be_asked_allows_nothing_for_now(
    web: Web, manners: FetchSettings, status: int
) -> None:
    """Unreachable means not yet."""
    web.put("/robots.txt", status=status)
    (reason,) = refusals(manners, f"{web.base}/news")
    assert reason.startswith(f"robots.txt cannot be read: HTTP {status}")


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 500, b"Disallow: /\n", b"<html>404</html>"])
def test_a_file_that_says_nothing_allows_everything(
    web: Web, manners: FetchSettings, body: bytes
) -> None:
    """Rubbish is no rule."""
    web.put("/robots.txt", body)
    assert refusals(manners, f"{web.base}/news") == [""]


def test_the_delay_a_site_asks_for_is_kept(web: Web, manners: FetchSettings) -> None:
    """Told to the pace of the host, within reason."""
    web.put("/robots.txt", "User-agent: *\nCrawl-delay: 7\n", type="text/plain")

    async def run() -> timedelta:
        async with Fetcher(manners, now=NOW) as fetcher:
            return await Robots(fetcher).delay(f"{web.base}/news")

    assert asyncio.run(run()) == timedelta(seconds=7)


def test_private_addresses_are_not_even_asked_for_their_rules(
    web: Web, manners: FetchSettings
) -> None:
    """The guard stands before robots.txt too."""
    closed = replace(manners, allow_addresses=())
    (reason,) = refusals(closed, f"{web.base}/news")
    assert "private address" in reason
    assert web.seen == []
