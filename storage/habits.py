"""Habits: how often the stream writes a watched form in small letters, and with a capital."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.storable import storable
from storage.tables import habits
from storage.upsert import insert


@dataclass(frozen=True, slots=True)
class StoredHabits:
    """The operations on habits of writing."""

    connection: Connection

    def add(self, seen: Mapping[str, tuple[int, int]]) -> None:
        """Add what was seen of each form: times in small letters, times with a capital."""
        statement = insert(self.connection, habits)
        # Two writers with the same forms in two orders would wait for one another.
        rows = [
            {"form": storable(form), "small": small, "capital": capital}
            for form, (small, capital) in sorted(seen.items())
        ]
        if rows:
            self.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["form"],
                    set_={
                        "small": habits.c.small + statement.excluded.small,
                        "capital": habits.c.capital + statement.excluded.capital,
                    },
                ),
                rows,
            )

    def all(self) -> dict[str, tuple[int, int]]:
        """Answer what was ever seen, by form."""
        rows = self.connection.execute(select(habits.c.form, habits.c.small, habits.c.capital))
        return {row.form: (row.small, row.capital) for row in rows}
