"""A database that fails the daemon is told once, and once when it is back."""

from datetime import UTC, datetime, timedelta

import pytest

from nabat.alarm import REST, StorageAlarm
from storage.database import StorageError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class _World:
    """A job, its database, a clock, and what was told."""

    def __init__(self) -> None:
        self.at = NOON
        self.broken = False
        self.idle = False
        self.told: list[tuple[str, str]] = []
        alarm = StorageAlarm(lambda what, why: self.told.append((what, why)), lambda: self.at)
        self.run = alarm.guarded(self.job)

    def job(self) -> str | None:
        if self.idle:
            return None
        if self.broken:
            raise StorageError("disk full")
        return "done"


@pytest.fixture
def world() -> _World:
    """All is well."""
    return _World()


def test_a_broken_database_is_told_once_and_once_when_it_is_back(world: _World) -> None:
    """However many jobs meet it."""
    world.broken = True
    world.run()
    world.run()
    world.broken = False
    world.run()
    world.run()

    assert world.told == [("storage_down", "disk full"), ("storage_back", "")]


def test_a_job_that_had_nothing_to_do_proves_nothing(world: _World) -> None:
    """A database on a full disk can be read; only what wrote tells that it is back."""
    world.broken = True
    world.run()
    world.idle = True
    world.run()
    assert world.told == [("storage_down", "disk full")]


def test_one_that_comes_and_goes_is_told_once_in_a_while(world: _World) -> None:
    """Not at every step."""
    for minutes in range(12):
        world.at = NOON + timedelta(minutes=minutes)
        world.broken = minutes % 2 == 0
        world.run()

    assert [what for what, _ in world.told].count("storage_down") == 1 + 11 // (REST.seconds // 60)


def test_a_bug_is_not_taken_for_the_database(world: _World) -> None:
    """It goes on to who runs the job."""
    alarm = StorageAlarm(lambda what, why: world.told.append((what, why)), lambda: NOON)

    with pytest.raises(ZeroDivisionError):
        alarm.guarded(lambda: 1 // 0)()
    assert world.told == []
