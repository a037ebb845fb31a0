"""Mentions read part by part, so that any number of them can be gone through.

No transaction is open while somebody puts a part to use. They may take their time, a reader
of a pipe or a judge of tones, and SQLite empties its log of changes, as PostgreSQL does away
with outdated rows, only up to what the oldest open transaction may still want to see.
"""

from collections.abc import Iterator

from storage.database import Database
from storage.mention_filter import MentionFilter
from storage.records import MentionView


def mention_views(
    database: Database, which: MentionFilter, *, batch: int = 5_000
) -> Iterator[list[MentionView]]:
    """Answer mentions as ``Mentions.views`` does, an empty part where there is none.

    Which they are, and in what order, is of one moment; each part says what is on record when
    it is read.
    """
    with database.read() as tx:
        ids = tx.mentions.ids(which)
    for start in range(0, max(len(ids), 1), batch):
        with database.read() as tx:
            views = tx.mentions.in_order(ids[start : start + batch])
        yield views
