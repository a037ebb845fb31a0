"""What people do about an incident: each is written once, with who did it.

Every function works inside one unit of work and may be repeated: pressing a
button twice changes nothing the second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from alerts.escalation import OTHER
from alerts.marks import Marked, copies, mark
from alerts.situations import Situation
from storage.database import Transaction
from storage.incident_records import Event, Incident

PAUSE = timedelta(hours=1)
_AGAIN = timedelta(minutes=1)  # the same press within this is one press;
_SEEN = timedelta(seconds=10)  # of a step no longer: after so long the message shows it as done
_MARKED = {"not-us": ("not-us", "you_excluded"), "neutral": ("tone", "you_corrected")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it: the key of a phrase, and its values."""

    phrase: str
    who: str = ""
    marked: Marked | None = None


def take(tx: Transaction, number: int, *, by: str, now: datetime, channel: str) -> Done:
    """Take the incident, and with it the whole crisis; the first one has it."""
    incident = _lead(tx, number)
    number = incident.id
    if incident.state == "resolved":
        return Done(phrase="already_closed")
    if not tx.incidents.acknowledge(number, by=by, at=now, channel=channel):
        return Done(phrase="already_taken", who=tx.incidents.get(number).taken_by or "")
    _record(tx, tx.incidents.get(number), "taken", by, now)
    return Done(phrase="you_took")


def escalate(tx: Transaction, number: int, *, by: str, now: datetime) -> Done:
    """Call the next one on the reaction map."""
    incident = _lead(tx, number)
    number = incident.id
    if incident.state == "resolved":
        return Done(phrase="already_closed")
    if _just_done(tx, number, "escalated", now):
        return Done(phrase="already_done")
    _record(tx, incident, "escalated", by, now)
    return Done(phrase="you_escalated")


def pause(tx: Transaction, number: int, *, by: str, now: datetime) -> Done:
    """Keep quiet about the brands of the crisis for an hour."""
    lead, until = _lead(tx, number), now + PAUSE
    if lead.state == "resolved":
        return Done(phrase="already_closed")
    quiet = {
        one.brand_id
        for one in tx.silences.active(now)
        if one.situation is None and one.publisher is None and one.until >= until - _AGAIN
    }
    loud = {one.brand_id for one in tx.incidents.crisis(number)} - quiet
    if not loud:
        return Done(phrase="already_quiet")
    for brand_id in sorted(loud):
        tx.silences.add(brand_id, until=until, by=by, now=now, reason=f"incident {number}")
    _record(tx, lead, "paused", by, now)
    return Done(phrase="you_paused")


def false_alarm(tx: Transaction, number: int, *, by: str, now: datetime) -> Done:
    """Close the incident as a false alarm; the one that leads a crisis, all of it."""
    if tx.incidents.get(number).verdict == "false-alarm":
        return Done(phrase="already_done")
    for one in _closing(tx, number):
        if one.verdict != "false-alarm":
            at = one.resolved_at or now
            closed = replace(one, state="resolved", resolved_at=at, verdict="false-alarm")
            _record(tx, closed, "false-alarm", by, now)
    return Done(phrase="you_closed")


def resolve(tx: Transaction, number: int, *, by: str, now: datetime) -> Done:
    """Close the incident: it was true, and it is over; the one that leads a crisis, all of it."""
    if tx.incidents.get(number).state == "resolved":
        return Done(phrase="already_closed")
    for one in _closing(tx, number):
        if one.state != "resolved":
            _record(tx, replace(one, state="resolved", resolved_at=now), "resolved", by, now)
    return Done(phrase="you_closed")


def step_done(tx: Transaction, number: int, *, by: str, now: datetime) -> Done:
    """Tick the next step of the reaction map."""
    incident = _lead(tx, number)
    number = incident.id
    if incident.state == "resolved":
        return Done(phrase="already_closed")
    if _just_done(tx, number, "step", now, within=_SEEN):
        return Done(phrase="already_done")
    _record(tx, incident, "step", by, now)
    return Done(phrase="you_ticked")


