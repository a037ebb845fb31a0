"""Wait one's turn at every host, and leave alone the ones that ask for it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(days=1)  # what Retry-After may ask for at most
LONGEST_TURN = timedelta(seconds=30)  # a longer wait is the next visit's business


class HostPace:
    """Turns at hosts: a delay between two requests, and few at a time."""

    def __init__(self, delay: timedelta, at_once: int) -> None:
        """Every host gets the same delay until it asks for more."""
        self._delay = delay.total_seconds()
        self._slower: dict[str, float] = {}
        self._free_at: dict[str, float] = {}
        self._held_until: dict[str, float] = {}
        self._open: dict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(max(at_once, 1))
        )

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[timedelta | None]:
        """Wait for a turn at the host; gives None, or how long it wants to be left alone."""
        async with self._open[host]:
            held = self._held_until.get(host, 0.0) - time.monotonic()
            if held > LONGEST_TURN.total_seconds():
                yield timedelta(seconds=held)
                return
            wait = self._reserve(host)
            if wait > 0:
                await asyncio.sleep(wait)
            yield None

    def hold(self, host: str, wait: timedelta) -> None:
        """Leave the host alone for this long: it said so."""
        until = time.monotonic() + wait.total_seconds()
        self._held_until[host] = max(until, self._held_until.get(host, 0.0))

    def slow_down(self, host: str, delay: timedelta) -> None:
        """Keep at least this delay at the host, as its robots.txt asks."""
        asked = min(delay, LONGEST_TURN).total_seconds()
        self._slower[host] = max(asked, self._slower.get(host, 0.0))

    def _reserve(self, host: str) -> float:
        now = time.monotonic()
        start = max(now, self._free_at.get(host, 0.0), self._held_until.get(host, 0.0))
        self._free_at[host] = start + max(self._delay, self._slower.get(host, 0.0))
        return start - now


def asked_wait(retry_after: str, date: str, now: datetime) -> timedelta | None:
    """How long a site asks to be left alone: seconds, or until an HTTP date by its own clock."""
    value = retry_after.strip()
    if value.isdecimal():
        return min(timedelta(seconds=int(value[:9])), LONGEST_WAIT)
    until, there = _http_date(value), _http_date(date)
    if until is None:
        return None
    return min(max(until - (there or now), timedelta()), LONGEST_WAIT)


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
