"""SIGKILL at every point of the path, on both databases: nothing lost, nothing repeated unsaid.

The usual run takes some of the points; with NABAT_FAULTS=all it takes them all.
"""

import signal

import pytest

from alerts.deliver import deliver
from alerts.notifiers.telegram import TelegramNotifier
from storage.database import Database
from tests.alerts.making import NOON, Clock
from tests.fakes.bot_api import TOKEN, BotApi
from tests.faults.conftest import ALL, TALLY, Crashing, Fresh, Judge

BRANDS = ["Ромашка", "Василёк"]
LEASES = 130  # seconds after which everything a dead process held is free
STEP = 1 if ALL else 29


def count_points(crashing: Crashing, server: BotApi, fresh: Fresh, reconcile: str) -> int:
    whole = crashing.run(database=fresh(), api=server.url, brands=BRANDS, reconcile=reconcile)
    assert whole["code"] == 0
    server.clear()
    points: int = whole["points"]
    assert points >= 30
    return points


def verdict(server: BotApi, reconcile: str = "probe") -> tuple[list[str], list[str]]:
    """What is lost, and what is there again without saying so; then a clean ledger."""
    judge = Judge(server, BRANDS)
    found = judge.lost, judge.twice if reconcile == "probe" else judge.repeated
    server.clear()
    TALLY.alerts += len(BRANDS)
    TALLY.faults += 1
    return found


@pytest.mark.parametrize("reconcile", ["probe", "resend-marked"])
def test_a_kill_at_any_point_loses_nothing_and_repeats_nothing_unsaid(
    crashing: Crashing, server: BotApi, fresh: Fresh, reconcile: str
) -> None:
    """Counted once, then killed at each; the next process finishes."""
    points = count_points(crashing, server, fresh, reconcile)
    for fatal in range(1, points + 1, STEP):
        told = {
            "database": fresh(), "api": server.url, "brands": BRANDS, "reconcile": reconcile,
        }  # fmt: skip
        assert crashing.run(**told, fatal=fatal)["killed"]
        assert crashing.run(**told, later=LEASES)["code"] == 0
        assert (fatal, verdict(server, reconcile)) == (fatal, ([], []))


def test_a_second_kill_during_recovery_changes_nothing(
    crashing: Crashing, server: BotApi, fresh: Fresh
) -> None:
    """Recovery is the same path, and as safe: each of its points is met from some first kill."""
    points = count_points(crashing, server, fresh, "probe")
    for fatal in range(1, points + 1, STEP * 2 if STEP > 1 else 1):
        for again in {1 + fatal * 7 % points, 1 + (fatal * 13 + points // 2) % points}:
            told = {"database": fresh(), "api": server.url, "brands": BRANDS}
            crashing.run(**told, fatal=fatal)
            crashing.run(**told, fatal=again, later=LEASES)
            assert crashing.run(**told, later=2 * LEASES)["code"] == 0
            assert (fatal, again, verdict(server)) == (fatal, again, ([], []))


def test_a_kill_at_any_point_of_detection_loses_and_repeats_nothing(
    crashing: Crashing, server: BotApi, gathered: Fresh
) -> None:
    """From what was gathered to the incident; then again where the recovery is killed as well."""
    told = {"api": server.url, "brands": BRANDS, "detect": True}
    whole = crashing.run(**told, database=gathered())
    assert (whole["code"], verdict(server)) == (0, ([], []))
    points = whole["detected"]
    assert points >= 30
    for fatal in range(1, points + 1, STEP):
        told["database"] = gathered()
        assert crashing.run(**told, fatal=fatal)["killed"]
        again = 1 + fatal * 7 % points
        if fatal % 2 == 0:
            crashing.run(**told, fatal=again, later=LEASES)
        assert crashing.run(**told, later=2 * LEASES)["code"] == 0
        assert (fatal, verdict(server)) == (fatal, ([], []))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("reconcile", ["probe", "resend-marked"])
def test_an_end_while_the_server_has_the_message_is_reconciled(
    crashing: Crashing,
    server: BotApi,
    fresh: Fresh,
    moment: str,
    reconcile: str,
    how: signal.Signals,
) -> None:
    """The hardest moment: accepted, and nobody lives to hear so."""
    for nth in (1, 2):
        seen: list[str] = []

        def on_request(method: str, when: str, nth: int = nth, seen: list[str] = seen) -> None:
            if method.lower().startswith("send") and when == moment:
                seen.append(method)
                if len(seen) == nth:
                    crashing.kill(how)

        server.on_request = on_request
        told = {
            "database": fresh(), "api": server.url, "brands": BRANDS, "reconcile": reconcile,
        }  # fmt: skip
        assert crashing.run(**told)["killed"]
        server.on_request = None
        assert crashing.run(**told, later=LEASES)["code"] == 0
        assert verdict(server, reconcile) == ([], [])


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_second_daemon_in_the_middle_of_every_request_is_harmless(
    crashing: Crashing, server: BotApi, fresh: Fresh, moment: str
) -> None:
    """It finds the channel taken, whenever it comes."""
    url, heard = fresh(), []

    def second(method: str, when: str) -> None:
        if when == moment and method.lower().startswith("send"):
            database = Database(url)
            notifier = TelegramNotifier(token=TOKEN, base_url=server.url)
            channels = {notifier.kind: notifier}
            heard.append(deliver(database, channels, clock=Clock(NOON), owner="second").sent)
            database.close()

    server.on_request = second
    assert crashing.run(database=url, api=server.url, brands=BRANDS)["code"] == 0
    server.on_request = None

    assert heard == [0, 0]
    assert verdict(server) == ([], [])
