"""What holds for every kind of source, shipped or to come: each discovered kind is tried."""

import asyncio
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

import pytest

from crawler.fetch import Fetcher, FetchError
from crawler.robots import Robots
from crawler.sources.protocol import (
    FailedPage,
    Finding,
    Found,
    Freshness,
    SourcePlugin,
    Visit,
    entry_of,
    key_of,
)
from nabat.plugins import sources
from storage.records import Source
from tests.crawler.conftest import NOW, Web, manners, web
from tests.crawler.pages import article_page, listing, rss_of

__all__ = ["manners", "web"]
KINDS = sorted(sources().items())


def read(plugin: SourcePlugin, settings: Any) -> list[Finding]:
    """Visit once, as a stranger."""
    state = Source(
        id=7, key="k", kind=plugin.kind, address=plugin.url, publisher="p", interval=timedelta(1)
    )

    async def known(_addresses: object) -> set[str]:
        return set()

    async def addresses() -> list[str]:
        return []

    async def run() -> list[Finding]:
        async with Fetcher(settings, now=NOW) as fetcher:
            visit = Visit(
                source=state,
                fetcher=fetcher,
                robots=Robots(fetcher),
                now=NOW,
                known=known,
                addresses=addresses,
            )
            return [finding async for finding in plugin.read(visit)]

    return asyncio.run(run())


def serve(web: Web, kind: str) -> str:
    """Something readable for this kind of source."""
    web.put("/news/1", article_page("Новость"))
    if kind == "rss":
        return web.put("/rss", rss_of([(f"{web.base}/news/1", "Новость", "Текст.")]))
    return web.put("/list", listing(["/news/1"]))


@pytest.mark.parametrize(("kind", "chosen"), KINDS)
def test_a_kind_is_a_frozen_dataclass_of_options(kind: str, chosen: type[Any]) -> None:
    """Its table in the config goes to its constructor as it is."""
    assert is_dataclass(chosen)
    assert chosen.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert {"url", "id", "publisher", "interval", "enabled"} <= {one.name for one in fields(chosen)}
    plugin = chosen(url="https://www.news.example/x")
    assert key_of(plugin) == f"{kind}:https://www.news.example/x"
    assert key_of(chosen(url="https://news.example/x", id="mine")) == "mine"
    entry = entry_of(plugin, interval=timedelta(minutes=7))
    assert (entry.publisher, entry.interval) == ("news.example", timedelta(minutes=7))


@pytest.mark.parametrize(("kind", "chosen"), KINDS)
def test_a_kind_gives_articles_of_its_source(
    kind: str, chosen: type[Any], web: Web, manners: Any
) -> None:
    """Each with an address, a title or text, and the moment it was seen."""
    findings = read(chosen(url=serve(web, kind)), manners)
    found = [one.article for one in findings if isinstance(one, Found)]
    assert [article.title for article in found] == ["Новость"]
    assert all(article.source_id == 7 and article.seen_at == NOW for article in found)
    assert all(isinstance(one, Found | FailedPage | Freshness) for one in findings)


@pytest.mark.parametrize(("kind", "chosen"), KINDS)
@pytest.mark.parametrize("status", [404, 500])
def test_a_kind_that_cannot_read_says_so(
    kind: str, chosen: type[Any], status: int, web: Web, manners: Any
) -> None:
    """With a FetchError and a reason, never with silence."""
    web.put("/x", status=status)
    with pytest.raises(FetchError, match=str(status)):
        read(chosen(url=f"{web.base}/x"), manners)


@pytest.mark.parametrize(("kind", "chosen"), KINDS)
@pytest.mark.parametrize("url", ["", "news.example", "ftp://news.example", "https://"])
def test_a_kind_refuses_what_is_no_address(kind: str, chosen: type[Any], url: str) -> None:
    """When it is built, with the mend."""
    with pytest.raises(ValueError, match="write it whole"):
        chosen(url=url)
