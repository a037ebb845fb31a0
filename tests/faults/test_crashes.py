"""SIGKILL at every point of the path: nothing lost, nothing repeated unsaid."""

import os
import shutil
from pathlib import Path

import pytest

from storage.database import Database
from tests.fakes.bot_api import BotApi
from tests.faults.conftest import Crashing, Judge

BRANDS = ["Ромашка", "Василёк"]
LEASES = 130  # seconds after which everything a dead process held is free


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """An upgraded database to copy."""
    path = tmp_path / "empty.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.close()
    return path


def fresh(empty: Path) -> str:
    """A copy of it."""
    path = empty.with_name("run.db")
    for one in empty.parent.glob("run.db*"):
        one.unlink()
    shutil.copy(empty, path)
    return f"sqlite:///{path}"


def fatal_points(points: int) -> list[int]:
    """The points at which to kill."""
    step = 1 if os.environ.get("NABAT_FAULTS") == "all" else 17
    return list(range(1, points + 1, step))


def count_points(crashing: Crashing, server: BotApi, empty: Path, reconcile: str) -> int:
    whole = crashing.run(database=fresh(empty), api=server.url, brands=BRANDS, reconcile=reconcile)
    assert whole["code"] == 0
    server.clear()
    points: int = whole["points"]
    return points


@pytest.mark.parametrize("reconcile", ["probe", "resend-marked"])
def test_a_kill_at_any_point_loses_nothing_and_repeats_nothing_unsaid(
    crashing: Crashing, server: BotApi, empty: Path, reconcile: str
) -> None:
    """Counted once, then killed at each; the next process finishes.

    The usual run takes every seventeenth point; with NABAT_FAULTS=all it takes them all.
    """
    points = count_points(crashing, server, empty, reconcile)
    assert points >= 30
    judge = Judge(server, BRANDS)
    for fatal in fatal_points(points):
        told = {
            "database": fresh(empty), "api": server.url, "brands": BRANDS, "reconcile": reconcile,
        }  # fmt: skip
        assert crashing.run(**told, fatal=fatal)["killed"]
        assert crashing.run(**told, later=LEASES)["code"] == 0
        assert (fatal, judge.lost, judge.repeated) == (fatal, [], [])
        assert reconcile != "probe" or judge.twice == []
        server.clear()


def test_a_second_kill_during_recovery_changes_nothing(
    crashing: Crashing, server: BotApi, empty: Path
) -> None:
    """Recovery is the same path, and as safe."""
    points = count_points(crashing, server, empty, "probe")
    judge = Judge(server, BRANDS)
    for fatal in fatal_points(points)[::2]:
        for again in (5, 23):
            told = {"database": fresh(empty), "api": server.url, "brands": BRANDS}
            crashing.run(**told, fatal=fatal)
            crashing.run(**told, fatal=again, later=LEASES)
            assert crashing.run(**told, later=2 * LEASES)["code"] == 0
            assert (fatal, again, judge.lost, judge.twice) == (fatal, again, [], [])
            server.clear()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("reconcile", ["probe", "resend-marked"])
def test_a_kill_while_the_server_has_the_message_is_reconciled(
    crashing: Crashing, server: BotApi, empty: Path, moment: str, reconcile: str
) -> None:
    """The hardest moment: accepted, and nobody lives to hear so."""
    judge = Judge(server, BRANDS)
    for nth in (1, 2):
        seen = []

        def on_request(method: str, when: str, nth: int = nth, seen: list[str] = seen) -> None:
            if method.lower().startswith("send") and when == moment:
                seen.append(method)
                if len(seen) == nth:
                    crashing.kill()

        server.on_request = on_request
        told = {
            "database": fresh(empty), "api": server.url, "brands": BRANDS, "reconcile": reconcile,
        }  # fmt: skip
        assert crashing.run(**told)["killed"]
        server.on_request = None
        assert crashing.run(**told, later=LEASES)["code"] == 0
        assert (judge.lost, judge.repeated) == ([], [])
        assert reconcile != "probe" or judge.twice == []
        server.clear()


def test_postgresql_survives_the_same_kills(
    crashing: Crashing, server: BotApi, postgres_url: str
) -> None:
    """One database, a new brand for each point."""
    database = Database(postgres_url)
    database.upgrade()
    database.close()
    whole = crashing.run(database=postgres_url, api=server.url, brands=["Первый"])
    assert whole["code"] == 0
    points = whole["points"]
    for fatal in range(2, points + 1, 11):
        judge = Judge(server, [f"Бренд{fatal}"])
        told = {"database": postgres_url, "api": server.url, "brands": judge.brands}
        crashing.run(**told, fatal=fatal, later=fatal * 1000)
        assert crashing.run(**told, later=fatal * 1000 + LEASES)["code"] == 0
        assert (fatal, judge.lost, judge.twice) == (fatal, [], [])
