"""Who is told next, and when, while nobody has taken an incident. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from alerts.recipients import Recipient
from alerts.situations import Reaction, Situation
from storage.incident_records import Incident, Turn

STARTS = ("opened", "reopened")
OVER = ("resolved", "false-alarm")
OTHER = "recognised"  # it turned out to be another situation, with steps of its own
RISES = ("missed", "escalated")  # each calls the next role on the reaction map
_BEGINS = (*STARTS, OTHER)
LIFE = (*STARTS, "calmed", *OVER)  # how it begins, calms down and ends
_LEAST = 1  # level of a situation that is graver than none
Levels = Sequence[tuple[datetime, int]]  # from when an incident was how grave


def overdue(
    incident: Incident, events: Sequence[Turn], reaction: Reaction, now: datetime
) -> str | None:
    """The next role to call, once the time of the one before is over; None while it is not."""
    if incident.state != "open" or incident.taken_by is not None:
        return None
    reached = len(_rises(events))
    if reached >= len(reaction.then):
        return None
    deadline = asked_at(incident, events) + reaction.take_within
    return reaction.then[reached] if now >= deadline else None


def called(events: Sequence[Turn], situation: Situation, reaction: Reaction) -> tuple[str, ...]:
    """The roles that are called whatever their routes, the last one last.

    First the owner of a graver situation that took over, or of one that a person chose; then
    those the incident has risen to.
    """
    begun = next(iter(_since_begun(events)), None)
    took_over = begun is not None and begun.kind == OTHER and (begun.by or situation.level > _LEAST)
    owner = (reaction.owner,) if took_over else ()
    return (*owner, *reaction.then[: len(_rises(events))])


def asked_at(incident: Incident, events: Sequence[Turn]) -> datetime:
    """When the last one was called; a step up by hand or a wave starts the next one's time anew."""
    asks = [one.at for one in _since_begun(events) if one.kind in (*_BEGINS, *RISES)]
    return asks[-1] if asks else incident.opened_at


def audience(
    recipients: Iterable[Recipient],
    incident: Incident,
    *,
    others: Collection[str],
    roles: Collection[str],
    copies: Collection[str],
) -> list[Recipient]:
    """Who hears of an incident: by route, as the role that is called, or as they were told before.

    ``others`` are the kindred brands of its crisis, ``copies`` the names of those told before.
    """
    return [
        one
        for one in recipients
        if one.name in copies
        or (one.role in roles and one.serves(incident, others=others))
        or one.wants(incident, incident.level, incident.situation or "", others=others)
    ]


def levels(events: Sequence[Turn], situation: int) -> Levels:
    """From when it was how grave since it last began, and at least as its situation is."""
    return [(one.at, max(one.level, situation)) for one in _since_begun(events)]


def take_until(
    at: datetime, within: timedelta, told: Sequence[Recipient], levels: Levels
) -> datetime:
    """When the time to take what was asked is over: it runs while one of those told can be rung."""
    at, left = heard_at(at, told, levels), within
    while (quiet_at := _quiet_from(at, told, levels)) and quiet_at < at + left:
        left -= quiet_at - at
        at = heard_at(quiet_at, told, levels)
    return at + left


def heard_at(at: datetime, told: Iterable[Recipient], levels: Levels) -> datetime:
    """When the first of those told could hear: at night not before it is too grave to wait."""
    return min(
        (one.reachable_at(max(at, since), level) for one in told for since, level in levels),
        default=at,
    )


def begun_at(incident: Incident, events: Sequence[Turn]) -> datetime:
    """When the clocks of the reaction map began: at the last opening, or for another situation."""
    return max((one.at for one in events if one.kind in _BEGINS), default=incident.opened_at)


def _quiet_from(at: datetime, told: Iterable[Recipient], levels: Levels) -> datetime | None:
    """When the last of those who can be rung now no longer can; None where somebody always can."""
    level = max((level for since, level in levels if since <= at), default=0)
    ends = [one.quiet_from(at, level) for one in told if one.reachable_at(at, level) <= at]
    known = [one for one in ends if one is not None]
    return max(known, default=None) if len(known) == len(ends) else None


def _rises(events: Sequence[Turn]) -> list[Turn]:
    """How often it rose since it last began."""
    return [one for one in _since_begun(events) if one.kind in RISES]


def _since_begun(events: Sequence[Turn]) -> Sequence[Turn]:
    """From its last beginning on; a wave is none, or each one would call every role once more."""
    start, before = 0, ""
    for place, one in enumerate(events):
        if one.kind in _BEGINS and (before, one.kind) != ("calmed", "reopened"):
            start = place
        if one.kind in LIFE:
            before = one.kind
    return events[start:]
