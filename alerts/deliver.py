"""Job: claim from the outbox, hand to the notifiers, record the fate.

Each claim and each fate is a transaction of its own and the network is talked
to between them: a crash at any point leaves a row that tells what is known.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from threading import Event, Thread
from types import MappingProxyType

from alerts import attempts, folding, payload
from alerts.delivery_report import DeliveryReport
from alerts.hand_over import Held, Task, hand_over
from alerts.notifiers.protocol import (
    DeliveryError,
    Living,
    Notifier,
    Paced,
    Probing,
    TopicGone,
)
from alerts.recipients import Recipient
from alerts.troubles import topic_gone
from storage.database import Database, StorageError, Transaction
from storage.destinations import EVERYWHERE
from storage.incident_records import Message, Notification
from storage.outbox import NewNotification

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # renewed while an attempt lasts
_RENEW_EVERY = 15.0  # seconds
_RENEWALS = 20  # five minutes of one attempt: then it hangs, and others may take its message
_PATIENCE = timedelta(seconds=70)  # how long a drain waits for the next one that is due
_AUTH_REST = timedelta(minutes=1)
_SOON = timedelta(seconds=2)
_RECENT = timedelta(minutes=1)
_TICK = timedelta(milliseconds=10)
_TURN = 10.0  # seconds after which a courier claims nothing more and reports
_MOMENT = timedelta(seconds=1)  # even a run that does not drain waits so long


def deliver(
    database: Database,
    notifiers: Mapping[str, Notifier],
    *,
    clock: Callable[[], datetime],
    owner: str,
    drain: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    operators: Sequence[Recipient] = (),
    addresses: Mapping[str, str] = MappingProxyType({}),
) -> DeliveryReport:
    """Send what is due, each channel on its own, so that a slow one delays no other.

    With ``drain`` it also waits for what is held back for a short while.
    ``operators`` are told of a topic that is gone. ``addresses`` says what an address
    stands for that is kept by the name of a secret; it is looked up for the attempt alone.
    """
    patience = _PATIENCE if drain else _MOMENT
    senders = [
        _Sender(database, name, one, clock, owner, sleep, patience, inf, operators, addresses)
        for name, one in notifiers.items()
    ]
    if len(senders) == 1:
        return senders[0].run()
    with ThreadPoolExecutor(max(1, len(senders)), "deliver") as pool:
        return sum(pool.map(lambda one: one.run(), senders), DeliveryReport())


def turns(
    database: Database,
    notifiers: Mapping[str, Notifier],
    *,
    clock: Callable[[], datetime],
    owner: str,
    operators: Sequence[Recipient] = (),
    addresses: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Callable[[], DeliveryReport]]:
    """The same by channel, each for some seconds: for ``Couriers``, sent out again and again."""
    return {
        name: _Sender(
            database, name, one, clock, owner, time.sleep, _MOMENT, _TURN, operators, addresses
        ).run
        for name, one in notifiers.items()
    }


@dataclass(frozen=True, slots=True)
class _Sender:
    """One channel's way through its part of the outbox."""

    database: Database
    channel: str
    notifier: Notifier
    clock: Callable[[], datetime]
    owner: str
    sleep: Callable[[float], None]
    patience: timedelta  # for the next one that is due
    turn: float  # seconds after which it claims no more
    operators: Sequence[Recipient]
    addresses: Mapping[str, str]  # what the named ones stand for

    def run(self) -> DeliveryReport:
        """Work until nothing is due, the turn is over, or another process has the channel."""
        with self.database.read() as tx:
            if not tx.outbox.waiting(self.channel):
                return DeliveryReport()  # the usual case takes no lock and no lease
        report, began = DeliveryReport(), time.monotonic()
        try:
            while time.monotonic() - began < self.turn and (task := self._next()):
                done, go_on = self._attempt(task)
                report += done
                if not go_on:
                    break
        finally:
            with self.database.begin() as tx:
                tx.leases.release(self._lease, owner=self.owner)
        with self.database.read() as tx:
            return report + DeliveryReport(waiting=tx.outbox.waiting(self.channel))

    @property
    def _lease(self) -> str:
        return f"deliver:{self.channel}"

    def _next(self) -> Task | None:
        """Claim the next that is due; sleep until there is one, if that is soon."""
        waited = timedelta()
        while True:
            now = self.clock()
            with self.database.begin() as tx:
                lease = tx.leases.take(self._lease, owner=self.owner, now=now, duration=LEASE)
                if lease is None:
                    return None
                due = tx.destinations.held_until(self.channel, EVERYWHERE)
                if due is None or due <= now:
                    found = tx.outbox.claim(
                        now, owner=self.owner, lease=LEASE, channel=self.channel
                    )
                    if found and self._is_crowd(tx, found[0], now):
                        continue
                    if found:
                        return self._task(tx, found[0])
                    due = tx.outbox.next_due_at(self.channel)
            wait = max(_TICK, due - now) if due else self.patience
            waited += wait  # a clock that stands or is set back must not keep us here
            if due is None or waited > self.patience:
                return None
            self.sleep(wait.total_seconds())

    def _is_crowd(self, tx: Transaction, row: Notification, now: datetime) -> bool:
        """Fold many first messages for one reader into a few, after one went out whole."""
        if not isinstance(self.notifier, Paced) or row.state != "pending":
            return False
        crowd = tx.attempts.crowd(row, now)
        if (
            len(crowd) < folding.CROWD
            or row.id not in {one.id for one in crowd}
            or not tx.attempts.was_told_since(row, now - _RECENT)
        ):
            return False
        subjects = [folding.subject(one) for one in crowd]
        messages = folding.fold(subjects, self.channel, row.language)
        first, last = crowd[0].id, crowd[-1].id
        tx.outbox.add([_folded(row, one, f"{first}-{last}-{place}")
                       for place, one in enumerate(messages)], now)  # fmt: skip
        for one in crowd:
            reason = f"told in a digest with {len(crowd) - 1} others"
            owner = self.owner if one.id == row.id else None
            tx.outbox.give_up(
                one.id, state="merged", reason=reason, error_class="crowd", owner=owner
            )
        logger.info("messages folded", extra={"channel": self.channel, "folded": len(crowd)})
        return True

    def _task(self, tx: Transaction, notification: Notification) -> Task:
        attempt = attempts.decide(
            notification,
            tx.attempts.siblings(notification),
            living=isinstance(self.notifier, Living),
        )
        in_doubt = notification.state in ("sending", "unknown")
        known: tuple[str, ...] | None = None
        if isinstance(self.notifier, Probing) and self.notifier.reconcile == "probe":
            # While an older message is in doubt, a younger one would take its number.
            if tx.attempts.in_doubt(notification, tries=attempts.DOUBTFUL_TRIES):
                attempt = attempts.Attempt(step="wait")
            if in_doubt and notification.attempts < attempts.DOUBTFUL_TRIES:
                known = tuple(tx.attempts.provider_ids(self.channel, notification.address))
        return Task(notification=notification, attempt=attempt, in_doubt=in_doubt, known=known)

    def _attempt(self, task: Task) -> tuple[DeliveryReport, bool]:
        """Do what the task says and record its fate; whether the channel may go on."""
        row = task.notification
        if task.attempt.step == "wait":
            state = "unknown" if task.in_doubt else "pending"
            reason = "waits for an older message"
            with self.database.begin() as tx:
                until = self.clock() + _SOON
                tx.outbox.put_back(row, state=state, until=until, reason=reason, owner=self.owner)
            return DeliveryReport(), True
        if task.attempt.step == "merge":
            self._give_up(row, "merged", "a newer message says it all", "order")
            return DeliveryReport(merged=1), True
        try:
            with self._holding(row):
                receipt = hand_over(self.notifier, self._opened(task))
        except Held as held:
            self._give_up(row, "dead", str(held), "unknown")
            return DeliveryReport(dead=1), True
        except DeliveryError as error:
            return self._record(task, error)
        except Exception as error:  # a mistake in one notifier must not stop what else waits
            logger.exception("notifier failed", extra={"notification": row.id})
            mistake = DeliveryError(type(error).__name__, outcome="unknown")
            done, go_on = self._record(task, mistake)
            return done + DeliveryReport(mistakes=1), go_on
        with self.database.begin() as tx:
            now = self.clock()
            tx.outbox.confirm(row.id, provider_id=receipt.provider_id, now=now)
            if isinstance(self.notifier, Paced):
                until = now + self.notifier.pace(row.address)
                tx.destinations.hold(self.channel, row.address, until=until)
                until = now + self.notifier.overall_pace()
                tx.destinations.hold(self.channel, EVERYWHERE, until=until)
        logger.info("notification sent", extra={"notification": row.id, "channel": self.channel})
        return DeliveryReport(sent=1), True

    @contextmanager
    def _holding(self, row: Notification) -> Iterator[None]:
        """Keep the claim and the channel for the block, however slow the server is."""
        done = Event()
        renewing = Thread(target=self._renew, args=(row, done), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()

    def _renew(self, row: Notification, done: Event) -> None:
        for _ in range(_RENEWALS):
            if done.wait(_RENEW_EVERY):
                return
            try:
                with self.database.begin() as tx:
                    now = self.clock()
                    tx.leases.take(self._lease, owner=self.owner, now=now, duration=LEASE)
                    tx.outbox.renew(row.id, owner=self.owner, until=now + LEASE)
            except StorageError as error:  # the next turn may do it; the lease bears some of them
                reason = {"notification": row.id, "reason": str(error)}
                logger.warning("claim not renewed", extra=reason)

    def _opened(self, task: Task) -> Task:
        """The task with its reader's true address."""
        row = task.notification
        address = self.addresses.get(row.address, row.address)
        return replace(task, notification=replace(row, address=address))

    def _record(self, task: Task, error: DeliveryError) -> tuple[DeliveryReport, bool]:
        """Write what the failure means; whether the channel may go on."""
        row = task.notification
        logger.warning(
            "notification not sent",
            extra={
                "notification": row.id,
                "channel": self.channel,
                "outcome": error.outcome,
                "reason": error.reason,
            },
        )
        failed = DeliveryReport(failed=1)
        # A refusal does not clear an older doubt: that attempt may still have got through.
        state = "unknown" if task.in_doubt or error.outcome == "unknown" else "pending"
        if isinstance(error, TopicGone) and row.topic is not None:
            with self.database.begin() as tx:
                tx.outbox.forget_topic(self.channel, row.address, row.topic)
                now = self.clock()
                tx.outbox.add([topic_gone(row, to, now) for to in self.operators if to.ops], now)
            self._postpone(row, state, timedelta(), error.reason, "topic")
            return failed, True
        if error.migrate_to is not None:
            with self.database.begin() as tx:
                tx.destinations.move(self.channel, row.address, to=error.migrate_to)
            self._postpone(row, state, timedelta(), error.reason, "moved")
            return failed, True
        if error.outcome == "rate":
            return self._rest(row, state, error), True
        if error.outcome == "dead":
            with self.database.begin() as tx:
                now = self.clock()
                tx.destinations.disable(self.channel, row.address, reason=error.reason, now=now)
        if error.permanent:
            self._give_up(row, "dead", error.reason, error.outcome)
            return DeliveryReport(failed=1, dead=1), True
        wait = _AUTH_REST if error.outcome == "auth" else attempts.backoff(row)
        self._postpone(row, state, wait, error.reason, error.outcome)
        return failed, error.outcome != "auth"

    def _rest(self, row: Notification, state: str, error: DeliveryError) -> DeliveryReport:
        """The server asked for a rest: nothing goes to this address before it is over.

        Asked so at two addresses at once, it means the whole of the channel.
        """
        wait = error.retry_after or timedelta(seconds=5)
        with self.database.begin() as tx:
            now = self.clock()
            until = now + wait
            tx.destinations.hold(self.channel, row.address, until=until)
            if tx.attempts.others_rest(self.channel, row.address, now):
                tx.destinations.hold(self.channel, EVERYWHERE, until=until)
            tx.outbox.postpone(
                row.id,
                state=state,
                until=until,
                reason=error.reason,
                error_class="rate",
                owner=self.owner,
            )
        return DeliveryReport(failed=1)

    def _postpone(
        self, row: Notification, state: str, wait: timedelta, reason: str, error_class: str
    ) -> None:
        with self.database.begin() as tx:
            until = self.clock() + wait
            tx.outbox.postpone(
                row.id,
                state=state,
                until=until,
                reason=reason,
                error_class=error_class,
                owner=self.owner,
            )

    def _give_up(self, row: Notification, state: str, reason: str, error_class: str) -> None:
        with self.database.begin() as tx:
            tx.outbox.give_up(
                row.id, state=state, reason=reason, error_class=error_class, owner=self.owner
            )


def _folded(row: Notification, message: Message, span: str) -> NewNotification:
    return NewNotification(
        key=f"folded:{row.channel}:{row.address}:{span}",
        recipient=row.recipient,
        channel=row.channel,
        address=row.address,
        topic=row.topic,
        kind="folded",
        language=row.language,
        payload=payload.write(message),
        priority=0,
    )
