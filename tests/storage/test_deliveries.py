"""Figures of delivery."""

from storage.database import Database
from tests.storage.making import HOUR, NOON, notification


def test_what_waits_and_how_fast_it_goes_is_counted(database: Database) -> None:
    """By channel and state; the oldest; the time each took."""
    with database.begin() as tx:
        one, _ = tx.outbox.add([notification("a"), notification("b")], NOON)
        tx.outbox.confirm(one, provider_id="7", now=NOON + HOUR)

        counts = {(channel, state): number for channel, state, number in tx.deliveries.counts()}
        assert sorted(counts.values()) == [1, 1]
        assert {state for _, state in counts} == {"pending", "sent"}
        assert tx.deliveries.oldest_waiting() == NOON
        assert tx.deliveries.delays(limit=5) == [HOUR]


def test_an_empty_outbox_has_no_figures(sqlite_database: Database) -> None:
    """Nothing waits, nothing went."""
    with sqlite_database.read() as tx:
        assert (tx.deliveries.counts(), tx.deliveries.oldest_waiting()) == ([], None)
        assert tx.deliveries.delays(limit=5) == []
