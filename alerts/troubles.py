"""Job: what went wrong with telling people is told to the operators, and to the next channel.

A destination that takes nothing any more, and a message given up, each become
one message to every recipient with ``ops = true``; a message given up for its
address, and what waits for an address that is off, go to the recipient's
``fallback`` as well.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from alerts import payload
from alerts.compose import notice
from alerts.recipients import Recipient
from alerts.texts import Speech
from storage.database import Database, Transaction
from storage.outbox import NewNotification
from storage.records import Message, Notification

_BATCH = 100


def report_troubles(database: Database, recipients: Sequence[Recipient], *, now: datetime) -> int:
    """Put what is new about failed delivery in the outbox; answers how many were added."""
    with database.begin() as tx:
        dead = [one for one in tx.outbox.listed(states=["dead"], limit=_BATCH) if _is_told(one)]
        off = {(channel, address) for channel, address, _ in tx.destinations.disabled()}
        stuck = [one for one in dead if one.error_class == "dead"]
        if off:
            stuck += [one for one in tx.outbox.listed(states=["pending"]) if _goes_to(one, off)]
        new = [
            *_disabled(tx, recipients),
            *(_given_up(one, to) for one in dead for to in _operators(recipients, off)),
            *_fallbacks(stuck, recipients),
        ]
        return len(tx.outbox.add(new, now))


def _is_told(one: Notification) -> bool:
    """Troubles about troubles would never end."""
    return one.kind != "ops"


def _goes_to(one: Notification, off: set[tuple[str, str]]) -> bool:
    return (one.channel, one.address) in off and not one.kind.startswith("push-")


def _operators(recipients: Sequence[Recipient], off: set[tuple[str, str]]) -> list[Recipient]:
    return [one for one in recipients if one.ops and (one.channel, one.address) not in off]


def _disabled(tx: Transaction, recipients: Sequence[Recipient]) -> list[NewNotification]:
    found = tx.destinations.disabled()
    off = {(channel, address) for channel, address, _ in found}
    made = []
    for channel, address, reason in found:
        for to in _operators(recipients, off):
            text = Speech(to.language).say(
                "trouble_disabled", channel=channel, address=address, reason=reason
            )
            made.append(for_operator(f"disabled:{channel}:{address}:{reason}", [text], to))
    return made


def _given_up(one: Notification, to: Recipient) -> NewNotification:
    text = Speech(to.language).say(
        "trouble_dead",
        channel=one.channel,
        recipient=one.recipient,
        reason=one.last_error or one.error_class or "?",
        number=one.id,
    )
    return for_operator(f"dead:{one.id}", [text, _about(one)], to)


def _about(one: Notification) -> str:
    """What the operator may have to tell people in another way."""
    try:
        return payload.read(one).subject
    except payload.PayloadError:
        return one.key


def topic_gone(one: Notification, to: Recipient, now: datetime) -> NewNotification:
    """Somebody deleted or closed a topic: what was for it goes to General; told once a day."""
    what = f"topic:{one.channel}:{one.address}:{one.topic}:{now:%Y-%m-%d}"
    said = Speech(to.language).say(
        "trouble_topic", topic=one.topic, address=one.address, recipient=one.recipient
    )
    return for_operator(what, [said], to)


def _fallbacks(
    stuck: Sequence[Notification], recipients: Sequence[Recipient]
) -> list[NewNotification]:
    """The same words by the next channel: late and plain, but told."""
    by_name = {one.name: one for one in recipients}
    made = []
    for one in stuck:
        owner = by_name.get(one.recipient)
        to = by_name.get(owner.fallback) if owner and owner.fallback else None
        if to is None or one.incident_id is None:
            continue
        try:
            told = payload.read(one)
        except payload.PayloadError:
            continue
        message = notice(told.subject, told.text.split("\n"), to.channel, to.language)
        made.append(_new(f"fallback:{one.id}:{to.name}", "fallback", message, to, one))
    return made


def for_operator(
    what: str, lines: Sequence[str], to: Recipient, *, head: str = "trouble_subject"
) -> NewNotification:
    """A message about nabat's own trouble; the same ``what`` is told to one operator once."""
    message = notice(Speech(to.language).say(head), lines, to.channel, to.language)
    return _new(f"ops:{what}:{to.name}", "ops", message, to, None)


def _new(
    what: str, kind: str, message: Message, to: Recipient, about: Notification | None
) -> NewNotification:
    digest = hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()
    return NewNotification(
        key=f"{kind}:{digest}",
        recipient=to.name,
        channel=to.channel,
        address=to.address,
        topic=to.topic,
        kind=kind,
        language=to.language,
        payload=payload.write(message),
        brand_id=about.brand_id if about else None,
        priority=0,
    )
