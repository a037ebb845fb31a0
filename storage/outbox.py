"""The outbox: every message is stored before it is sent, and its fate after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    or_,
    select,
    update,
)

from storage.incident_records import Notification
from storage.tables import destinations, notifications
from storage.upsert import insert

WAITING = ("pending", "unknown")
_RETRIED = ("dead", "expired")  # when somebody asks for it; others need their chart no more


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotification:
    """One message to one recipient, before it is stored."""

    key: str
    recipient: str
    channel: str
    address: str
    kind: str
    language: str
    payload: str
    revision: int = 0
    topic: int | None = None
    incident_id: int | None = None
    event_id: int | None = None
    brand_id: int | None = None
    not_before: datetime | None = None
    priority: int = 1
    photo: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outbox:
    """The operations on notifications."""

    connection: Connection

    def add(self, new: Sequence[NewNotification], now: datetime) -> list[int]:
        """Store the notifications; one with a key already there is left as it is."""
        if not new:
            return []
        statement = (
            insert(self.connection, notifications)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(notifications.c.id)
        )
        names = NewNotification.__dataclass_fields__
        rows = [
            {name: getattr(item, name) for name in names}
            | {
                "state": "pending",
                "attempts": 0,
                "created_at": now,
                "not_before": item.not_before or now,
            }
            for item in new
        ]
        return [row.id for row in self.connection.execute(statement, rows)]

    def claim(
        self,
        now: datetime,
        *,
        owner: str,
        lease: timedelta,
        limit: int = 1,
        channel: str | None = None,
    ) -> list[Notification]:
        """Take the longest-waiting notifications that are due, for one attempt each.

        A claim runs out after the lease, so what a process left unfinished when
        it died is taken by the next one, and is told by its state ``sending``:
        whether that message went out is not known. Its claimer must reconcile.
        """
        due = or_(
            and_(notifications.c.state.in_(WAITING), notifications.c.not_before <= now),
            and_(notifications.c.state == "sending", self._lease_is_over(now, lease)),
        )
        query = (
            select(notifications)
            .outerjoin(
                destinations,
                and_(
                    destinations.c.channel == notifications.c.channel,
                    destinations.c.address == notifications.c.address,
                ),
            )
            .where(due, destinations.c.disabled_at.is_(None))
            .where(or_(destinations.c.not_before.is_(None), destinations.c.not_before <= now))
            .order_by(notifications.c.priority, notifications.c.id)
            .limit(limit)
        )
        if channel is not None:
            query = query.where(notifications.c.channel == channel)
        if self.connection.dialect.name == "postgresql":
            query = query.with_for_update(skip_locked=True, of=notifications)
        found = [Notification(**row._mapping) for row in self.connection.execute(query)]
        if found:
            self.connection.execute(
                update(notifications)
                .where(notifications.c.id.in_([item.id for item in found]))
                .values(
                    state="sending",
                    lease_owner=owner,
                    lease_until=now + lease,
                    attempts=notifications.c.attempts + 1,
                    first_tried_at=func.coalesce(notifications.c.first_tried_at, now),
                )
            )
        return found  # as they were before this claim: the state tells what is known

    def renew(self, notification_id: int, *, owner: str, until: datetime) -> None:
        """Hold a claim for longer: its attempt goes on; one that another has taken is his."""
        self.connection.execute(
            update(notifications)
            .where(notifications.c.id == notification_id, notifications.c.lease_owner == owner)
            .values(lease_until=until)
        )

    def abandon(self, owner: str, now: datetime) -> None:
        """Let others take at once what this owner had claimed: it is known to be dead."""
        self.connection.execute(
            update(notifications)
            .where(notifications.c.lease_owner == owner, notifications.c.state == "sending")
            .values(lease_until=now)
        )

    def confirm(self, notification_id: int, *, provider_id: str, now: datetime) -> None:
        """Write that the message is with its recipient, whoever has taken it over meanwhile."""
        self._settle(
            notifications.c.id == notification_id,
            state="sent",
            provider_id=provider_id,
            sent_at=now,
            last_error=None,
            error_class=None,
            photo=None,
        )

    def postpone(
        self,
        notification_id: int,
        *,
        state: str,
        until: datetime,
        reason: str,
        error_class: str,
        owner: str | None = None,
    ) -> None:
        """Write that the attempt failed (state pending) or ended unknown (state unknown).

        Where another than this owner has the claim by now, the fate is his to write.
        """
        self._settle(
            _held_by(owner, notification_id),
            state=state,
            not_before=until,
            last_error=reason,
            error_class=error_class,
        )

    def put_back(
        self, claimed: Notification, *, state: str, until: datetime, reason: str, owner: str
    ) -> None:
        """Write that what was claimed was not tried after all: it has an older one to wait for."""
        self._settle(
            _held_by(owner, claimed.id),
            state=state,
            not_before=until,
            attempts=claimed.attempts,
            first_tried_at=claimed.first_tried_at,
            last_error=reason,
            error_class="order",
        )

    def give_up(
        self,
        notification_id: int,
        *,
        state: str,
        reason: str,
        error_class: str,
        owner: str | None = None,
    ) -> None:
        """Write that it will not be tried again: dead, expired or merged; ``owner`` as above."""
        kept = {} if state in _RETRIED else {"photo": None}
        self._settle(
            _held_by(owner, notification_id),
            state=state,
            last_error=reason,
            error_class=error_class,
            **kept,
        )

    def supersede(self, newer: NewNotification) -> int:
        """Merge what still waits unsent for the same reader of the same incident.

        Only older whole messages: the newer one tells all they would have told.
        """
        done = self.connection.execute(
            update(notifications)
            .where(
                notifications.c.incident_id == newer.incident_id,
                notifications.c.recipient == newer.recipient,
                notifications.c.channel == newer.channel,
                notifications.c.revision < newer.revision,
                notifications.c.state == "pending",
                notifications.c.kind.not_like("push-%"),
            )
            .values(
                state="merged", last_error=f"superseded by revision {newer.revision}", photo=None
            )
        )
        return done.rowcount

    def withdraw(self, incident_id: int, *, kind: str, now: datetime) -> int:
        """Merge what is held back about an incident; for what would be untrue by then.

        ``kind`` is a beginning of kinds.
        """
        done = self.connection.execute(
            update(notifications)
            .where(
                notifications.c.incident_id == incident_id,
                notifications.c.state == "pending",
                notifications.c.attempts == 0,
                notifications.c.not_before > now,
                notifications.c.kind.startswith(kind, autoescape=True),
            )
            .values(state="merged", last_error="untrue by now")
        )
        return done.rowcount

    def supersede_digests(self, newer: NewNotification) -> int:
        """Merge the digests of other days that still wait for the same reader."""
        done = self.connection.execute(
            update(notifications)
            .where(
                notifications.c.kind == newer.kind,
                notifications.c.recipient == newer.recipient,
                notifications.c.channel == newer.channel,
                notifications.c.key != newer.key,
                notifications.c.state == "pending",
            )
            .values(state="merged", last_error="superseded by the next day's")
        )
        return done.rowcount

    def forget_topic(self, channel: str, address: str, topic: int) -> None:
        """Send what waits for this topic to the chat itself: the topic is gone."""
        self.connection.execute(
            update(notifications)
            .where(
                notifications.c.channel == channel,
                notifications.c.address == address,
                notifications.c.topic == topic,
                notifications.c.state.in_((*WAITING, "sending")),
            )
            .values(topic=None)
        )

    def retry(self, notification_id: int, now: datetime) -> bool:
        """Put a dead letter back in the queue; False when there is no such dead letter.

        Whoever asks for it knows that its address takes messages again.
        """
        found = self.connection.execute(
            update(notifications)
            .where(
                notifications.c.id == notification_id,
                notifications.c.state.in_(_RETRIED),
            )
            .values(state="pending", not_before=now)
            .returning(notifications.c.channel, notifications.c.address)
        ).first()
        if found is None:
            return False
        self.connection.execute(
            update(destinations)
            .where(destinations.c.channel == found.channel, destinations.c.address == found.address)
            .values(disabled_at=None, reason=None)
        )
        return True

    def of_incident(self, incident_id: int, *, recipient: str | None = None) -> list[Notification]:
        """Answer an incident's notifications in the order they were stored."""
        query = (
            select(notifications)
            .where(notifications.c.incident_id == incident_id)
            .order_by(notifications.c.id)
        )
        if recipient is not None:
            query = query.where(notifications.c.recipient == recipient)
        return [Notification(**row._mapping) for row in self.connection.execute(query)]

    def readers(self, incident_id: int) -> set[str]:
        """Answer the names of those who are told of an incident."""
        query = select(notifications.c.recipient).where(notifications.c.incident_id == incident_id)
        return set(self.connection.execute(query.distinct()).scalars())

    def listed(
        self, *, states: Sequence[str] | None = None, limit: int | None = None
    ) -> list[Notification]:
        """Answer notifications, newest first."""
        query = select(notifications).order_by(notifications.c.id.desc())
        if states is not None:
            query = query.where(notifications.c.state.in_(states))
        if limit is not None:
            query = query.limit(limit)
        return [Notification(**row._mapping) for row in self.connection.execute(query)]

    def waiting(self, channel: str) -> int:
        """Count what the channel has still to send."""
        query = (
            select(func.count())
            .select_from(notifications)
            .where(
                notifications.c.channel == channel,
                notifications.c.state.in_((*WAITING, "sending")),
            )
        )
        return self.connection.execute(query).scalar_one()

    def next_due_at(self, channel: str | None = None) -> datetime | None:
        """Answer when the next waiting notification may be tried; None when none waits."""
        held = destinations.c.not_before
        due = notifications.c.not_before
        later = case((and_(held.is_not(None), held > due), held), else_=due)
        query = (
            select(func.min(later))
            .select_from(
                notifications.outerjoin(
                    destinations,
                    and_(
                        destinations.c.channel == notifications.c.channel,
                        destinations.c.address == notifications.c.address,
                    ),
                )
            )
            .where(notifications.c.state.in_(WAITING), destinations.c.disabled_at.is_(None))
        )
        if channel is not None:
            query = query.where(notifications.c.channel == channel)
        found: datetime | None = self.connection.execute(query).scalar()
        return found

    def _lease_is_over(self, now: datetime, lease: timedelta) -> ColumnElement[bool]:
        # A lease further away than twice its length was written by a clock that jumped;
        # less is the ordinary difference between two who waited for one another.
        until = notifications.c.lease_until
        return or_(until.is_(None), until <= now, until > now + 2 * lease)

    def _settle(self, which: ColumnElement[bool], **values: Any) -> None:
        self.connection.execute(
            update(notifications)
            .where(which, notifications.c.state != "sent")
            .values(lease_owner=None, lease_until=None, **values)
        )


def _held_by(owner: str | None, notification_id: int) -> ColumnElement[bool]:
    """This notification, while the owner has its claim; None: while nobody has."""
    held = notifications.c.lease_owner.is_not_distinct_from(owner)
    return and_(notifications.c.id == notification_id, held)
