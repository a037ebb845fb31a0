"""A pass over 300 sources in which nothing is new: none due, then all due and unchanged.

Usage: python -m benchmarks.idle_tick [--sources 300]

The limit is measured in the same run: the same 300 addresses asked with bare
httpx, one client, the same conditions. Exit code 1 when a pass in which
nothing is due takes over a second, or one with 304 answers from all costs more
than four times the bare client.
"""

import argparse
import asyncio
import sys
import time
from datetime import timedelta

import httpx

from benchmarks.loopback import (
    ALLOWED,
    NOW,
    Document,
    cpu_seconds,
    feed_of,
    fresh_database,
    serving,
)
from crawler.fetch import FetchSettings
from crawler.ingest import Ingest
from crawler.matching import Matcher
from crawler.poll import poll
from crawler.sources.protocol import entry_of
from crawler.sources.rss import RssSource
from storage.database import Database
from storage.records import Watch

LONGEST_IDLE = 1.0  # seconds
FLOOR = 0.25


def main() -> None:
    """Print the three passes and the ratio."""
    parser = argparse.ArgumentParser(description="Time a pass that finds nothing new.")
    parser.add_argument("--sources", type=int, default=300)
    count = parser.parse_args().sources
    documents = {f"/{n}": Document(feed_of(n, 3), "application/rss+xml") for n in range(count)}
    with serving(documents) as base, fresh_database() as database:
        plugins = [RssSource(url=base + path) for path in documents]
        idle, unchanged = _passes(database, plugins)
        bare = _bare([plugin.url for plugin in plugins])
    print(f"nothing due              {idle * 1000:8.1f} ms for {count} sources")
    print(f"all due, all unchanged   {count / unchanged:8.0f} sources per processor second")
    print(f"bare httpx, unchanged    {count / bare:8.0f} addresses per processor second")
    print(f"ratio to httpx           {bare / unchanged:8.2f} (limit {FLOOR})")
    sys.exit(0 if idle <= LONGEST_IDLE and bare / unchanged >= FLOOR else 1)


def _passes(database: Database, plugins: list[RssSource]) -> tuple[float, float]:
    """Seconds of a pass with nothing due; processor seconds of one with nothing changed."""
    settings = FetchSettings(allow_addresses=ALLOWED, host_delay=timedelta(0), host_connections=8)
    with database.begin() as tx:
        tx.brands.sync(["Ромашка"], NOW)
        tx.feeds.sync([entry_of(one, interval=timedelta(minutes=10)) for one in plugins], NOW)
    ingest = Ingest(database, Matcher([Watch(brand="Ромашка")]))
    poll(database, plugins, ingest, settings, now=NOW)
    start = time.perf_counter()
    report = poll(database, plugins, ingest, settings, now=NOW + timedelta(minutes=1))
    idle = time.perf_counter() - start
    assert report.visited == 0
    start = cpu_seconds()
    report = poll(database, plugins, ingest, settings, now=NOW + timedelta(hours=1))
    assert (report.visited, report.failed, report.new_articles) == (len(plugins), 0, 0)
    return idle, cpu_seconds() - start


def _bare(urls: list[str]) -> float:
    async def ask() -> float:
        async with httpx.AsyncClient() as client:
            tags = [(await client.get(url)).headers["ETag"] for url in urls]
            start = cpu_seconds()
            turns = asyncio.Semaphore(16)

            async def one(url: str, tag: str) -> None:
                async with turns:
                    answer = await client.get(url, headers={"If-None-Match": tag})
                    assert answer.status_code == 304

            await asyncio.gather(*map(one, urls, tags))
            return cpu_seconds() - start

    return asyncio.run(ask())


if __name__ == "__main__":
    main()
