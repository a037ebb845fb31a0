"""A clock that was set back freezes nothing, and wakes nobody."""

from datetime import timedelta

import pytest

from alerts.clock_jumps import mend
from storage.database import Database
from tests.alerts.making import NOON, chat
from tests.alerts.test_deliver import put

HOUR = timedelta(hours=1)


@pytest.fixture
def ahead(database: Database) -> Database:
    """The clock was a day ahead: one postponed after a try, one for quiet hours, a resting chat."""
    then = NOON + 24 * HOUR
    put(database, "tried", now=then)
    put(database, "quiet", now=then, not_before=then + 8 * HOUR)
    with database.begin() as tx:
        [one] = tx.outbox.claim(then, owner="me", lease=HOUR)
        tx.outbox.postpone(
            one.id,
            state="pending",
            until=then + HOUR,
            reason="x",
            error_class="not_sent",
            owner="me",
        )
        tx.destinations.hold("telegram", one.address, until=then + HOUR)
        tx.leases.note_clock("here", then)
    return database


def test_what_was_postponed_by_a_clock_ahead_is_due(ahead: Database) -> None:
    """And the chat rests no longer; what waits for the morning still waits."""
    assert mend(ahead, [], machine="here", now=NOON)

    with ahead.begin() as tx:
        assert [one.key for one in tx.outbox.claim(NOON, owner="me", lease=HOUR, limit=9)] == [
            "tried"
        ]


def test_a_clock_that_goes_on_changes_nothing(ahead: Database) -> None:
    """Nor one that lost a little, as when two programs write at once."""
    assert not mend(ahead, [], machine="here", now=NOON + 24 * HOUR - timedelta(seconds=30))
    assert not mend(ahead, [], machine="here", now=NOON + 25 * HOUR)


@pytest.mark.parametrize(
    ("ahead_by", "said"),
    [
        (None, "переведены назад: 24 ч"),
        (-24 * HOUR, "переведены назад: 24 ч"),
        (HOUR, "ушли вперёд: 1 ч"),
    ],
    ids=["back", "back while it ran", "ahead"],
)
def test_operators_are_told_once_of_a_jump(
    database: Database, ahead_by: timedelta | None, said: str
) -> None:
    """Nobody else is; and the next look has nothing to tell."""
    then = NOON + (timedelta(0) if ahead_by == HOUR else 24 * HOUR)
    with database.begin() as tx:
        tx.leases.note_clock("here", then)

    told = [chat("Ops", ops=True), chat("PR")]
    assert mend(database, told, machine="here", now=NOON, ahead=ahead_by)
    assert not mend(database, told, machine="here", now=NOON + timedelta(seconds=1))

    with database.begin() as tx:
        [one] = tx.outbox.claim(NOON, owner="me", lease=HOUR, limit=9)
    assert one.recipient == "Ops"
    assert said in one.payload


def test_two_machines_apart_are_told_once_a_day_and_postpone_as_they_did(ahead: Database) -> None:
    """Neither clock jumped: a rest that a server asked for is kept."""
    told = [chat("Ops", address="-1", ops=True)]
    for day in range(2):
        for minute in range(3):
            now = NOON + timedelta(days=day, minutes=minute)
            assert not mend(ahead, told, machine="slow", now=now)
            assert not mend(ahead, told, machine="fast", now=now + timedelta(minutes=3))

    with ahead.begin() as tx:
        rests = tx.destinations.held_until("telegram", "-100123")
        new = [one for one in tx.outbox.listed() if one.kind == "ops"]
    assert rests == NOON + 25 * HOUR
    assert len(new) == 3


def test_two_machines_of_one_name_apart_are_told_once_a_day(ahead: Database) -> None:
    """A process whose own clock goes on evenly knows that none was set back."""
    told, even = [chat("Ops", address="-1", ops=True)], timedelta(0)
    for second in range(0, 20, 2):
        now = NOON + timedelta(seconds=second)
        assert not mend(ahead, told, machine="here", now=now + 24 * HOUR, ahead=even)
        assert not mend(ahead, told, machine="here", now=now, ahead=even)

    with ahead.begin() as tx:
        rests = tx.destinations.held_until("telegram", "-100123")
        [one] = [one for one in tx.outbox.listed() if one.kind == "ops"]
    assert rests == NOON + 25 * HOUR
    assert "Часы машины here спешат" in one.payload
