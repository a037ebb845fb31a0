"""Delivery as a whole: how much waits, since when, how fast it leaves; a clock set back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select, update

from storage.tables import destinations, notifications

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

    def rewind(self, before: datetime, now: datetime) -> None:
        """Make due what was postponed up to the moment ``before`` the clock was set back to now.

        Rests that a server asked for are forgotten too: it asks again where it must.
        """
        held = notifications.c.not_before
        self.connection.execute(
            update(notifications)
            .where(
                notifications.c.state.in_(("pending", "unknown")),
                held > now,
                or_(notifications.c.attempts > 0, held <= notifications.c.created_at),
            )
            .values(not_before=now)
        )
        self.connection.execute(
            update(notifications)
            .where(notifications.c.state == "sending", notifications.c.lease_until > before)
            .values(lease_until=now)
        )
        self.connection.execute(
            update(destinations).where(destinations.c.not_before > now).values(not_before=now)
        )
