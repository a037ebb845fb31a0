"""Job: events not handled yet into notifications in the outbox, one transaction an incident.

Says which situation an incident is, who is to know and by which message;
what goes out and when is the outbox's and ``alerts.deliver``'s.
"""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts import payload
from alerts.brief import Brief
from alerts.cases import Case, read_case
from alerts.chart import Chart, no_chart
from alerts.compose import alert, push
from alerts.escalation import OTHER, OVER, audience, heard_at, take_until
from alerts.parts import named
from alerts.playbook import LEVELS, Playbook
from alerts.recipients import Recipient
from alerts.situations import Reaction
from alerts.texts import Speech
from storage.database import Database, Transaction
from storage.incident_records import Event, Incident, Message
from storage.outbox import NewNotification

logger = logging.getLogger(__name__)

LIVING = ("telegram",)  # channels whose message is changed in place: one per incident and chat
_LOUD = ("opened", "joined", "worsened", "missed", "escalated", "taken", *OVER)
_MAX_LEVEL_PUSHES = 2
_MAX_WAVE_PUSHES = 2  # in a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is to be written about one case."""

    case: Case
    notifications: tuple[NewNotification, ...]


class UntoldIncidentsError(Exception):
    """Some incidents could not be put in words; all others were, and are in the outbox."""


def plan(
    database: Database,
    playbook: Playbook,
    recipients: Sequence[Recipient],
    *,
    now: datetime,
    living: Collection[str] = LIVING,
    chart: Chart = no_chart,
) -> int:
    """Put a notification in the outbox for each change and each recipient it concerns.

    Composing needs no lock, so it is done between a look and a write; an event
    another process planned meanwhile is left alone. Answers how many were added.
    Raises UntoldIncidentsError at the very end for incidents that cannot be put in words.
    """
    with database.read() as tx:
        waiting = tx.incidents.unplanned()
        addresses = {
            one.name: tx.destinations.moved_to(one.channel, one.address) for one in recipients
        }
    here = [replace(one, address=addresses[one.name]) for one in recipients]
    added = 0
    failed: list[str] = []
    for number in waiting:
        with database.read() as tx:
            case = read_case(tx, number, playbook, now)
        if case is None:
            continue
        try:
            decided = _decide(case, playbook, here, now, living, chart)
        except Exception:  # what cannot be said of one incident must not silence the others
            logger.exception("incident not planned", extra={"incident": number})
            failed.append(str(number))
            continue
        with database.begin() as tx:
            added += _write(tx, decided, now)
    if failed:
        raise UntoldIncidentsError(f"not told, see the log: incident {', '.join(failed)}")
    return added


def _decide(
    case: Case,
    playbook: Playbook,
    recipients: Sequence[Recipient],
    now: datetime,
    living: Collection[str],
    chart: Chart,
) -> Decided:
    situation, level = case.recognised.situation.id, case.level
    reaction = playbook.reaction(situation)
    owners = tuple(
        (one.role, one.name)
        for one in recipients
        if one.role and one.serves(case.incident, others=case.others)
    )
    stored = {one.key for one in case.sent}
    added: list[NewNotification] = []
    hearing, levels = _hearing(case, recipients), (*case.levels, (now, level))
    clocks_begin = heard_at(case.begun_at, hearing, levels)
    until = take_until(case.asked_at, reaction.take_within, hearing, levels)
    for recipient in _told(case, hearing):
        brief = Brief(
            incident=case.incident,
            event=case.event,
            level=level,
            recognised=case.recognised,
            reaction=reaction,
            begun_at=clocks_begin,
            take_until=until,
            asked=_role(case, reaction),
            owners=owners,
            language=recipient.language,
            timezone=recipient.timezone,
            reader=recipient.name,
            ticked=case.ticked,
            silence=case.silence,
            links=case.links,
        )
        for kind, compose in _messages(case, brief, recipient, living):
            key = notification_key(case.incident.id, recipient, kind, case.event.revision)
            if key not in stored:  # under a silence the same event comes up again and again
                at = _due_at(case, brief, recipient, kind, now, living)
                added.append(_notification(case, brief, recipient, key, kind, compose, at, chart))
    return Decided(case=case, notifications=tuple(added))


def _hearing(case: Case, recipients: Iterable[Recipient]) -> list[Recipient]:
    """Whom it concerns, whether or not it is to be quiet for now."""
    return audience(
        recipients,
        replace(case.incident, level=case.level, situation=case.recognised.situation.id),
        others=case.others,
        roles=_called(case),
        copies={one.recipient for one in case.sent},
    )


def _told(case: Case, hearing: Iterable[Recipient]) -> list[Recipient]:
    """Whom it is told now: under a silence who has a copy already, or is called by hand."""
    copies = {one.recipient for one in case.sent}
    called = () if case.is_silenced else _called(case)
    return [
        one for one in hearing if case.silence is None or one.name in copies or one.role in called
    ]


