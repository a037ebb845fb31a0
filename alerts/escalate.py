"""Job: incidents nobody took in time get an event that calls the next one."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts.cases import quiet_about
from alerts.escalation import asked_at, audience, called, levels, overdue, take_until
from alerts.playbook import Playbook
from alerts.recipients import Recipient
from storage.database import Database, Transaction
from storage.incident_records import Incident

logger = logging.getLogger(__name__)


def escalate(
    database: Database, playbook: Playbook, recipients: Sequence[Recipient], *, now: datetime
) -> int:
    """Write a ``missed`` event for each deadline that passed; answers how many.

    No time runs while a silence or everybody's quiet hours keep people from hearing.

    Deadlines are looked at beside other writers; only one that passed is looked at again
    with the incident held, as somebody may have taken it meanwhile.
    """
    with database.read() as tx:
        late = [
            one.id
            for one in tx.incidents.unresolved()
            if one.lead_id is None
            and one.taken_by is None
            and _missed(tx, one, playbook, recipients, now)
        ]
    written = 0
    for number in late:
        with database.begin() as tx:
            incident = tx.incidents.get(number)
            role = _missed(tx, incident, playbook, recipients, now)
            newest = tx.incidents.find_newest(number)
            if role is None or newest is None:
                continue
            tx.incidents.add_event(incident, kind="missed", at=now, facts=newest.facts)
            written += 1
        logger.warning("nobody took the incident", extra={"incident": number, "next": role})
    return written


def _missed(
    tx: Transaction,
    incident: Incident,
    playbook: Playbook,
    recipients: Sequence[Recipient],
    now: datetime,
) -> str | None:
    """The role to call, once the time of those who could hear of the incident is over."""
    turns = tx.incidents.turns(incident.id)
    situation = playbook.situation(incident.situation)
    reaction = playbook.reaction(situation.id)
    role = overdue(incident, turns, reaction, now) if turns else None
    newest = tx.incidents.find_newest(incident.id) if role else None
    if newest is None:
        return None
    quiet = quiet_about(tx, incident, newest.facts, situation.id)
    if quiet.silence(now):
        return None
    told = audience(
        recipients,
        replace(incident, situation=situation.id),
        others=[one.incident.brand for one in quiet.links],
        roles=called(turns, situation, reaction),
        copies=tx.outbox.readers(incident.id),
    )
    since = quiet.counted_from(asked_at(incident, turns), now)
    until = take_until(since, reaction.take_within, told, levels(turns, situation.level))
    return role if now >= until else None
