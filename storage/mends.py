"""What to do about an error of the database, in one sentence.

Pure. For a cause not known here there is None, and the caller gives the advice
that helps most often.
"""

from typing import Final

# What the two databases say, in the order in which to look for it: who had to wait is told
# which relation's row it was.
_MENDS: Final = (
    (
        ("database is locked", "lock timeout"),
        "another program holds it; close whatever else has it open",
    ),
    (
        ("deadlock", "could not serialize", "canceling statement"),
        "other work was in the way; it is tried again with the next job",
    ),
    (
        ("no such table", "no such column", 'relation "', 'column "'),
        "its tables are not those of this program; run `nabat upgrade`",
    ),
    (
        ("is full", "No space left", "disk I/O error"),
        "free some space on its disk",
    ),
    (
        ("not a database", "malformed", "file is encrypted"),
        "the file is damaged or something else; put the last backup in its place, "
        "and remove the files beside it that end in -wal and -shm",
    ),
    (
        ("readonly", "read-only", "permission denied", "Permission denied"),
        "give this user the right to write there",
    ),
    (
        ("password", "authentication", "role "),
        "put the right user and password into [storage] url",
    ),
    (
        ("terminating connection", "closed the connection", "connection is closed"),
        "the server went away; it is tried again with the next job",
    ),
)


def find_mend(reason: str) -> str | None:
    """Answer what to do about what the database said."""
    for signs, mend in _MENDS:
        if any(sign in reason for sign in signs):
            return mend
    return None
