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
            one.id, state="pending", until=then + HOUR, reason="x", error_class="not_sent"
        )
        tx.destinations.hold("telegram", one.address, until=then + HOUR)
        tx.leases.beat("deliver", now=then)
    return database


def test_what_was_postponed_by_a_clock_ahead_is_due(ahead: Database) -> None:
    """And the chat rests no longer; what waits for the morning still waits."""
    assert mend(ahead, [], now=NOON)

    with ahead.begin() as tx:
        assert [one.key for one in tx.outbox.claim(NOON, owner="me", lease=HOUR, limit=9)] == [
            "tried"
        ]


def test_a_clock_that_goes_on_changes_nothing(ahead: Database) -> None:
    """Nor one that is a little behind another machine's."""
    assert not mend(ahead, [], now=NOON + 25 * HOUR)
    assert not mend(ahead, [], now=NOON + 24 * HOUR - timedelta(seconds=30))


@pytest.mark.parametrize(
    ("ahead_by", "said"),
    [(timedelta(0), "переведены назад: 24 ч"), (HOUR, "ушли вперёд: 1 ч")],
    ids=["back", "ahead"],
)
def test_operators_are_told_once_of_a_jump(
    database: Database, ahead_by: timedelta, said: str
) -> None:
    """Nobody else is; and the next look has nothing to tell."""
    then = NOON + (timedelta(0) if ahead_by else 24 * HOUR)
    with database.begin() as tx:
        tx.leases.beat("deliver", now=then)

    assert mend(database, [chat("Ops", ops=True), chat("PR")], now=NOON, ahead=ahead_by)
    with database.begin() as tx:
        tx.leases.beat("deliver", now=NOON)
    assert not mend(database, [chat("Ops", ops=True)], now=NOON + timedelta(seconds=1))

    with database.begin() as tx:
        [told] = tx.outbox.claim(NOON, owner="me", lease=HOUR, limit=9)
    assert told.recipient == "Ops"
    assert said in told.payload
