"""One attempt at one notification: post it, change it, or look whether it is there already."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from alerts import payload
from alerts.attempts import PICTURE_TRIES, Attempt, plainer
from alerts.compose import marked
from alerts.notifiers.protocol import (
    CannotTell,
    DeliveryError,
    Living,
    MessageGone,
    Notifier,
    Probing,
    Receipt,
)
from storage.incident_records import Message, Notification

logger = logging.getLogger(__name__)


class Held(Exception):
    """Nobody knows whether it arrived, and the configuration wants a person to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A claimed notification with all its attempt needs to know."""

    notification: Notification
    attempt: Attempt
    in_doubt: bool  # an earlier attempt may have got through
    # What the channel called other messages to this address; None: do not look there.
    known: tuple[str, ...] | None


def hand_over(notifier: Notifier, task: Task) -> Receipt:
    """Bring the message to its reader once; DeliveryError when that failed, Held in doubt."""
    row, attempt = task.notification, task.attempt
    message = _message(row)
    if task.in_doubt and row.attempts >= PICTURE_TRIES:
        message = replace(message, photo=None)
    post = notifier.send
    if attempt.step == "edit" and isinstance(notifier, Living):
        try:
            return _plainer(lambda one: notifier.edit(row, one, attempt.provider_id), message)
        except MessageGone:
            logger.info("message is gone, posted again", extra={"notification": row.id})
            post = notifier.repost
    if task.in_doubt:
        found = _look(notifier, task, message)
        if isinstance(found, Receipt):
            return found
        message = found
    if attempt.step == "reply" and isinstance(notifier, Living):
        return _plainer(lambda one: notifier.reply(row, one, attempt.provider_id), message)
    return _plainer(lambda one: post(row, one), message)


def _look(notifier: Notifier, task: Task, message: Message) -> Receipt | Message:
    """The receipt of a message that did arrive, or the message to send: marked in doubt."""
    if getattr(notifier, "reconcile", "") == "hold":
        raise Held("nobody knows whether it arrived; `nabat outbox retry` sends it again")
    if task.known is not None and isinstance(notifier, Probing):
        try:
            found = notifier.find(task.notification, message, task.known)
        except CannotTell as error:
            logger.warning("probe cannot tell", extra={"reason": error.reason})
        else:
            return found or message
    return marked(message, task.notification.channel, task.notification.language)


def _message(notification: Notification) -> Message:
    """The stored message; a row nobody can read is poison, not a crash."""
    try:
        return payload.read(notification)
    except payload.PayloadError as error:
        raise DeliveryError(str(error), outcome="poison") from error


def _plainer(hand: Callable[[Message], Receipt], message: Message) -> Receipt:
    """Hand over the message, ever plainer while the channel cannot read it.

    Poison means refused, so the next try can be no repeat.
    """
    refused = DeliveryError("nothing to send", outcome="poison")
    for one in plainer(message):
        try:
            return hand(one)
        except DeliveryError as error:
            if error.outcome != "poison":
                raise
            refused = error
    raise refused