def _called(case: Case) -> tuple[str, ...]:
    return case.called if case.incident.state != "resolved" else ()


def _messages(
    case: Case, brief: Brief, recipient: Recipient, living: Collection[str]
) -> list[tuple[str, Callable[[Brief], Message]]]:
    """Which messages this recipient gets now, by kind."""
    channel = recipient.channel
    kinds = {one.kind for one in case.fresh}
    kind = "reopened" if "reopened" in kinds else case.event.kind  # by which new waves are counted
    whole = (kind, lambda given: alert(given, channel))
    has_copy = any(one.recipient == recipient.name for one in case.sent)
    if channel not in living:
        is_back = case.was_over or _rings_again(case, recipient, "reopened")
        loud = (*_LOUD, "reopened") if is_back else _LOUD
        is_news = not has_copy or brief.level > case.told_level
        is_loud = is_news or case.is_turned or not kinds.isdisjoint(loud)
        may_be_told = not case.is_silenced or case.incident.state == "resolved"  # the last word
        return [whole] if is_loud and may_be_told else []
    if not has_copy or case.is_silenced:
        return [whole]
    return [whole, *_pushes(case, brief, recipient)]


def _pushes(
    case: Case, brief: Brief, recipient: Recipient
) -> list[tuple[str, Callable[[Brief], Message]]]:
    """Changes of a message ring nobody's phone; these few are said aloud as well."""
    speech, channel = brief.speech, recipient.channel
    kinds = [one.kind for one in case.fresh]
    if set(kinds) & set(OVER) and brief.incident.state == "resolved":
        facts, incident = case.event.facts, case.incident
        values = {
            "length": speech.duration(case.event.at - incident.opened_at),
            "peak": speech.count(round(incident.peak), "story"),
            "window": speech.duration(facts.window),
        }
        return [("push-closed", lambda given: push(given, channel, "push_closed", **values))]
    if "escalated" in kinds:
        next_one = {"who": _by(case, "escalated"), "owner": brief.owner(brief.asked)}
        return [("push-missed", lambda given: push(given, channel, "push_escalated", **next_one))]
    if case.incident.taken_by is None and "missed" in kinds:
        late = _late(brief)
        return [("push-missed", lambda given: push(given, channel, "push_missed", **late))]
    if "joined" in kinds:
        joined = {"brands": named(case.others, speech)}
        return [("push-joined", lambda given: push(given, channel, "push_joined", **joined))]
    if _rings_again(case, recipient, "push-wave") and "reopened" in kinds:
        again = {"level": brief.level}
        return [("push-wave", lambda given: push(given, channel, "push_wave", **again))]
    return _rise(case, brief, recipient)


def _rings_again(case: Case, recipient: Recipient, kind: str) -> bool:
    """Whether a new wave of what had calmed down may be said aloud: twice a day."""
    yesterday = case.event.at - timedelta(days=1)
    return (
        case.was_calm
        and case.incident.state == "open"
        and _count(case, recipient, kind, yesterday) < _MAX_WAVE_PUSHES
    )


def _count(case: Case, recipient: Recipient, kind: str, since: datetime | None = None) -> int:
    """How many of this kind the recipient got, or will get, about the incident (since then)."""
    return sum(
        one.recipient == recipient.name
        and one.kind == kind
        and one.state != "merged"
        and (since is None or one.created_at > since)
        for one in case.sent
    )


def _rise(
    case: Case, brief: Brief, recipient: Recipient
) -> list[tuple[str, Callable[[Brief], Message]]]:
    """The level rose, or what was over is back: twice in an incident's life.

    A graver situation rings also after these: who is busy with complaints knows of no deaths.
    """
    channel = recipient.channel
    rings = _count(case, recipient, "push-level")
    if (rings >= _MAX_LEVEL_PUSHES and not case.is_turned) or brief.incident.state != "open":
        return []
    if case.was_over:
        again = {"level": brief.level}
        return [("push-level", lambda given: push(given, channel, "push_reopened", **again))]
    rise = {"level": brief.level, "before": case.told_level, "owner": brief.owner(brief.asked)}
    if brief.level > case.told_level > 0:
        what = "push_graver" if case.is_turned else "push_level"
        return [("push-level", lambda given: push(given, channel, what, **rise))]
    if case.is_turned and case.told_level > 0:
        return [("push-level", lambda given: push(given, channel, "push_turned", **rise))]
    return []


def _late(brief: Brief) -> dict[str, object]:
    waited = brief.speech.duration(brief.event.at - brief.begun_at)
    return {"within": waited, "owner": brief.owner(brief.asked)}


