"""What to do about an error of the database."""

import pytest

from storage.mends import find_mend


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("no such table: brands", "nabat upgrade"),
        ('relation "brands" does not exist', "nabat upgrade"),
        ("database is locked", "close whatever"),
        ("database or disk is full", "free some space"),
        ("could not extend file: No space left on device", "free some space"),
        ("database disk image is malformed", "-wal and -shm"),
        ("attempt to write a readonly database", "right to write"),
        ('password authentication failed for user "nabat"', "user and password"),
        ("server closed the connection unexpectedly", "tried again"),
        ("deadlock detected", "tried again"),
        (
            'deadlock detected\nCONTEXT:  while updating tuple (0,5) in relation "mentions"',
            "tried again",
        ),
        (
            "canceling statement due to lock timeout\n"
            'CONTEXT:  while locking tuple (0,5) in relation "mentions"',
            "close whatever",
        ),
    ],
)
def test_a_known_cause_has_its_mend(said: str, mend: str) -> None:
    """The advice fits what the database said."""
    assert mend in (find_mend(said) or "")


def test_an_unknown_cause_has_none() -> None:
    """The caller then says what helps most often."""
    assert find_mend("unable to open database file") is None
