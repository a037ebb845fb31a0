"""Job: incidents nobody took in time get an event that calls the next one."""

import logging
from collections.abc import Sequence
from datetime import datetime

from alerts.escalation import Missed, overdue
from alerts.playbook import Playbook
from storage.database import Database
from storage.records import Event, Incident

logger = logging.getLogger(__name__)


def escalate(database: Database, playbook: Playbook, *, now: datetime) -> int:
    """Write a ``missed`` event for each deadline that passed; answers how many.

    Deadlines are looked at beside other writers; only one that passed is looked at again
    with the incident held, as somebody may have taken it meanwhile.
    """
    with database.read() as tx:
        late = [
            one.id
            for one in tx.incidents.unresolved()
            if one.lead_id is None
            and one.taken_by is None
            and _missed(one, tx.incidents.events(one.id), playbook, now)
        ]
    written = 0
    for number in late:
        with database.begin() as tx:
            incident, events = tx.incidents.get(number), tx.incidents.events(number)
            missed = _missed(incident, events, playbook, now)
            if missed is None:
                continue
            tx.incidents.add_event(incident, kind="missed", at=now, facts=events[-1].facts)
            written += 1
        logger.warning("nobody took the incident", extra={"incident": number, "next": missed.role})
    return written


def _missed(
    incident: Incident, events: Sequence[Event], playbook: Playbook, now: datetime
) -> Missed | None:
    reaction = playbook.reaction(playbook.situation(incident.situation).id)
    return overdue(incident, events, reaction, now) if events else None
