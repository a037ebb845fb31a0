"""Listings and sitemaps give the addresses of articles, in reading order."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from crawler.links import (
    _LIKE_ARTICLE,
    MOST_LINKS,
    MOST_SITEMAPS,
    article_links,
    looks_like_sitemap,
    read_sitemap,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HERE = "https://news.example/list"


def test_links_that_look_like_articles_are_taken() -> None:
    """A number, a date or a long name; not the navigation, not files, not other sites."""
    page = """<a href="/">home</a><a href="/about">about</a><a href="/2026/03/02/banner">1</a>
      <a href="/news/12345">2</a><a href="/bank-romashka-zakryt-snova">3</a>
      <a href="/photo-12345.jpg">no</a><a href="https://ads.example/12345">no</a>
      <a href="javascript:void(12345)">no</a><a href="#12345">no</a>"""
    assert article_links(page.encode(), HERE) == [
        "https://news.example/2026/03/02/banner",
        "https://news.example/news/12345",
        "https://news.example/bank-romashka-zakryt-snova",
    ]


def test_links_after_the_end_of_a_page_are_taken() -> None:
    """Careless templates end it early; browsers read on."""
    page = b"<html><body><p>x</p></body></HTML ><!-- --><a href='/news/12345'>1</a></body></html>"
    assert article_links(page, HERE) == ["https://news.example/news/12345"]


def test_a_name_of_many_letters_is_looked_through_once() -> None:
    """From each of its letters on it would take days."""
    assert _LIKE_ARTICLE.search("news.example/" + "a" * 2_000_000) is None
    assert _LIKE_ARTICLE.search("news.example/" + "a" * 2_000_000 + "-b-c_d")


def test_a_tag_of_many_attributes_takes_no_link_away() -> None:
    """Nor hours, as parsers compare each with all the others."""
    many = " ".join(f"a{n}" for n in range(900_000))
    page = f'<p {many}><a href="/news/12345">1</a>'
    assert article_links(page.encode(), HERE) == ["https://news.example/news/12345"]


def test_a_pattern_decides_alone() -> None:
    """What the config says is followed, and nothing else of the site."""
    page = '<a href="/topic/1">1</a><a href="/topic/1#c">1</a><a href="/news/12345">2</a>'
    assert article_links(page.encode(), HERE, follow=r"/topic/\d+") == [
        "https://news.example/topic/1"
    ]


def test_relative_links_follow_the_base_of_the_page() -> None:
    """As a browser would."""
    page = '<base href="https://news.example/forum/"><a href="topic/1">1</a>'
    assert article_links(page.encode(), HERE, follow="topic") == [
        "https://news.example/forum/topic/1"
    ]


def test_a_subdomain_is_the_same_house() -> None:
    """News stand under their own host, and belong to the site."""
    page = '<a href="https://forum.news.example/topic/1">1</a>'
    assert len(article_links(page.encode(), HERE, follow="topic")) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_sitemap_gives_the_newest_first(packed: bool) -> None:
    """Dates of news win over dates of change; packed or not."""
    text = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
      xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
      <url><loc>https://news.example/old</loc><lastmod>2025-01-01</lastmod></url>
      <url><loc> https://news.example/new </loc><news:news>
      <news:publication_date>2026-03-01T10:00:00+03:00</news:publication_date></news:news></url>
      <url><loc>https://news.example/undated</loc></url><url><loc>nonsense</loc></url></urlset>"""
    body = gzip.compress(text.encode()) if packed else text.encode()
    assert looks_like_sitemap(body)
    found = read_sitemap(body, now=NOW)
    assert not found.is_index
    assert [address.rsplit("/", 1)[1] for address in found.addresses] == ["new", "old", "undated"]


def test_an_image_is_not_taken_for_its_page() -> None:
    """Its address stands in the page's entry too, before the page's own or after."""
    image = "<image:image><image:loc>https://news.example/1.jpg</image:loc></image:image>"
    loc = "<loc>https://news.example/1</loc>"
    for entry in (image + loc, loc + image):
        text = f'<urlset xmlns:image="https://images.example/"><url>{entry}</url></urlset>'
        assert read_sitemap(text.encode(), now=NOW).addresses == ("https://news.example/1",)


def test_the_newest_of_a_long_sitemap_may_stand_last() -> None:
    """The longest that is allowed, oldest first: what is cut off is old."""
    urls = (
        f"<url><loc>https://n.example/{n}</loc><lastmod>2025-01-01</lastmod></url>"
        for n in range(MOST_LINKS)
    )
    last = "<url><loc>https://n.example/new</loc><lastmod>2026-03-01</lastmod></url>"
    found = read_sitemap(f"<urlset>{''.join(urls)}{last}</urlset>".encode(), now=NOW).addresses
    assert (len(found), found[0]) == (MOST_LINKS, "https://n.example/new")


def test_an_index_gives_further_sitemaps_whatever_is_followed() -> None:
    """The pattern is for articles, not for sitemaps."""
    text = "<sitemapindex><sitemap><loc>https://news.example/s1.xml</loc></sitemap></sitemapindex>"
    found = read_sitemap(text.encode(), now=NOW, follow="/topic/")
    assert (found.is_index, found.addresses) == (True, ("https://news.example/s1.xml",))


def index_of(parts: int, date: str = "") -> bytes:
    """An index of so many sitemaps of this date."""
    listed = (
        f"<sitemap><loc>https://n.example/{n}</loc><lastmod>{date}</lastmod></sitemap>"
        for n in range(parts)
    )
    return f"<sitemapindex>{''.join(listed)}</sitemapindex>".encode()


@pytest.mark.parametrize("date", ["", "2026-03-01"])
def test_every_sitemap_of_a_long_index_gets_its_turn(date: str) -> None:
    """Dates tell which are new; where they do not, every visit reads others."""
    visits = [read_sitemap(index_of(15, date), now=NOW + timedelta(hours=n)) for n in range(48)]
    assert all(len(set(one.addresses)) == MOST_SITEMAPS and one.left_over for one in visits)
    read = {address for one in visits for address in one.addresses}
    assert read == {f"https://n.example/{n}" for n in range(15)}


def test_a_short_index_keeps_its_order_and_leaves_nothing_over() -> None:
    """All of it is read."""
    short = read_sitemap(index_of(MOST_SITEMAPS), now=NOW)
    assert short.addresses == tuple(f"https://n.example/{n}" for n in range(MOST_SITEMAPS))
    assert not short.left_over
    assert read_sitemap(index_of(1), now=NOW, room=0).left_over


@pytest.mark.parametrize(
    "body", [b"", b"<urlset><url><loc>x", b"\x1f\x8bbroken", b"<a" * 999, b"\x00"]
)
def test_broken_pages_give_nothing_and_do_no_harm(body: bytes) -> None:
    """No links is an answer."""
    assert article_links(body, HERE) == []
    assert read_sitemap(body, now=NOW).addresses == ()
