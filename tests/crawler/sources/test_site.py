"""A site is crawled in its own process: bounded, obedient, and never the end of the others."""

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch import Fetcher, FetchError, FetchSettings
from crawler.robots import Robots
from crawler.sources import site
from crawler.sources.protocol import FailedPage, Finding, Found, Freshness, LeftOver, Visit
from crawler.sources.site import SiteSource
from storage.records import Source
from tests.crawler.conftest import Web
from tests.crawler.pages import PARAGRAPHS, article_page, listing

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def crawl(
    source: SiteSource,
    manners: FetchSettings,
    known: tuple[str, ...] = (),
    stored: frozenset[str] = frozenset(),
) -> tuple[list[Finding], FetchError | None]:
    """Visit once; what was found, and what ended it."""
    found: list[Finding] = []

    async def look_up(addresses: Sequence[str]) -> set[str]:
        return set(stored.intersection(addresses))

    async def addresses() -> list[str]:
        return list(known)

    async def run() -> None:
        state = Source(
            id=1, key="s", kind="site", address=source.url, publisher="p", interval=timedelta(1)
        )
        async with Fetcher(manners, now=NOW) as fetcher:
            visit = Visit(
                source=state,
                fetcher=fetcher,
                robots=Robots(fetcher),
                now=NOW,
                known=look_up,
                addresses=addresses,
            )
            async for finding in source.read(visit):
                found.append(finding)

    try:
        asyncio.run(run())
    except FetchError as error:
        return found, error
    return found, None


def articles(findings: list[Finding]) -> dict[str, str]:
    """Titles by path."""
    return {
        one.article.url.split("/", 3)[3]: one.article.title
        for one in findings
        if isinstance(one, Found)
    }


def failed(findings: list[Finding]) -> dict[str, str]:
    """Reasons by path."""
    return {
        one.address.split("/", 3)[3]: one.reason for one in findings if isinstance(one, FailedPage)
    }


def test_articles_of_a_listing_are_read_and_faults_are_named(
    web: Web, manners: FetchSettings
) -> None:
    """Followed by pattern; what robots.txt forbids, what is missing, what is no page: recorded."""
    web.put("/robots.txt", "User-agent: Nabat\nDisallow: /topic/9", type="text/plain")
    for number in (1, 2):
        web.put(f"/topic/{number}", article_page(f"Тема {number}", charset="windows-1251"))
    web.put("/topic/4", b"\x89PNG" * 99, type="image/png")
    web.put("/topic/5", "")
    secret = web.base.replace("127.0.0.1", "127.0.0.2")
    web.put("/topic/6", status=302, headers={"Location": f"{secret}/secret"})
    paths = [*(f"/topic/{number}" for number in range(1, 7)), "/topic/9", "/about"]
    source = SiteSource(url=web.put("/list", listing(paths)), follow=r"/topic/\d+")
    findings, end = crawl(source, manners)
    assert end is None
    assert articles(findings) == {"topic/1": "Тема 1", "topic/2": "Тема 2"}
    reasons = failed(findings)
    assert reasons["topic/3"] == "HTTP 404"
    assert reasons["topic/4"].startswith("not a page: image/png")
    assert reasons["topic/5"] == "page has neither title nor text"
    assert "private address 127.0.0.2" in reasons["topic/6"]
    assert reasons["topic/9"] == "robots.txt does not allow it"
    assert web.asked("/secret") == web.asked("/topic/9") == web.asked("/about") == 0
    (first, _) = (one.article for one in findings if isinstance(one, Found))
    assert first.text == "\n".join(PARAGRAPHS)
    assert first.published_at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert "(+pr@example.org)" in web.seen[-1].headers["user-agent"]


