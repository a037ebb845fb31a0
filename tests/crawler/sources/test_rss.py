"""A feed as a source: only what is new, and whole where it should be."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.addresses import canonical_address
from crawler.fetch import Fetcher, FetchSettings
from crawler.robots import Robots
from crawler.sources.protocol import FailedPage, Finding, Found, Freshness, Visit
from crawler.sources.rss import RssSource
from storage.records import Source
from tests.crawler.conftest import NOW, Web
from tests.crawler.pages import PARAGRAPHS, article_page, rss_of


def read(
    plugin: RssSource,
    manners: FetchSettings,
    *,
    known: tuple[str, ...] = (),
    etag: str | None = None,
) -> list[Finding]:
    """Visit once, knowing these addresses."""
    state = Source(
        id=1,
        key="k",
        kind="rss",
        address=plugin.url,
        publisher="p",
        interval=timedelta(1),
        etag=etag,
    )

    async def look_up(addresses: object) -> set[str]:
        return {canonical_address(one) for one in known}

    async def nothing() -> list[str]:
        return []

    async def run() -> list[Finding]:
        async with Fetcher(manners, now=NOW) as fetcher:
            visit = Visit(
                source=state,
                fetcher=fetcher,
                robots=Robots(fetcher),
                now=NOW,
                known=look_up,
                addresses=nothing,
            )
            return [finding async for finding in plugin.read(visit)]

    return asyncio.run(run())


def three(web: Web, **options: object) -> RssSource:
    """A feed of three summaries with pages behind them."""
    links = [(web.put(f"/a/{n}", article_page(f"Т {n}")), f"Т {n}", "Кратко.") for n in range(3)]
    url = web.put("/rss", rss_of(links), headers={"ETag": '"1"'})
    return RssSource(url=url, **options)  # type: ignore[arg-type]


def test_only_unknown_entries_are_given(web: Web, manners: FetchSettings) -> None:
    """And the ETag for the next visit."""
    findings = read(three(web), manners, known=(f"{web.base}/a/1",))
    found = [one.article.title for one in findings if isinstance(one, Found)]
    assert found == ["Т 0", "Т 2"]
    assert findings[-1] == Freshness(etag='"1"')


def test_an_unchanged_feed_keeps_its_etag(web: Web, manners: FetchSettings) -> None:
    """A 304 gives nothing new and forgets nothing."""
    assert read(three(web), manners, etag='"1"') == [Freshness(etag='"1"')]


def test_a_feed_that_breaks_off_is_asked_for_all_again(web: Web, manners: FetchSettings) -> None:
    """Once unchanged, it would never name what was cut off."""
    feed = rss_of([("https://a.example/1", "Т 1", "Кратко."), ("https://a.example/2", "Т 2", "К.")])
    url = web.put("/rss", feed[:-40], headers={"ETag": '"1"'})
    found, freshness = read(RssSource(url=url), manners)
    assert isinstance(found, Found)
    assert found.article.title == "Т 1"
    assert freshness == Freshness()


def test_known_entries_cost_no_page(web: Web, manners: FetchSettings) -> None:
    """Pages are fetched for what is new only."""
    read(three(web, full_text=True), manners, known=(f"{web.base}/a/1",))
    assert [web.asked(f"/a/{n}") for n in range(3)] == [1, 0, 1]


def test_pages_past_the_limit_keep_their_summaries(web: Web, manners: FetchSettings) -> None:
    """Nothing is lost, and what was left out is told."""
    findings = read(three(web, full_text=True, max_pages=1), manners)
    texts = [one.article.text for one in findings if isinstance(one, Found)]
    assert texts == ["\n".join(PARAGRAPHS), "Кратко.", "Кратко."]
    left = [one.reason for one in findings if isinstance(one, FailedPage)]
    assert left == ["page left out: more than 1 new pages in one visit"] * 2


def test_a_host_that_is_too_slow_is_asked_for_no_more(web: Web, manners: FetchSettings) -> None:
    """Three pages in a row are enough; the rest keep their summaries."""
    links = [(web.put(f"/a/{n}", b"x" * 1_000, drip=0.2), f"Т {n}", "Кратко.") for n in range(5)]
    plugin = RssSource(url=web.put("/rss", rss_of(links)), full_text=True)
    findings = read(plugin, replace(manners, timeout=timedelta(seconds=0.2)))
    assert [web.asked(f"/a/{n}") for n in range(5)] == [1, 1, 1, 0, 0]
    assert sum(isinstance(one, Found) for one in findings) == 5
    left = [one.reason for one in findings if isinstance(one, FailedPage)]
    assert left[3:] == ["page left out: 127.0.0.1 was too slow 3 times in a row"] * 2


def test_a_visit_has_its_time(web: Web, manners: FetchSettings) -> None:
    """Pages that are not there by then keep their summaries, and nobody waits for them."""
    links = [(web.put(f"/a/{n}", b"x" * 1_000, drip=0.2), f"Т {n}", "Кратко.") for n in range(3)]
    url = web.put("/rss", rss_of(links))
    findings = read(RssSource(url=url, full_text=True, timeout=timedelta(seconds=1)), manners)
    assert [web.asked(f"/a/{n}") for n in range(3)] == [1, 0, 0]
    assert [one.article.text for one in findings if isinstance(one, Found)] == ["Кратко."] * 3
    left = [one.reason for one in findings if isinstance(one, FailedPage)]
    assert left == ["page left out: the visit took longer than 1 s"] * 3


def test_a_page_that_says_less_than_the_summary_is_not_taken(
    web: Web, manners: FetchSettings
) -> None:
    """A paywall shows two words."""
    link = web.put("/a/1", "<html><body><p>Войдите.</p></body></html>")
    summary = "Подробное изложение новости, длиннее страницы."
    url = web.put("/rss", rss_of([(link, "Т", summary)]))
    (found, _) = read(RssSource(url=url, full_text=True), manners)
    assert isinstance(found, Found)
    assert found.article.text == summary


def test_no_redirect_leads_round_robots_txt(web: Web, manners: FetchSettings) -> None:
    """What a site forbids is not asked for, whichever address leads there."""
    web.put("/robots.txt", "User-agent: *\nDisallow: /closed\n", type="text/plain")
    closed = web.put("/closed/1", article_page("Т"))
    link = web.put("/go/1", status=302, headers={"Location": closed})
    plugin = RssSource(url=web.put("/rss", rss_of([(link, "Т", "Кратко.")])), full_text=True)
    failure, found, _ = read(plugin, manners)
    assert failure == FailedPage(address=link, reason="robots.txt does not allow it")
    assert isinstance(found, Found)
    assert (found.article.text, web.asked("/closed/1")) == ("Кратко.", 0)


def test_the_home_page_is_no_article(web: Web, manners: FetchSettings) -> None:
    """Where a site leads whoever asks for a page that is no more."""
    home = web.put("/", article_page("Главная"))
    link = web.put("/a/1", status=302, headers={"Location": home})
    plugin = RssSource(url=web.put("/rss", rss_of([(link, "Т", "Кратко.")])), full_text=True)
    failure, found, _ = read(plugin, manners)
    assert failure == FailedPage(
        address=link, reason="leads to the home page: the article is no more"
    )
    assert isinstance(found, Found)
    assert found.article.text == "Кратко."


def test_naive_dates_are_read_in_the_zone_of_the_source(web: Web, manners: FetchSettings) -> None:
    """As the config says."""
    url = web.put("/rss", rss_of([("https://a.example/1", "Т", "т")], "02.03.2026 10:00"))
    (found, _) = read(RssSource(url=url, timezone="Europe/Moscow"), manners)
    assert isinstance(found, Found)
    assert found.article.published_at == NOW - timedelta(hours=5)


def test_a_mistaken_zone_names_the_mend() -> None:
    """Before anything is fetched."""
    with pytest.raises(ValueError, match="Europe/Moscow"):
        RssSource(url="https://a.example/", timezone="MSK+3")


def test_a_visit_of_no_pages_is_refused() -> None:
    """Fewer than none would be as few; who wants none leaves ``full_text`` out."""
    with pytest.raises(ValueError, match="at least 1, not -1"):
        RssSource(url="https://a.example/", max_pages=-1)
