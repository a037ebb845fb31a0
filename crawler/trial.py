"""Try a source once without keeping anything: does it answer, and is there something to read?"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from crawler.fetch import Fetcher, FetchError, FetchSettings
from crawler.robots import Robots
from crawler.sources.protocol import FailedPage, Found, SourcePlugin, Visit, key_of
from storage.records import Source


def try_source(plugin: SourcePlugin, settings: FetchSettings, *, now: datetime) -> str | None:
    """Answer what is wrong with the source; None when an article of it could be read."""
    return asyncio.run(_try(plugin, settings, now))


async def _try(plugin: SourcePlugin, settings: FetchSettings, now: datetime) -> str | None:
    may_be_empty = getattr(plugin, "may_be_empty", False)
    problem = None if may_be_empty else "it has no articles; check the address"
    async with Fetcher(settings, now=now) as fetcher:
        visit = Visit(
            source=_stranger(plugin),
            fetcher=fetcher,
            robots=Robots(fetcher),
            now=now,
            known=_nothing,
            addresses=_no_addresses,
        )
        findings = plugin.read(visit)
        try:
            async for finding in findings:
                if isinstance(finding, Found):
                    return None
                if isinstance(finding, FailedPage):
                    problem = f"{finding.address}: {finding.reason}"
        except FetchError as error:
            return str(error)
        finally:
            if (close := getattr(findings, "aclose", None)) is not None:
                await close()
    return problem


def _stranger(plugin: SourcePlugin) -> Source:
    return Source(
        id=0,
        key=key_of(plugin),
        kind=plugin.kind,
        address=plugin.url,
        publisher=plugin.publisher,
        interval=plugin.interval or timedelta(minutes=10),
    )


async def _nothing(_addresses: Sequence[str]) -> set[str]:
    return set()


async def _no_addresses() -> list[str]:
    return []