def test_a_page_that_leads_elsewhere_is_named(web: Web, manners: FetchSettings) -> None:
    """To the home page, to itself, or to one that is read anyway: nothing is lost in silence."""
    web.put("/", article_page("Главная"))
    web.put("/topic/1", article_page("Тема"))
    for number, where in ((2, "/"), (3, "/topic/3"), (4, "/topic/1"), (5, "/moved/5")):
        web.put(f"/topic/{number}", status=302, headers={"Location": f"{web.base}{where}"})
    web.put("/moved/5", article_page("Новое место"))
    paths = [f"/topic/{number}" for number in range(1, 6)]
    source = SiteSource(url=web.put("/list", listing(paths)), follow=r"/topic/\d+")
    findings, end = crawl(source, manners)
    assert end is None
    assert articles(findings) == {"topic/1": "Тема", "topic/5": "Новое место"}
    assert failed(findings) == {
        "topic/2": "leads to the home page: the article is no more",
        "topic/3": "max redirections reached",
        "topic/4": f"leads to {web.base}/topic/1, read by itself",
    }


def test_a_sitemap_is_read_newest_first_and_known_pages_are_not_fetched(
    web: Web, manners: FetchSettings
) -> None:
    """At most so many a visit; the rest is for the next."""
    for number in range(1, 6):
        web.put(f"/news/{number}", article_page(f"Новость {number}"))
    urls = "".join(
        f"<url><loc>{web.base}/news/{n}</loc><lastmod>2026-03-0{n}</lastmod></url>"
        for n in range(1, 6)
    )
    web.put("/inner.xml", f"<urlset>{urls}</urlset>", type="application/xml")
    index = f"<sitemapindex><sitemap><loc>{web.base}/inner.xml</loc></sitemap></sitemapindex>"
    source = SiteSource(url=web.put("/sitemap.xml", index, type="text/xml"), max_pages=2)
    findings, end = crawl(source, manners, known=(f"{web.base}/news/5",))
    assert end is None
    assert sorted(articles(findings)) == ["news/3", "news/4"]
    assert web.asked("/news/5") == web.asked("/news/1") == 0


def test_a_site_of_many_sitemaps_says_that_some_are_left(web: Web, manners: FetchSettings) -> None:
    """Until a visit finds nothing new in those that are read."""
    parts = [web.put(f"/part-{n}.xml", f"<urlset><url><loc>{web.base}/news/{n}</loc></url></urlset>")
             for n in range(12)]  # fmt: skip
    urls = "".join(f"<sitemap><loc>{part}</loc></sitemap>" for part in parts)
    source = SiteSource(url=web.put("/sitemap.xml", f"<sitemapindex>{urls}</sitemapindex>"))
    findings, end = crawl(source, manners)
    assert (end, LeftOver() in findings, len(failed(findings))) == (None, True, 10)
    known = tuple(f"{web.base}/news/{n}" for n in range(12))
    assert crawl(source, manners, known=known) == ([Freshness()], None)


@pytest.mark.parametrize("date", ["", "<lastmod>2026-02-0{}</lastmod>"], ids=["undated", "dated"])
def test_an_archive_of_many_sitemaps_holds_up_no_news(
    web: Web, manners: FetchSettings, date: str
) -> None:
    """Half of a visit's pages are those of the newest sitemap, whatever the others name."""
    for part in range(4):
        pages = (web.put(f"/news/{part}00{n}", article_page(f"Т {part}{n}")) for n in range(8))
        urls = "".join(f"<url><loc>{page}</loc></url>" for page in pages)
        web.put(f"/part-{part}.xml", f"<urlset>{urls}</urlset>")
    index = "".join(
        f"<sitemap><loc>{web.base}/part-{part}.xml</loc>{date.format(part + 1)}</sitemap>"
        for part in (range(4) if date else (3, 0, 1, 2))
    )
    source = SiteSource(
        url=web.put("/sitemap.xml", f"<sitemapindex>{index}</sitemapindex>"), max_pages=8
    )
    findings, _ = crawl(source, manners)
    newest = [address for address in articles(findings) if address.startswith("news/300")]
    assert sorted(newest) == [f"news/300{n}" for n in range(4)]


