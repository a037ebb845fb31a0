"""Who is told next, and when, while nobody has taken an incident. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.situations import Reaction
from storage.records import Event, Incident

STARTS = ("opened", "reopened")
RISES = ("missed", "escalated")  # each calls the next role on the reaction map


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Nobody took the incident in time: this role is next."""

    role: str
    deadline: datetime


def overdue(
    incident: Incident, events: Sequence[Event], reaction: Reaction, now: datetime
) -> Missed | None:
    """The next role to call, once the time of the one before is over; None while it is not."""
    if incident.state != "open" or incident.taken_by is not None:
        return None
    rises = _rises(events)
    reached = len(rises)
    if reached >= len(reaction.then):
        return None
    # A step up by hand starts the next one's time anew.
    begun = rises[-1].at if rises else begun_at(incident, events)
    deadline = begun + reaction.take_within
    return Missed(role=reaction.then[reached], deadline=deadline) if now >= deadline else None


def called(events: Sequence[Event], reaction: Reaction) -> tuple[str, ...]:
    """The roles the incident has risen to, lowest first."""
    return reaction.then[: len(_rises(events))]


def begun_at(incident: Incident, events: Sequence[Event]) -> datetime:
    """When the clocks of the reaction map began: at the opening, or the last opening again."""
    return max((one.at for one in events if one.kind in STARTS), default=incident.opened_at)


def _rises(events: Sequence[Event]) -> list[Event]:
    """How often it rose since it last began."""
    starts = [place for place, one in enumerate(events) if one.kind in STARTS]
    return [one for one in events[starts[-1] if starts else 0 :] if one.kind in RISES]
