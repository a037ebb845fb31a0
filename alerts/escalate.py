"""Job: incidents nobody took in time get an event that calls the next one."""

import logging
from datetime import datetime

from alerts.escalation import overdue
from alerts.playbook import Playbook
from storage.database import Database

logger = logging.getLogger(__name__)


def escalate(database: Database, playbook: Playbook, *, now: datetime) -> int:
    """Write a ``missed`` event for each deadline that passed; answers how many."""
    with database.read() as tx:
        running = [one for one in tx.incidents.unresolved() if one.lead_id is None]
        waiting = [one.id for one in running if one.taken_by is None]
    missed = 0
    for number in waiting:
        with database.begin() as tx:
            incident, events = tx.incidents.get(number), tx.incidents.events(number)
            reaction = playbook.reaction(playbook.situation(incident.situation).id)
            late = overdue(incident, events, reaction, now) if events else None
            if late is None:
                continue
            tx.incidents.add_event(incident, kind="missed", at=now, facts=events[-1].facts)
            missed += 1
        logger.warning("nobody took the incident", extra={"incident": number, "next": late.role})
    return missed