def test_a_session_in_the_links_makes_no_topic_new(web: Web, manners: FetchSettings) -> None:
    """While the second page of a topic is new, though it calls itself the first."""
    topic = f"{web.base}/viewtopic.php?t=1"
    web.put("/viewtopic.php?t=1&start=20", article_page("Тема, дальше", canonical=topic))
    links = [f"/viewtopic.php?t=1&amp;{more}" for more in ("sid=" + "0b" * 16, "start=20")]
    source = SiteSource(url=web.put("/list", listing(links)), follow="viewtopic")
    findings, _ = crawl(source, manners, known=(topic,))
    (found,) = (one.article for one in findings if isinstance(one, Found))
    assert found.canonical_url == f"{web.base}/viewtopic.php?start=20&t=1"


def test_a_page_that_a_feed_brought_is_not_stored_twice(web: Web, manners: FetchSettings) -> None:
    """The site links to it under another address, beside the feed's own or alone."""
    own = f"{web.base}/a/1"
    web.put("/a/1/", article_page("Новость", canonical=own))
    for links in (["/a/1/"], ["/a/1", "/a/1/"]):
        source = SiteSource(url=web.put("/list", listing(links)), follow="/a/")
        findings, end = crawl(source, manners, stored=frozenset({own}))
        assert end is None
        assert articles(findings) == {}
        assert failed(findings) == {"a/1/": f"stored already as {own}"}


def test_what_is_new_stands_under_a_pinned_topic_and_above_the_stored_ones(
    web: Web, manners: FetchSettings
) -> None:
    """Only what follows all that is stored was left over, whatever failed further down."""
    for number in (2, 5, 7):
        web.put(f"/topic/{number}", article_page(f"Тема {number}"))
    paths = [f"/topic/{number}" for number in range(1, 8)]
    source = SiteSource(url=web.put("/list", listing(paths)), follow="/topic/")
    pinned, third, fourth, failing = (f"{web.base}/topic/{number}" for number in (1, 3, 4, 6))
    stored = frozenset({pinned, third, fourth})
    findings, end = crawl(source, manners, known=(*stored, failing), stored=stored)
    assert end is None
    below = {one.article.title: one.is_below_known for one in findings if isinstance(one, Found)}
    assert below == {"Тема 2": False, "Тема 5": True, "Тема 7": True}


def test_selectors_of_the_config_reach_the_page(web: Web, manners: FetchSettings) -> None:
    """A forum that no general reader understands."""
    web.put("/t/1", "<h3 class=x>Жалоба</h3><div class=post>Раз.</div><div class=post>Два.</div>")
    source = SiteSource(
        url=web.put("/list", listing(["/t/1"])),
        follow="/t/",
        selectors={"title": ".x", "text": ".post"},
    )
    findings, _ = crawl(source, manners)
    (found,) = (one for one in findings if isinstance(one, Found))
    assert (found.article.title, found.article.text) == ("Жалоба", "Раз.\nДва.")


def test_a_listing_without_articles_says_so(web: Web, manners: FetchSettings) -> None:
    """Silence is not calm: a pattern that fits nothing is a fault."""
    source = SiteSource(url=web.put("/list", listing(["/about"])), follow="/topic/")
    _, end = crawl(source, manners)
    assert end is not None
    assert "no article links found" in end.reason


def test_a_missing_listing_ends_the_visit(web: Web, manners: FetchSettings) -> None:
    """With its status."""
    _, end = crawl(SiteSource(url=f"{web.base}/nowhere"), manners)
    assert end is not None
    assert (end.reason, end.permanent) == ("HTTP 404", True)


