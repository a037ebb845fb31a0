"""Figures of delivery: how much waits, since when, and how fast messages leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from storage.tables import notifications

_WAITING = ("pending", "unknown", "sending")


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What can be counted of the outbox; the rows themselves are ``Outbox``'s."""

    connection: Connection

    def counts(self) -> list[tuple[str, str, int]]:
        """Answer how many notifications there are, by channel and state."""
        by = (notifications.c.channel, notifications.c.state)
        rows = self.connection.execute(select(*by, func.count()).group_by(*by).order_by(*by))
        return [(channel, state, number) for channel, state, number in rows]

    def oldest_waiting(self) -> datetime | None:
        """Answer since when the longest-waiting notification waits; None when none does."""
        query = select(func.min(notifications.c.created_at)).where(
            notifications.c.state.in_(_WAITING)
        )
        found: datetime | None = self.connection.execute(query).scalar()
        return found

    def delays(self, *, limit: int) -> list[timedelta]:
        """Answer how long the last sent notifications took from stored to accepted."""
        query = (
            select(notifications.c.created_at, notifications.c.sent_at)
            .where(notifications.c.sent_at.is_not(None))
            .order_by(notifications.c.id.desc())
            .limit(limit)
        )
        return [row.sent_at - row.created_at for row in self.connection.execute(query)]
