"""Sites of one owner are one family."""

import tomllib
from collections import Counter
from datetime import timedelta
from importlib import resources

import pytest

from crawler.publishers import find_publisher
from crawler.sources.protocol import entry_of
from crawler.sources.rss import RssSource


@pytest.mark.parametrize(
    ("site", "family"),
    [
        ("lenta.ru", "Rambler&Co"),
        ("m.gazeta.ru", "Rambler&Co"),
        ("Sport.TSN.ua", "1+1 media"),
        ("pravda.com.ua", "Українська правда"),
        ("notlenta.ru", None),
        ("com.ua", None),
        ("ru", None),
        ("", None),
        ("..", None),
    ],
)
def test_a_site_is_of_its_owners_family(site: str, family: str | None) -> None:
    """Parts of a site are its owner's too; likeness of names is nothing."""
    assert find_publisher(site) == family


def test_each_site_has_one_owner() -> None:
    """Nobody is listed twice, and addresses are bare host names."""
    text = resources.files("crawler").joinpath("publishers.toml").read_text("utf-8")
    sites = [site for sites in tomllib.loads(text).values() for site in sites]

    assert not [site for site, count in Counter(sites).items() if count > 1]
    assert all(site == site.lower() and "/" not in site and "." in site for site in sites)


@pytest.mark.parametrize(
    ("url", "publisher", "expected"),
    [
        ("https://m.lenta.ru/rss", "", "Rambler&Co"),
        ("https://lenta.ru/rss", "Лента", "Лента"),
        ("https://www.gorod.example/rss", "", "gorod.example"),
    ],
    ids=["the map", "the config", "neither"],
)
def test_a_source_is_of_a_family(url: str, publisher: str, expected: str) -> None:
    """What the config says wins; a site nobody knows is its own family."""
    source = RssSource(url=url, publisher=publisher)

    assert entry_of(source, interval=timedelta(minutes=5)).publisher == expected