def turn(tx: Transaction, number: int, situation: Situation, *, by: str, now: datetime) -> Done:
    """Say which situation of the crisis map it is: with its owners, steps, and clocks anew.

    The level is what the stories alone made it, and at least the situation's.
    """
    incident, *others = tx.incidents.crisis(number)
    if incident.state == "resolved":
        return Done(phrase="already_closed")
    if incident.situation == situation.id:
        return Done(phrase="already_so")
    spikes = _levels_of_stories(tx.incidents.events(incident.id))
    spikes += [one.level for one in others if one.state != "resolved"]
    level = max([situation.level, *spikes])
    _record(tx, replace(incident, situation=situation.id, level=level), OTHER, by, now)
    return Done(phrase="you_turned")


def exclude(tx: Transaction, number: int, mention: int, *, by: str, now: datetime) -> Done:
    """Say that a mention and its copies are not about the brand."""
    return _mark(tx, number, mention, "not-us", by=by, now=now)


def correct(tx: Transaction, number: int, mention: int, *, by: str, now: datetime) -> Done:
    """Say that a mention and its copies are not negative about the brand."""
    return _mark(tx, number, mention, "neutral", by=by, now=now)


def look(tx: Transaction, number: int, *, by: str, now: datetime) -> Done:
    """Ask for the whole record; who looked is on it, and no message changes for that."""
    if _just_done(tx, number, "looked", now, by=by):
        return Done(phrase="already_done")
    waiting = any(one.planned_at is None for one in tx.incidents.events(number))
    _record(tx, tx.incidents.get(number), "looked", by, now)
    if not waiting:  # otherwise it is planned with what waits: a newer event overtakes that
        tx.incidents.mark_planned([tx.incidents.events(number)[-1].id], now)
    return Done(phrase="opened")


def _mark(tx: Transaction, number: int, mention: int, word: str, *, by: str, now: datetime) -> Done:
    for meant in tx.mentions.by_ids([mention]):
        marked = mark(tx, meant, word, among=copies(tx, meant), by=by, now=now)
        if not marked.changed:
            return Done(phrase="already_done", marked=marked)
        kind, phrase = _MARKED[word]
        _record(tx, tx.incidents.get(number), kind, by, now)
        return Done(phrase=phrase, marked=marked)
    return Done(phrase="no_mention")


def _levels_of_stories(events: Sequence[Event]) -> list[int]:
    """The levels that an incident's spikes had, whatever its situation."""
    levels = [one.level for one in events if one.kind in ("opened", "worsened")]
    again = [one for one in pairwise(events) if one[1].kind == "reopened"]
    return levels + [one.level for before, one in again if one.level > before.level]


def _lead(tx: Transaction, number: int) -> Incident:
    """The incident by which the crisis of this one is told."""
    return tx.incidents.crisis(number)[0]


def _closing(tx: Transaction, number: int) -> list[Incident]:
    """What is closed with an incident: itself, and those that are told by it."""
    crisis = tx.incidents.crisis(number)
    return crisis if crisis[0].id == number else [one for one in crisis if one.id == number]


def _record(tx: Transaction, incident: Incident, kind: str, by: str, now: datetime) -> None:
    facts = tx.incidents.events(incident.id)[-1].facts
    event = tx.incidents.add_event(incident, kind=kind, at=now, facts=facts, by=by)
    if incident.lead_id is not None:
        tx.incidents.mark_planned([event.id], now)
        lead = tx.incidents.get(incident.lead_id)
        if lead.state != "resolved":
            told = tx.incidents.events(lead.id)[-1].facts
            tx.incidents.add_event(lead, kind="updated", at=now, facts=told)


def _just_done(
    tx: Transaction,
    number: int,
    kind: str,
    now: datetime,
    *,
    by: str | None = None,
    within: timedelta = _AGAIN,
) -> bool:
    """Whether this person, or anybody, has just done so."""
    last = [one for one in tx.incidents.events(number) if one.kind == kind]
    return bool(last) and by in (None, last[-1].by) and now - last[-1].at < within
