"""What an attempt at one notification has to know of the others, before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select, tuple_

from storage.incident_records import Notification
from storage.outbox import WAITING
from storage.tables import notifications

_WITHOUT_CHART = [column for column in notifications.c if column.name != "photo"]


@dataclass(frozen=True, slots=True)
class Attempts:
    """The questions about what else went, goes and waits; changes are ``Outbox``'s."""

    connection: Connection

    def siblings(self, notification: Notification) -> list[Notification]:
        """Answer the others about the same incident to the same reader, without contents."""
        if notification.incident_id is None:
            return []
        query = (
            select(*(column for column in _WITHOUT_CHART if column.name != "payload"))
            .where(
                notifications.c.incident_id == notification.incident_id,
                notifications.c.recipient == notification.recipient,
                notifications.c.channel == notification.channel,
                notifications.c.id != notification.id,
            )
            .order_by(notifications.c.id)
        )
        return [Notification(**row._mapping, payload="") for row in self.connection.execute(query)]

    def crowd(self, notification: Notification, now: datetime) -> list[Notification]:
        """Answer the first messages about incidents that wait for the same reader, this one too.

        None of them is told yet in any revision; changes of told ones are left out.
        """
        told = notifications.alias()
        query = (
            select(notifications)
            .where(
                *_same_reader(notification),
                notifications.c.not_before <= now,
                notifications.c.incident_id.is_not(None),
                notifications.c.kind.not_like("push-%"),
                or_(
                    notifications.c.state == "pending",
                    notifications.c.id == notification.id,
                ),
                ~exists().where(
                    told.c.incident_id == notifications.c.incident_id,
                    told.c.recipient == notifications.c.recipient,
                    told.c.channel == notifications.c.channel,
                    told.c.state.in_(("sent", "sending", "unknown")),
                    told.c.id != notifications.c.id,
                ),
            )
            .order_by(notifications.c.priority, notifications.c.id)
        )
        return [Notification(**row._mapping) for row in self.connection.execute(query)]

    def was_told_since(self, notification: Notification, since: datetime) -> bool:
        """Answer whether anything reached the reader of the notification since then."""
        query = select(notifications.c.id).where(
            *_same_reader(notification), notifications.c.sent_at >= since
        )
        return self.connection.execute(query.limit(1)).first() is not None

    def others_rest(self, channel: str, address: str, now: datetime) -> bool:
        """Answer whether the server asked for a rest at another address of the channel as well."""
        query = select(notifications.c.id).where(
            notifications.c.channel == channel,
            notifications.c.address != address,
            notifications.c.state.in_(WAITING),
            notifications.c.error_class == "rate",
            notifications.c.not_before > now,
        )
        return self.connection.execute(query.limit(1)).first() is not None

    def in_vain_since(self, before: datetime) -> list[Notification]:
        """Answer what was tried before then and waits, refused or in doubt, without charts."""
        query = select(*_WITHOUT_CHART).where(
            notifications.c.state.in_(WAITING),
            notifications.c.error_class.in_(("not_sent", "unknown")),
            notifications.c.first_tried_at < before,
        )
        return [
            Notification(**row._mapping)
            for row in self.connection.execute(query.order_by(notifications.c.id))
        ]

    def of_late(self, states: Sequence[str], moment: datetime) -> list[Notification]:
        """Answer those in such a state, made or due for a try since then, without charts."""
        query = select(*_WITHOUT_CHART).where(
            notifications.c.state.in_(states),
            or_(notifications.c.created_at >= moment, notifications.c.not_before >= moment),
        )
        return [
            Notification(**row._mapping)
            for row in self.connection.execute(query.order_by(notifications.c.id))
        ]

    def provider_ids(self, channel: str, address: str, *, limit: int = 200) -> list[str]:
        """Answer what the channel called the newest messages it took for this address."""
        query = (
            select(notifications.c.provider_id)
            .where(
                notifications.c.channel == channel,
                notifications.c.address == address,
                notifications.c.provider_id.is_not(None),
            )
            .order_by(notifications.c.id.desc())
            .limit(limit)
        )
        return list(self.connection.execute(query).scalars())

    def in_doubt(self, notification: Notification, *, tries: int) -> bool:
        """Answer whether an earlier message to this address may or may not have gone out.

        For one that is in doubt itself, earlier is what was tried before it. One that
        is still in doubt after so many tries is waited for no longer.
        """
        query = (
            select(notifications.c.id)
            .where(
                notifications.c.channel == notification.channel,
                notifications.c.address == notification.address,
                notifications.c.state.in_(("sending", "unknown")),
                notifications.c.attempts < tries,
                notifications.c.id != notification.id,
            )
            .limit(1)
        )
        if notification.state in ("sending", "unknown"):
            tried = tuple_(notifications.c.first_tried_at, notifications.c.id)
            query = query.where(tried < (notification.first_tried_at, notification.id))
        return self.connection.execute(query).first() is not None


def _same_reader(notification: Notification) -> tuple[ColumnElement[bool], ...]:
    """One chat may have several readers: of other brands, in topics or languages of their own."""
    return (
        notifications.c.channel == notification.channel,
        notifications.c.address == notification.address,
        notifications.c.recipient == notification.recipient,
        notifications.c.topic.is_not_distinct_from(notification.topic),
    )