def test_a_site_that_asks_for_peace_gets_it(web: Web, manners: FetchSettings) -> None:
    """What was read is kept, the rest is left alone, the wait is known."""
    web.put("/topic/1", article_page("Тема 1"))
    for number in range(2, 30):
        web.put(f"/topic/{number}", status=429, headers={"Retry-After": "900"})
    paths = [f"/topic/{number}" for number in range(1, 30)]
    source = SiteSource(url=web.put("/list", listing(paths)), follow="/topic/")
    findings, end = crawl(source, replace(manners, host_delay=timedelta(milliseconds=30)))
    assert articles(findings) == {"topic/1": "Тема 1"}
    assert end is not None
    assert end.retry_after == timedelta(minutes=15)
    assert len(web.seen) < 20


def test_a_site_may_ask_for_peace_until_a_date(web: Web, manners: FetchSettings) -> None:
    """By its own clock."""
    headers = {
        "Retry-After": "Mon, 02 Mar 2026 15:00:00 GMT",
        "Date": "Mon, 02 Mar 2026 12:00:00 GMT",
    }
    source = SiteSource(url=web.put("/list", status=429, headers=headers), follow="/topic/")
    _, end = crawl(source, manners)
    assert end is not None
    assert end.retry_after == timedelta(hours=3)


def test_a_crawl_that_takes_too_long_is_ended(web: Web, manners: FetchSettings) -> None:
    """What it had read by then is kept."""
    web.put("/topic/1", article_page("Тема 1"))
    web.put("/topic/2", article_page("Тема 2"), drip=0.05)
    source = SiteSource(
        url=web.put("/list", listing(["/topic/1", "/topic/2"])),
        follow="/topic/",
        timeout=timedelta(seconds=6),
    )
    findings, end = crawl(source, replace(manners, timeout=timedelta(seconds=60)))
    assert "topic/1" in articles(findings)
    assert end is not None
    assert "stopped after 6 s" in end.reason


def test_a_child_that_dies_is_a_recorded_failure(
    web: Web, manners: FetchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of memory before it could begin."""
    monkeypatch.setattr(site, "MEMORY", 64 * 1024 * 1024)
    _, end = crawl(SiteSource(url=web.put("/list", listing(["/topic/1"]))), manners)
    assert end is not None
    assert end.reason.startswith("crawl broke off (exit code")


def test_a_bomb_on_a_page_is_refused(web: Web, manners: FetchSettings) -> None:
    """Packed with whatever: it never unpacks past the cap, and the other pages are read."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    web.put("/topic/1", bomb, headers={"Content-Encoding": "gzip"})
    web.put("/topic/2", article_page("Тема 2"))
    source = SiteSource(url=web.put("/list", listing(["/topic/1", "/topic/2"])), follow="/topic/")
    findings, end = crawl(source, manners)
    assert end is None
    assert articles(findings) == {"topic/2": "Тема 2"}
    assert failed(findings)["topic/1"] == "answer unpacks to more than allowed"


def test_a_private_site_is_not_crawled(web: Web) -> None:
    """Unless the config says so."""
    findings, end = crawl(SiteSource(url=web.put("/list")), FetchSettings())
    assert findings == []
    assert end is not None
    assert "allow_addresses" in end.reason
    assert web.seen == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"url": "news.example"}, "write it whole, with https://", id="address"),
        pytest.param({"follow": "/topic/("}, "follow is not a pattern", id="pattern"),
        pytest.param({"selectors": {"titel": "h1"}}, "did you mean 'title'", id="selector name"),
        pytest.param({"selectors": {"text": "p["}}, "is not a CSS selector", id="selector"),
        pytest.param({"timezone": "Moscow"}, "Europe/Moscow", id="zone"),
        pytest.param({"max_pages": 0}, "at least 1", id="pages"),
    ],
)
def test_a_mistake_in_the_options_names_the_mend(options: dict[str, object], message: str) -> None:
    """Before anything is fetched."""
    with pytest.raises(ValueError, match=message):
        SiteSource(**({"url": "https://news.example/"} | options))  # type: ignore[arg-type]
