"""The address guard of Scrapy's connections: names are judged by what they resolve to."""

from collections.abc import Sequence
from typing import Any

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred

from crawler.guard import AddressGuard

ALLOWED = "NABAT_ALLOW_ADDRESSES"  # the setting that lists the networks let through


class GuardedResolver(CachingThreadedResolver):
    """Resolve as Scrapy does, and refuse private addresses, literal ones included."""

    def __init__(self, reactor: ReactorBase, timeout: float, guard: AddressGuard) -> None:
        """Keep the guard beside the resolver."""
        super().__init__(reactor, 1000, timeout)
        self._guard = guard

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> "GuardedResolver":
        """Build it from the settings, as Scrapy asks."""
        guard = AddressGuard.of(crawler.settings.getlist(ALLOWED))
        return cls(reactor, crawler.settings.getfloat("DNS_TIMEOUT"), guard)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":
        """The address of a name; the Deferred fails where it may not be connected to."""
        found: Deferred[Any] = super().getHostByName(name, timeout)
        return found.addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        self._guard.check(name, [address])
        return address
