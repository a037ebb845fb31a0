"""Job: once a silence is over, an event changes the message that told of it."""

from datetime import datetime

from alerts.cases import quiet_about
from alerts.playbook import Playbook
from storage.database import Database, Transaction
from storage.incident_records import Event, Incident


def unsilence(database: Database, playbook: Playbook, *, now: datetime) -> int:
    """Write an ``updated`` event for each told incident whose silence ended; answers how many."""
    with database.read() as tx:
        ended = [
            one.id
            for one in tx.incidents.unresolved()
            if one.lead_id is None and _told_before_the_end(tx, one, playbook, now)
        ]
    written = 0
    for number in ended:
        with database.begin() as tx:
            incident = tx.incidents.get(number)
            event = _told_before_the_end(tx, incident, playbook, now)
            if event is not None:
                tx.incidents.add_event(incident, kind="updated", at=now, facts=event.facts)
                written += 1
    return written


def _told_before_the_end(
    tx: Transaction, incident: Incident, playbook: Playbook, now: datetime
) -> Event | None:
    """The newest event, where its message may say that it is to be quiet, and no longer is."""
    if incident.state == "resolved" or not tx.silences.held_since(incident.opened_at):
        return None
    newest = tx.incidents.find_newest(incident.id)
    if newest is None or not tx.outbox.readers(incident.id):
        return None
    situation = playbook.situation(incident.situation).id
    quiet = quiet_about(tx, incident, newest.facts, situation)
    end = None if quiet.silence(now) else quiet.last_end(now)
    return newest if end is not None and newest.at < end else None
