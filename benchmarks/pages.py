"""Site pages a second beside bare Scrapy on the same pages, both in a child process.

Usage: python -m benchmarks.pages [--pages 100]

Bare Scrapy downloads a listing and its pages and looks at nothing else; ours
also extracts, folds, matches and stores every article. Exit code 1 when ours
is slower than a tenth of that, by processor time.
"""

import argparse
import subprocess
import sys
from datetime import timedelta

from benchmarks.loopback import (
    ALLOWED,
    NOW,
    Document,
    cpu_seconds,
    fresh_database,
    page_of,
    serving,
)
from crawler.fetch import FetchSettings
from crawler.ingest import Ingest
from crawler.matching import Matcher
from crawler.poll import poll
from crawler.sources.protocol import entry_of
from crawler.sources.site import SiteSource
from storage.records import Watch

FLOOR = 0.1
BARE = """
import sys, scrapy
from scrapy.crawler import AsyncCrawlerProcess

class Bare(scrapy.Spider):
    name = "bare"
    start_urls = [sys.argv[1]]

    def parse(self, response):
        for link in response.css("a::attr(href)").getall():
            yield response.follow(link, callback=lambda page: None)

process = AsyncCrawlerProcess({"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False})
process.crawl(Bare)
process.start()
"""


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description="Time the path of a page.")
    parser.add_argument("--pages", type=int, default=100)
    count = parser.parse_args().pages
    documents = {f"/topic/{n}": Document(page_of(n), "text/html") for n in range(count)}
    links = "".join(f'<a href="{path}">{path}</a>' for path in documents)
    documents["/listing"] = Document(links.encode(), "text/html")
    with serving(documents) as base:
        bare = _bare(f"{base}/listing")
        ours = _ours(f"{base}/listing", count)
    print(f"bare Scrapy  {count / bare:6.1f} pages per processor second")
    print(f"whole path   {count / ours:6.1f} pages per processor second")
    print(f"ratio        {bare / ours:6.2f} (limit {FLOOR})")
    sys.exit(0 if bare / ours >= FLOOR else 1)


def _bare(url: str) -> float:
    start = cpu_seconds()
    subprocess.run([sys.executable, "-c", BARE, url], check=True)
    return cpu_seconds() - start


def _ours(url: str, count: int) -> float:
    settings = FetchSettings(allow_addresses=ALLOWED, host_delay=timedelta(0))
    plugin = SiteSource(url=url, follow="/topic/", max_pages=count)
    watches = [Watch(brand="Ромашка")]
    with fresh_database() as database:
        with database.begin() as tx:
            tx.brands.sync([watch.brand for watch in watches], NOW)
            tx.feeds.sync([entry_of(plugin, interval=timedelta(minutes=10))], NOW)
        ingest = Ingest(database, Matcher(watches))
        start = cpu_seconds()
        report = poll(database, [plugin], ingest, settings, now=NOW)
        spent = cpu_seconds() - start
    assert report.new_articles == count, report
    return spent


if __name__ == "__main__":
    main()
