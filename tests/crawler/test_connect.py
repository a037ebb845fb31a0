"""Connections to hosts with several addresses, some of which are dead."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from crawler.fetch import Fetcher, FetchSettings
from tests.crawler.conftest import NOW, Web


@pytest.fixture
def silent(web: Web) -> Iterator[str]:
    """An address that lets every connection to the server's port wait."""
    place = ("127.0.0.2", urlsplit(web.base).port or 0)
    waiting = [socket.socket() for _ in range(4)]
    with socket.socket() as hole:
        hole.bind(place)
        hole.listen(0)
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(place)
        yield place[0]
        for one in waiting:
            one.close()


def test_a_silent_address_leaves_time_for_the_next(
    web: Web, manners: FetchSettings, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a host's IPv6 address is routed but dead."""
    url = web.put("/rss", b"here").replace("127.0.0.1", "site.example")

    def name_server(_: object, port: int, *__: object, **___: object) -> list[object]:
        return [(2, 1, 6, "", (address, port)) for address in (silent, "127.0.0.1")]

    patient = replace(
        manners, timeout=timedelta(seconds=2), allow_addresses=("127.0.0.1/32", f"{silent}/32")
    )

    async def run() -> bytes:
        async with Fetcher(patient, now=NOW) as fetcher:
            return (await fetcher.fetch(url)).body

    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: (name_server if host == "site.example" else resolve)(
            host, *rest, **more
        ),
    )
    assert asyncio.run(run()) == b"here"
