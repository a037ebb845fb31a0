"""Who is told next, and when, while nobody has taken an incident. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.recipients import Recipient
from alerts.situations import Reaction
from storage.incident_records import Event, Incident

STARTS = ("opened", "reopened")
OTHER = "recognised"  # it turned out to be another situation, with steps of its own
RISES = ("missed", "escalated")  # each calls the next role on the reaction map
_BEGINS = (*STARTS, OTHER)
Levels = Sequence[tuple[datetime, int]]  # from when an incident was how grave


def overdue(
    incident: Incident, events: Sequence[Event], reaction: Reaction, now: datetime
) -> str | None:
    """The next role to call, once the time of the one before is over; None while it is not."""
    if incident.state != "open" or incident.taken_by is not None:
        return None
    reached = len(_rises(events))
    if reached >= len(reaction.then):
        return None
    deadline = asked_at(incident, events) + reaction.take_within
    return reaction.then[reached] if now >= deadline else None


def called(events: Sequence[Event], reaction: Reaction) -> tuple[str, ...]:
    """The roles the incident has risen to, lowest first."""
    return reaction.then[: len(_rises(events))]


def asked_at(incident: Incident, events: Sequence[Event]) -> datetime:
    """When the last one was called; a step up by hand starts the next one's time anew."""
    rises = _rises(events)
    return rises[-1].at if rises else begun_at(incident, events)


def levels(events: Sequence[Event], situation: int) -> Levels:
    """From when it was how grave, and at least as its situation is."""
    return [(one.at, max(one.level, situation)) for one in events]


def heard_at(at: datetime, told: Iterable[Recipient], levels: Levels) -> datetime:
    """When the first of those told could hear: at night not before it is too grave to wait."""
    return min(
        (one.reachable_at(max(at, since), level) for one in told for since, level in levels),
        default=at,
    )


def begun_at(incident: Incident, events: Sequence[Event]) -> datetime:
    """When the clocks of the reaction map began: at the last opening, or for another situation."""
    return max((one.at for one in events if one.kind in _BEGINS), default=incident.opened_at)


def _rises(events: Sequence[Event]) -> list[Event]:
    """How often it rose since it last began."""
    starts = [place for place, one in enumerate(events) if one.kind in _BEGINS]
    return [one for one in events[starts[-1] if starts else 0 :] if one.kind in RISES]
