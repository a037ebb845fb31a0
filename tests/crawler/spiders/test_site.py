"""The spider's own counting; what it finds is tried with its source."""

from itertools import chain, islice

from scrapy.http import Response

from crawler.links import MOST_SITEMAPS
from crawler.spiders.site import SiteSpider
from tests.crawler.spiders.test_wire import JOBS


def test_indexes_of_indexes_share_the_room_of_a_visit() -> None:
    """Also those that are read at the same time."""
    spider = SiteSpider(job=JOBS)
    parts = (f"<sitemap><loc>https://a.example/{n}.xml</loc></sitemap>" for n in range(20))
    body = f"<sitemapindex>{''.join(parts)}</sitemapindex>".encode()
    readings = [
        spider.read_listing(Response(f"https://a.example/index-{n}.xml", body=body), n)
        for n in range(3)
    ]
    begun = [request for reading in readings for request in islice(reading, 1)]
    assert len([*begun, *chain(*readings)]) == MOST_SITEMAPS