def _role(case: Case, reaction: Reaction) -> str:
    return case.called[-1] if case.called else reaction.owner


def _by(case: Case, kind: str) -> str:
    return next((one.by for one in reversed(case.fresh) if one.kind == kind and one.by), "?")


def _notification(
    case: Case,
    brief: Brief,
    recipient: Recipient,
    key: str,
    kind: str,
    compose: Callable[[Brief], Message],
    at: datetime,
    chart: Chart,
) -> NewNotification:
    message = compose(replace(brief, mark=hashlib.sha256(key.encode()).hexdigest()[:10]))
    is_whole = not _is_push(kind)
    speech = Speech(recipient.language, recipient.timezone)
    return NewNotification(
        key=key,
        recipient=recipient.name,
        channel=recipient.channel,
        address=recipient.address,
        topic=recipient.topic,
        kind=kind,
        language=recipient.language,
        payload=payload.write(message),
        revision=case.event.revision,
        incident_id=case.incident.id,
        event_id=case.event.id,
        brand_id=case.incident.brand_id,
        not_before=at,
        priority=0 if case.told_level == 0 or not is_whole else 1,
        photo=chart(case.event.facts, speech) if is_whole else None,
    )


def _due_at(
    case: Case,
    brief: Brief,
    recipient: Recipient,
    kind: str,
    now: datetime,
    living: Collection[str],
) -> datetime:
    """When it may go out: a silence and quiet hours hold what rings, no change of a message."""
    if _is_called_by_hand(case, brief, recipient):
        return now
    may_change = not _is_push(kind) and recipient.channel in living
    if may_change and any(
        one.recipient == recipient.name
        and one.address == recipient.address
        and one.state == "sent"
        and not _is_push(one.kind)
        for one in case.sent
    ):
        return now
    silence = case.silence if case.is_silenced else None
    level = brief.level if case.incident.state != "resolved" else min(LEVELS)  # an end can wait
    return recipient.reachable_at(silence.until if silence else now, level)


def _is_called_by_hand(case: Case, brief: Brief, recipient: Recipient) -> bool:
    """Whether somebody has the next one called: that waits for no morning.

    Where nobody has the role, whoever is told is called in their stead.
    """
    if all(one.kind != "escalated" for one in case.fresh):
        return False
    return recipient.role == brief.asked or brief.asked not in {role for role, _ in brief.owners}


def _is_push(kind: str) -> bool:
    return kind.startswith("push-")


def notification_key(incident: int, recipient: Recipient, kind: str, revision: int) -> str:
    """The natural key of a notification: planned twice, stored once."""
    name = recipient.name
    if len(name) > 100:
        name = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return f"{incident}:{recipient.channel}:{name}:{kind}:{revision}"


def _write(tx: Transaction, decided: Decided, now: datetime) -> int:
    """Store what was decided, unless somebody planned one of these events meanwhile."""
    case = decided.case
    incident = tx.incidents.get(case.incident.id)  # first: nobody else changes it from here on
    events = tx.incidents.events(incident.id)
    if _newest(events) != case.event.revision or _planned(events, case.fresh):
        return 0
    situation = case.recognised.situation.id
    fresh = [one.id for one in case.fresh]
    changed = replace(incident, situation=situation, level=max(incident.level, case.level))
    if case.is_other:
        other = tx.incidents.add_event(changed, kind=OTHER, at=now, facts=case.event.facts)
        fresh.append(other.id)
    elif changed != incident:
        tx.incidents.change(changed)
    for kind in _untrue(case, incident):
        tx.outbox.withdraw(incident.id, kind=kind, now=now)
    added = tx.outbox.add(decided.notifications, now)
    for one in decided.notifications:
        tx.outbox.supersede(one)
    if not case.is_silenced or incident.state == "resolved":
        tx.incidents.mark_planned(fresh, now)
    logger.info(
        "notifications planned",
        extra={"incident": incident.id, "situation": situation, "added": len(added)},
    )
    return len(added)


def _untrue(case: Case, incident: Incident) -> list[str]:
    """How the kinds of messages begin that are no longer so by the time they may ring."""
    if incident.state == "resolved":
        is_news = any(one.kind in OVER for one in case.fresh)  # else the word of its end may wait
        return ["push-"] if is_news else []
    # Who sleeps is not called to what somebody has by morning, nor to a wave that is over.
    untrue = {"push-missed": incident.taken_by is not None, "push-wave": incident.state != "open"}
    return ["push-closed", *(kind for kind, so in untrue.items() if so)]


def _newest(events: Sequence[Event]) -> int:
    return max((one.revision for one in events), default=0)


def _planned(events: Iterable[Event], fresh: Iterable[Event]) -> bool:
    done = {one.id for one in events if one.planned_at is not None}
    return any(one.id in done for one in fresh)
