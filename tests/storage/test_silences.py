"""Silences: quiet until a time."""

from storage.database import Database
from tests.storage.making import HOSTILE, HOUR, KEPT, NOON, begun


def test_a_silence_holds_until_its_time(database: Database) -> None:
    """Not before it was said, not at its end."""
    _, brand = begun(database)
    with database.begin() as tx:
        said = tx.silences.add(
            brand,
            until=NOON + HOUR,
            by="Анна",
            now=NOON,
            situation="leak",
            publisher=HOSTILE,
            reason=HOSTILE,
        )
        assert (said.publisher, said.reason) == (KEPT, KEPT)
        assert tx.silences.active(NOON) == [said]
        assert tx.silences.active(NOON - HOUR) == []
        assert tx.silences.active(NOON + HOUR) == []


def test_silences_can_be_ended_once(database: Database) -> None:
    """All of the brand; what is over already cannot be ended."""
    _, brand = begun(database)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + HOUR, by="Анна", now=NOON)
        tx.silences.add(brand, until=NOON + HOUR, by="Пётр", now=NOON, situation="leak")
        assert tx.silences.end(brand + 1, NOON) == 0
        assert tx.silences.end(brand, NOON + HOUR) == 0
        assert tx.silences.end(brand, NOON) == 2
        assert tx.silences.end(brand, NOON) == 0
        assert tx.silences.active(NOON) == []
        assert {one.over_at for one in tx.silences.held_since(NOON)} == {NOON}
