"""Job: what went wrong with telling people is told to the operators, and to the next channel.

A destination that takes nothing any more, a channel that does not know us, a
message given up, and one that has been tried in vain for long, each become one
message to every recipient with ``ops = true``. What its reader would have heard,
were the address not dead, the channel not closed to us or the message not stuck,
goes to the recipient's ``fallback`` as well.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts import payload
from alerts.compose import notice
from alerts.plan import LIVING
from alerts.recipients import Recipient
from alerts.redaction import scheme_only
from alerts.texts import Speech
from storage.database import Database, Transaction
from storage.destinations import EVERYWHERE
from storage.incident_records import Message, Notification
from storage.outbox import WAITING, NewNotification

_REFUSED_AFTER = timedelta(minutes=10)  # a key may just be being changed
_STUCK_AFTER = timedelta(minutes=30)  # a server may just be restarting
_NEWS_FOR = timedelta(
    days=3
)  # a weekend; a recipient or fallback added later is told nothing older
_Place = tuple[str, str]  # channel and address, or EVERYWHERE for all of the channel


def report_troubles(database: Database, recipients: Sequence[Recipient], *, now: datetime) -> int:
    """Put what is new about failed delivery in the outbox; answers how many were added."""
    with database.begin() as tx:
        here = [
            replace(one, address=tx.destinations.moved_to(one.channel, one.address))
            for one in recipients
        ]
        disabled = tx.destinations.disabled()
        refused = tx.destinations.refused(now, after=_REFUSED_AFTER)
        off = {(channel, address) for channel, address, _ in disabled}
        off |= {(channel, EVERYWHERE) for channel in refused}
        operators = [one for one in here if one.ops and not _is_off(one, off)]
        dead = [one for one in tx.attempts.of_late(["dead"], now - _NEWS_FOR) if _is_told(one)]
        vain = [one for one in tx.attempts.in_vain_since(now - _STUCK_AFTER) if _is_told(one)]
        stuck = [*vain, *(one for one in dead if one.error_class == "dead")]
        if off:
            waiting = tx.attempts.of_late(WAITING, now - _NEWS_FOR)
            stuck += [one for one in waiting if _is_off(one, off)]
        new = [
            *(_disabled(*one, here, to) for one in disabled for to in operators),
            *(_refused(channel, now, to) for channel in refused for to in operators),
            *(_given_up(one, to) for one in dead for to in operators),
            *(
                _in_vain(one, now, to)
                for one in vain
                for to in operators
                if not _is_off(to, [_at(one)])
            ),
            *_fallbacks(tx, stuck, here),
        ]
        return len(tx.outbox.add(new, now))


def _is_told(one: Notification) -> bool:
    """Troubles about troubles would never end."""
    return one.kind != "ops"


def _is_off(one: Notification | Recipient, off: Collection[_Place]) -> bool:
    return (one.channel, one.address) in off or (one.channel, EVERYWHERE) in off


def _at(one: Notification) -> _Place:
    return one.channel, one.address


def _disabled(
    channel: str, address: str, reason: str, recipients: Iterable[Recipient], to: Recipient
) -> NewNotification:
    names = [one.name for one in recipients if (one.channel, one.address) == (channel, address)]
    where = ", ".join(names) or scheme_only(address)
    text = Speech(to.language).say("trouble_disabled", channel=channel, where=where, reason=reason)
    return for_operator(f"disabled:{channel}:{address}:{reason}", [text], to)


def _refused(channel: str, now: datetime, to: Recipient) -> NewNotification:
    text = Speech(to.language).say("trouble_refused", channel=channel)
    return for_operator(f"refused:{channel}:{now:%Y-%m-%d}", [text], to)


def _given_up(one: Notification, to: Recipient) -> NewNotification:
    text = Speech(to.language).say(
        "trouble_dead",
        channel=one.channel,
        recipient=one.recipient,
        reason=one.last_error or one.error_class or "?",
        number=one.id,
    )
    return for_operator(f"dead:{one.id}", [text, _about(one)], to)


def _in_vain(one: Notification, now: datetime, to: Recipient) -> NewNotification:
    """Once a day for a recipient: where one message is stuck, the next ones mostly are."""
    text = Speech(to.language).say(
        "trouble_stuck",
        channel=one.channel,
        recipient=one.recipient,
        reason=one.last_error or one.error_class or "?",
    )
    where = f"{one.channel}:{one.recipient}:{now:%Y-%m-%d}"
    return for_operator(f"stuck:{where}", [text, _about(one)], to)


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
    tx: Transaction, stuck: Iterable[Notification], recipients: Sequence[Recipient]
) -> list[NewNotification]:
    """The newest words by the next channel, late and plain, once for each that would have rung."""
    by_name = {one.name: one for one in recipients}
    whole = [one for one in stuck if one.incident_id and not _is_push(one)]
    newest = {
        (one.incident_id, one.recipient, one.channel): one
        for one in sorted(whole, key=lambda one: one.revision)
    }
    made = []
    for one in newest.values():
        owner = by_name.get(one.recipient)
        to = by_name.get(owner.fallback) if owner and owner.fallback else None
        rung = _rung(one, tx.attempts.siblings(one)) if to else None
        if to is None or rung is None:
            continue
        try:
            told = payload.read(one)
        except payload.PayloadError:
            continue
        message = notice(told.subject, told.text.split("\n"), to.channel, to.language)
        what = f"fallback:{one.incident_id}:{one.recipient}:{rung}:{to.name}"
        made.append(_new(what, "fallback", message, to, one))
    return made


def _rung(one: Notification, siblings: Sequence[Notification]) -> int | None:
    """The last revision that would have been heard and was not; None where all were.

    Of a living message the first is heard, and then only what is said beside it.
    """
    rows = [*siblings, one]
    heard = max((row.revision for row in rows if row.state == "sent"), default=0)
    first = min(row.revision for row in rows)
    rings = [
        row.revision
        for row in rows
        if row.channel not in LIVING or row.revision == first or _is_push(row)
    ]
    return max((revision for revision in rings if revision > heard), default=None)


def _is_push(one: Notification) -> bool:
    return one.kind.startswith("push-")


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
