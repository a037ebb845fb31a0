"""Addresses: a server's wish is kept, a refusal remembered, a move followed."""

from datetime import datetime

from storage.database import Database, Transaction
from tests.storage.making import HOSTILE, HOUR, KEPT, NOON, notification


def _claim(tx: Transaction, at: datetime = NOON) -> list[int]:
    return [one.id for one in tx.outbox.claim(at, owner="a", lease=HOUR)]


def test_nothing_goes_to_an_address_at_rest_or_disabled(database: Database) -> None:
    """A server's wish is kept, and what it said when it refused."""
    with database.begin() as tx:
        tx.outbox.add([notification()], NOON)
        tx.destinations.hold("telegram", "-100123", until=NOON + HOUR)
        assert _claim(tx) == []
        assert tx.outbox.next_due_at() == NOON + HOUR
        tx.destinations.disable("telegram", "-100123", reason=HOSTILE, now=NOON)
        assert _claim(tx, NOON + HOUR) == []
        assert tx.outbox.next_due_at() is None
        assert tx.destinations.disabled() == [("telegram", "-100123", KEPT)]


def test_an_address_that_moved_is_followed(database: Database) -> None:
    """What waits goes along; moving in a circle ends; long addresses stay whole."""
    long = "https://hook.example/" + "x" * 900
    with database.begin() as tx:
        tx.outbox.add([notification(topic=7)], NOON)
        tx.outbox.forget_topic("telegram", "-100123", 7)
        tx.destinations.move("telegram", "-100123", to="b")
        tx.destinations.move("telegram", "b", to=long)
        assert tx.destinations.moved_to("telegram", "-100123") == long
        (found,) = tx.outbox.listed()
        assert (found.address, found.topic) == (long, None)
        tx.destinations.move("telegram", long, to="b")
        assert tx.destinations.moved_to("telegram", "b") in {"b", long}
