"""How the stream writes a form is added up."""

from storage.database import Database


def test_what_is_seen_is_added_up(database: Database) -> None:
    """By form; each unit of work adds to what is there."""
    with database.begin() as tx:
        tx.habits.add({"озон": (2, 5), "власть": (7, 0)})
        tx.habits.add({"озон": (1, 10)})
        tx.habits.add({})

    with database.read() as tx:
        assert tx.habits.all() == {"озон": (3, 15), "власть": (7, 0)}


def test_any_form_can_be_kept(database: Database) -> None:
    """Broken letters and endless words included."""
    with database.begin() as tx:
        tx.habits.add({"\ud800\x00": (1, 1), "я" * 500: (1, 1)})
        assert len(tx.habits.all()) == 2
