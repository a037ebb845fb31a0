"""Feed items a second, end to end, beside bare feedparser on the same bytes.

Usage: python -m benchmarks.feeds [--feeds 60] [--items 30]

End to end is: fetched over HTTP, read, cleaned, dated, folded, matched against
fifty brands, stored in SQLite. Bare feedparser only parses the bytes, as it
comes. Exit code 1 when the whole path is slower than three tenths of that.
"""

import argparse
import sys
from datetime import timedelta

import feedparser

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
from storage.records import Watch

FLOOR = 0.3


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description="Time the path of a feed item.")
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--items", type=int, default=30)
    options = parser.parse_args()
    bodies = {f"/{n}": feed_of(n, options.items) for n in range(options.feeds)}
    bare = _bare(list(bodies.values()))
    whole, idle = _whole(bodies)
    items = options.feeds * options.items
    print(f"bare feedparser         {items / bare:8.0f} items per processor second")
    print(f"whole path, first pass  {items / whole:8.0f} items per processor second")
    print(f"whole path, unchanged   {options.feeds / idle:8.0f} feeds per processor second")
    print(f"ratio to feedparser     {bare / whole:8.2f} (limit {FLOOR})")
    sys.exit(0 if bare / whole >= FLOOR else 1)


def _bare(bodies: list[bytes]) -> float:
    start = cpu_seconds()
    for body in bodies:
        feedparser.parse(body)
    return cpu_seconds() - start


def _whole(bodies: dict[str, bytes]) -> tuple[float, float]:
    documents = {path: Document(body, "application/rss+xml") for path, body in bodies.items()}
    watches = [Watch(brand=f"Ромашка{n}" if n else "Компания") for n in range(50)]
    settings = FetchSettings(allow_addresses=ALLOWED, host_delay=timedelta(0), host_connections=8)
    with serving(documents) as base, fresh_database() as database:
        plugins = [RssSource(url=base + path) for path in documents]
        with database.begin() as tx:
            tx.brands.sync([watch.brand for watch in watches], NOW)
            tx.feeds.sync([entry_of(one, interval=timedelta(minutes=10)) for one in plugins], NOW)
        ingest = Ingest(database, Matcher(watches))
        spent = []
        for moment in (NOW, NOW + timedelta(hours=1)):
            start = cpu_seconds()
            report = poll(database, plugins, ingest, settings, now=moment)
            spent.append(cpu_seconds() - start)
            assert report.failed == 0, report.failures
        with database.read() as tx:
            assert tx.articles.count() == sum(body.count(b"<item>") for body in bodies.values())
    return spent[0], spent[1]


if __name__ == "__main__":
    main()
