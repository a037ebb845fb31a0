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


def test_a_silence_can_be_ended_once(database: Database) -> None:
    """What is over already cannot be ended."""
    _, brand = begun(database)
    with database.begin() as tx:
        said = tx.silences.add(brand, until=NOON + HOUR, by="Анна", now=NOON)
        assert not tx.silences.end(said.id, NOON + HOUR)
        assert tx.silences.end(said.id, NOON)
        assert not tx.silences.end(said.id, NOON)
        assert tx.silences.active(NOON) == []
