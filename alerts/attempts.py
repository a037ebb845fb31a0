"""What one attempt at a notification is to do, and when the next one may be. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from alerts.spans import clip
from storage.incident_records import Message, Notification

Step = Literal["send", "edit", "reply", "wait", "merge"]
DOUBTFUL_TRIES = 7  # two to four minutes: then others wait no longer for one in doubt
PICTURE_TRIES = 3  # then the picture may be what keeps it from arriving
_LONGEST = timedelta(minutes=5)
_STUB = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One step, and the message it is about where it changes or answers one."""

    step: Step
    provider_id: str = ""


def decide(
    notification: Notification, siblings: Sequence[Notification], *, living: bool
) -> Attempt:
    """Post, change, answer, wait for an older one, or leave out.

    One message for one incident and chat: the first that goes out is posted,
    each later one takes its place; what a newer one has overtaken is left out.
    """
    if not living or notification.incident_id is None:
        return Attempt(step="send")
    whole = [one for one in siblings if not one.kind.startswith("push-")]
    # A message stays where it was posted when its chat moves: there is nothing to change here.
    here = [one for one in whole if one.address == notification.address]
    posted = [one for one in here if one.state == "sent" and one.provider_id]
    is_push = notification.kind.startswith("push-")
    if any(_in_doubt(one) for one in whole if _before(one, notification)):
        return Attempt(step="wait")
    if is_push:
        return _decide_push(notification, whole, posted)
    if any(one.revision > notification.revision for one in posted):
        return Attempt(step="merge")
    if posted:
        return Attempt(step="edit", provider_id=str(posted[-1].provider_id))
    return Attempt(step="send")


def _in_doubt(one: Notification) -> bool:
    return one.state in ("sending", "unknown") and one.attempts < DOUBTFUL_TRIES


def _before(one: Notification, other: Notification) -> bool:
    return (one.revision, one.id) < (other.revision, other.id)


def _decide_push(
    push: Notification, whole: Sequence[Notification], posted: Sequence[Notification]
) -> Attempt:
    """A push answers the living message; before there is one it has nothing to add."""
    if any(one.revision < push.revision for one in posted):
        return Attempt(step="reply", provider_id=str(posted[-1].provider_id))
    waiting = any(one.state == "pending" for one in whole)
    return Attempt(step="wait" if waiting and not posted else "merge")


def plainer(message: Message) -> list[Message]:
    """The same message ever plainer, for a channel that cannot read the one before."""
    bare = replace(message, html="", photo=None)
    short = clip(message.text, 3500)
    stub = replace(
        bare, text=f"{clip(message.subject, _STUB)}\n{clip(message.text, _STUB)}", buttons=()
    )
    tries = [message, replace(message, photo=None), replace(bare, text=short), stub]
    return [one for place, one in enumerate(tries) if one not in tries[:place]]


def backoff(notification: Notification) -> timedelta:
    """How long to wait after a failure: doubling, at most five minutes, a little apart."""
    seconds = min(_LONGEST.total_seconds(), float(2 ** min(notification.attempts, 9)))
    digest = hashlib.sha256(f"{notification.key}:{notification.attempts}".encode()).digest()
    return timedelta(seconds=seconds * (0.75 + digest[0] / 512))
