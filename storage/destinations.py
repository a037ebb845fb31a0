"""Where messages go: addresses that rest, are switched off, or have moved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, select, update

from storage.tables import destinations, notifications
from storage.upsert import put

_UNSENT = ("pending", "unknown", "sending")
_MOST_MOVES = 10
_A_DAY = timedelta(days=1)
EVERYWHERE = "*"  # the address that stands for the whole of a channel


@dataclass(frozen=True, slots=True)
class Destinations:
    """The operations on the addresses that notifications go to, by channel."""

    connection: Connection

    def hold(self, channel: str, address: str, *, until: datetime) -> None:
        """Send nothing more to this address before the time: its server asked so."""
        self._put(channel, address, not_before=until)

    def held_until(self, channel: str, address: str) -> datetime | None:
        """Answer until when nothing may be sent to this address; None where nothing was asked."""
        query = select(destinations.c.not_before).where(
            destinations.c.channel == channel, destinations.c.address == address
        )
        found: datetime | None = self.connection.execute(query).scalar()
        return found

    def disable(self, channel: str, address: str, *, reason: str, now: datetime) -> None:
        """Send nothing more to this address until one given up is asked for again."""
        self._put(channel, address, disabled_at=now, reason=reason)

    def disabled(self) -> list[tuple[str, str, str]]:
        """Answer (channel, address, reason) of those that get nothing now."""
        query = select(destinations).where(destinations.c.disabled_at.is_not(None))
        return [
            (row.channel, row.address, row.reason or "") for row in self.connection.execute(query)
        ]

    def refused(self, now: datetime, *, after: timedelta) -> list[str]:
        """Answer the channels that have not known us for so long: nothing of them went out since.

        Messages that newer ones took the place of count too: each change of an
        incident would start the time anew. The days are what the index can use.
        """
        sent = notifications.alias()
        query = (
            select(notifications.c.channel)
            .distinct()
            .where(
                notifications.c.state.in_((*_UNSENT, "merged")),
                notifications.c.not_before >= now - _A_DAY,
                notifications.c.error_class == "auth",
                notifications.c.first_tried_at <= now - after,
                ~exists().where(
                    sent.c.channel == notifications.c.channel,
                    sent.c.state == "sent",
                    sent.c.not_before >= now - 2 * _A_DAY,
                    sent.c.sent_at >= notifications.c.first_tried_at,
                ),
            )
        )
        return list(self.connection.execute(query).scalars())

    def move(self, channel: str, address: str, *, to: str) -> None:
        """Follow an address that moved: what waits for it is sent to the new one."""
        self._put(channel, address, moved_to=to)
        self.connection.execute(
            update(notifications)
            .where(
                notifications.c.channel == channel,
                notifications.c.address == address,
                notifications.c.state.in_(_UNSENT),
            )
            .values(address=to)
        )

    def moved_to(self, channel: str, address: str) -> str:
        """Answer where the address is now: itself, or the place it moved to."""
        for _ in range(_MOST_MOVES):  # two that moved to one another have no end
            query = select(destinations.c.moved_to).where(
                destinations.c.channel == channel, destinations.c.address == address
            )
            found = self.connection.execute(query).scalar()
            if not found:
                break
            address = found
        return address

    def _put(self, channel: str, address: str, **values: Any) -> None:
        put(
            self.connection,
            destinations,
            [{"channel": channel, "address": address} | values],
            key=["channel", "address"],
            change=list(values),
        )
