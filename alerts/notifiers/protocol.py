"""What a notifier promises, and how it says that a message did not go out.

Only ``send`` is asked of every kind. A channel that can change a message it
sent is also ``Living``; one that can look whether a message arrived is also
``Probing``; one whose server asks for a pace is also ``Paced``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Literal, Protocol, runtime_checkable

from alerts.redaction import redact
from storage.incident_records import Message, Notification

Outcome = Literal["not_sent", "unknown", "rate", "poison", "dead", "auth"]
Reconcile = Literal["probe", "resend-marked", "hold"]
_LONGEST_WAIT = 3600  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The channel took the message and calls it so."""

    provider_id: str


class DeliveryError(Exception):
    """A message did not go out, or nobody can say whether it did.

    ``not_sent``: surely not, try again. ``unknown``: it may have arrived.
    ``rate``: too fast, ``retry_after`` says how long to wait. ``poison``: this
    text can never go out so. ``dead``: this address takes nothing any more.
    ``auth``: the channel does not know us; nothing of it will go out.
    """

    def __init__(
        self,
        reason: str,
        *,
        outcome: Outcome = "not_sent",
        retry_after: timedelta | None = None,
        migrate_to: str | None = None,
    ) -> None:
        """Keep the reason without anything that looks like a token."""
        super().__init__(redact(reason))
        self.reason = redact(reason)
        self.outcome: Outcome = outcome
        self.retry_after = retry_after
        self.migrate_to = migrate_to

    @property
    def permanent(self) -> bool:
        """Whether trying the same again is useless."""
        return self.outcome in ("poison", "dead")


def check_timeout(seconds: float) -> None:
    """Raise ValueError unless an answer can be waited for so long."""
    if not 0 < seconds <= _LONGEST_WAIT:  # nor is a number that is none
        message = f"timeout: write more than 0 and at most {_LONGEST_WAIT} seconds, not {seconds}"
        raise ValueError(message)


class MessageGone(DeliveryError):
    """The message that was to be changed is not there any more: post it again."""


class TopicGone(DeliveryError):
    """The topic is not there any more: post without it."""


class CannotTell(DeliveryError):
    """The channel could be asked, and its answers do not say whether the message is there."""


class Notifier(Protocol):
    """One channel of one configuration table."""

    kind: ClassVar[str]

    def send(self, notification: Notification, message: Message) -> Receipt:
        """Hand the message over; DeliveryError when that failed or is not known."""
        ...


@runtime_checkable
class Living(Protocol):
    """A channel that can change a message it sent before."""

    def edit(self, notification: Notification, message: Message, provider_id: str) -> Receipt:
        """Put the new message in the place of the old; harmless to repeat."""
        ...

    def reply(self, notification: Notification, message: Message, provider_id: str) -> Receipt:
        """Post the message as an answer to the older one."""
        ...

    def repost(self, notification: Notification, message: Message) -> Receipt:
        """Post a message anew that is gone, without a sound: changing it would have made none."""
        ...


@runtime_checkable
class Probing(Protocol):
    """A channel that can look whether a message arrived, and does with reconcile "probe"."""

    @property
    def reconcile(self) -> Reconcile:
        """What to do about a message of which nobody knows whether it arrived."""
        ...

    def find(
        self, notification: Notification, message: Message, known: Sequence[str]
    ) -> Receipt | None:
        """The message if it arrived, None if it did not; CannotTell where that stays open.

        ``known`` are the ids of other messages to the same address, newest first.
        """
        ...


@runtime_checkable
class Paced(Protocol):
    """A channel whose server wants time between messages, to one address and altogether."""

    def pace(self, address: str) -> timedelta:
        """The least time between two messages to the address."""
        ...

    def overall_pace(self) -> timedelta:
        """The least time between two messages to any addresses."""
        ...
