"""Turns at hosts: one after another, few at once, none where a host asked for peace."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from crawler.pace import HostPace, asked_wait

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_other_hosts_do_not_wait() -> None:
    """A slow host holds up only itself."""

    async def run() -> float:
        pace = HostPace(timedelta(minutes=1), 2)
        loop = asyncio.get_running_loop()
        start = loop.time()
        for host in ("a", "b", "c"):
            async with pace.turn(host) as held:
                assert held is None
        return loop.time() - start

    assert asyncio.run(run()) < 5


def test_a_held_host_says_how_long() -> None:
    """The longest of its wishes counts."""

    async def run() -> timedelta | None:
        pace = HostPace(timedelta(), 2)
        pace.hold("a", timedelta(hours=1))
        pace.hold("a", timedelta(minutes=1))
        async with pace.turn("a") as held:
            return held

    held = asyncio.run(run())
    assert held is not None
    assert held > timedelta(minutes=59)


def test_few_requests_are_under_way_at_once() -> None:
    """However many wait."""

    async def run() -> int:
        pace = HostPace(timedelta(), 2)
        under_way, most = 0, 0

        async def one() -> None:
            nonlocal under_way, most
            async with pace.turn("a"):
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0)
                under_way -= 1

        await asyncio.gather(*(one() for _ in range(10)))
        return most

    assert asyncio.run(run()) == 2


def test_a_site_may_ask_for_a_slower_pace() -> None:
    """Never for a faster one, and not for ever."""

    async def run() -> float:
        pace = HostPace(timedelta(milliseconds=20), 1)
        pace.slow_down("a", timedelta(milliseconds=60))
        pace.slow_down("a", timedelta())
        loop = asyncio.get_running_loop()
        start = loop.time()
        for _ in range(3):
            async with pace.turn("a"):
                pass
        return loop.time() - start

    assert asyncio.run(run()) >= 0.1


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 99999999999 Mar 2026 12:00:00 GMT",
        "Mon, 02 Mar 99999999999 12:00:00 GMT",
        "Mon, 02 Mar 2026 12:00:00 +99999999999999999999",
    ],
    ids=["day", "year", "zone"],
)
def test_a_date_of_no_calendar_asks_for_no_wait(date: str) -> None:
    """Sites write what they like there, in their own clock's line as well."""
    assert asked_wait(date, "", NOW) is None
    in_a_minute = "Mon, 02 Mar 2026 12:01:00 GMT"
    assert asked_wait(in_a_minute, date, NOW) == timedelta(minutes=1)
