"""Try a source once without keeping anything: does it answer, and is there something to read?"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime, timedelta

from crawler.fetch import EmptyError, Fetcher, FetchError, FetchSettings
from crawler.robots import Robots
from crawler.sources.protocol import FailedPage, Found, SourcePlugin, Visit, key_of
from storage.records import Source

_EMPTY = "it has no articles; check the address"


def try_source(plugin: SourcePlugin, settings: FetchSettings, *, now: datetime) -> str | None:
    """Answer what is wrong with the source; None when an article of it could be read."""
    return asyncio.run(_try(plugin, settings, now))


async def _try(plugin: SourcePlugin, settings: FetchSettings, now: datetime) -> str | None:
    problem: str | None = _EMPTY
    async with Fetcher(settings, now=now) as fetcher:
        visit = Visit(
            source=_stranger(plugin, now),
            fetcher=fetcher,
            robots=Robots(fetcher),
            now=now,
            known=_nothing,
            addresses=_no_addresses,
        )
        try:
            async with aclosing(plugin.read(visit)) as findings:
                async for finding in findings:
                    if isinstance(finding, Found):
                        return None
                    if isinstance(finding, FailedPage):
                        problem = f"{finding.address}: {finding.reason}"
                    elif problem == _EMPTY:  # read to its end: nothing found is an answer there
                        problem = None
        except EmptyError:
            return _EMPTY
        except FetchError as error:
            return str(error)
    return problem


def _stranger(plugin: SourcePlugin, now: datetime) -> Source:
    """The source as if it had brought something: one that may not be empty then says so."""
    return Source(
        id=0,
        key=key_of(plugin),
        kind=plugin.kind,
        address=plugin.url,
        publisher=plugin.publisher,
        interval=plugin.interval or timedelta(minutes=10),
        last_item_at=now,
    )


async def _nothing(_addresses: Sequence[str]) -> set[str]:
    return set()


async def _no_addresses() -> list[str]:
    return []
