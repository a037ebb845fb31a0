"""One crisis over several brands: who leads it, and what it hears of the others.

Pure. Kindred brands are those of one holding, and a brand and the people who
stand for it. Each keeps its own incident, judged by its own past; the first one
leads, and the crisis is told by it alone: one living message that names them all.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.incidents import UPDATE_AFTER, Change
from storage.incident_records import Incident


def leader(running: Sequence[Incident]) -> Incident | None:
    """The incident by which a new one is told: the oldest of its kin that leads itself."""
    return next((one for one in running if one.lead_id is None), None)


def told(lead: Incident, other: Incident, kind: str, at: datetime) -> Change | None:
    """What the lead's crisis becomes by an event of another of its incidents; None for nothing.

    A lead never rests before the others do, so whatever begins anew opens it again. A brand
    joins once: another wave at it is news only where the crisis had calmed down.
    """
    if kind == "opened" or (kind == "reopened" and lead.state != "open"):
        level = max(lead.level, other.level)
        begun = replace(
            lead, level=level, state="open", calmed_at=None, resolved_at=None, verdict=None
        )
        joins = kind == "opened" and lead.state != "resolved"
        return Change(incident=begun, kind="joined" if joins else "reopened")
    if lead.state == "resolved":
        return None
    if other.level > lead.level:
        return Change(incident=replace(lead, level=other.level), kind="worsened")
    if kind == "updated" and abs(at - lead.changed_at) < UPDATE_AFTER:
        return None
    return Change(incident=lead, kind="updated")


def waits(change: Change, others: Sequence[Incident]) -> bool:
    """Whether a step down of the lead has to wait for the others of its crisis."""
    if change.kind == "calmed":
        return any(one.state == "open" for one in others)
    return change.kind == "resolved" and any(one.state != "resolved" for one in others)
