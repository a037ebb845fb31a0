"""Incidents and their events: a change and what it changed are written together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, update
from sqlalchemy import insert as plain_insert

from storage.codec import pack_facts, unpack_facts
from storage.incident_records import Acknowledgement, Event, Facts, Incident, Link, Turn
from storage.tables import acknowledgements, brands, events, incidents
from storage.writing import writes

_CHANGING = (
    "level",
    "state",
    "changed_at",
    "situation",
    "calmed_at",
    "resolved_at",
    "last_negative_at",
    "peak",
    "revision",
    "verdict",
    "taken_by",
    "taken_at",
)


class IncidentError(Exception):
    """No such incident."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """The operations on incidents and events."""

    connection: Connection

    def open_new(
        self,
        brand_id: int,
        *,
        level: int,
        at: datetime,
        peak: float = 0.0,
        lead_id: int | None = None,
    ) -> Incident:
        """Open an incident; its first event is still to be added."""
        key = self.connection.execute(
            plain_insert(incidents)
            .values(
                brand_id=brand_id,
                level=level,
                state="open",
                opened_at=at,
                changed_at=at,
                peak=peak,
                revision=0,
                lead_id=lead_id,
            )
            .returning(incidents.c.id)
        ).scalar_one()
        return self.get(key)

    def get(self, incident_id: int) -> Incident:
        """Answer the incident; IncidentError when there is none of this number.

        In a unit of work that writes, nobody else changes it until the end.
        """
        for found in self._held(incidents.c.id == incident_id):
            return found
        message = f"there is no incident {incident_id}; `nabat incidents` lists them"
        raise IncidentError(message)

    def change(self, incident: Incident) -> None:
        """Write the changed fields of an incident back."""
        self.connection.execute(
            update(incidents)
            .where(incidents.c.id == incident.id)
            .values({name: getattr(incident, name) for name in _CHANGING})
        )

    def add_event(
        self, incident: Incident, *, kind: str, at: datetime, facts: Facts, by: str | None = None
    ) -> Event:
        """Write the incident together with the event that changed it."""
        changed = replace(incident, revision=incident.revision + 1, changed_at=at)
        self.change(changed)
        key = self.connection.execute(
            plain_insert(events)
            .values(
                incident_id=incident.id,
                revision=changed.revision,
                kind=kind,
                level=changed.level,
                at=at,
                facts=pack_facts(facts),
                by=by,
            )
            .returning(events.c.id)
        ).scalar_one()
        return Event(
            id=key,
            incident_id=incident.id,
            revision=changed.revision,
            kind=kind,
            level=changed.level,
            at=at,
            facts=facts,
            by=by,
        )

    def latest(self, brand_id: int) -> Incident | None:
        """Answer the brand's newest incident, whatever its state; held as by ``get``."""
        newest = select(func.max(incidents.c.id)).where(incidents.c.brand_id == brand_id)
        return next(iter(self._held(incidents.c.id == newest.scalar_subquery())), None)

    def running(self, brand_ids: Sequence[int]) -> list[Incident]:
        """Answer the incidents of these brands that are not over, the oldest first; held."""
        wanted = incidents.c.brand_id.in_(brand_ids) & (incidents.c.state != "resolved")
        return self._held(wanted)

    def crisis(self, incident_id: int) -> list[Incident]:
        """Answer all incidents of one crisis, the one by which it is told first; held.

        In a unit of work that writes, nobody else changes any of them until the end.
        """
        lead = select(func.coalesce(incidents.c.lead_id, incidents.c.id)).where(
            incidents.c.id == incident_id
        )
        key = self.connection.execute(lead).scalar() or self.get(incident_id).id
        wanted = (incidents.c.id == key) | (incidents.c.lead_id == key)
        return sorted(self._held(wanted), key=lambda one: one.lead_id is not None)

    def links(self, lead_id: int) -> list[Link]:
        """Answer the incidents that are told by this one, with their newest facts."""
        newest = incidents.c.revision == events.c.revision
        query = (
            select(incidents.c.id, events.c.facts)
            .join(events, (events.c.incident_id == incidents.c.id) & newest)
            .where(incidents.c.lead_id == lead_id)
            .order_by(incidents.c.id)
        )
        facts = {row.id: unpack_facts(row.facts) for row in self.connection.execute(query)}
        told = _read().where(incidents.c.lead_id == lead_id).order_by(incidents.c.id)
        found = [_incident(row) for row in self.connection.execute(told)]
        return [Link(incident=one, facts=facts[one.id]) for one in found if one.id in facts]

    def unresolved(self, brand_id: int | None = None) -> list[Incident]:
        """Answer the incidents that are not over."""
        query = _read().where(incidents.c.state != "resolved").order_by(incidents.c.id)
        if brand_id is not None:
            query = query.where(incidents.c.brand_id == brand_id)
        return [_incident(row) for row in self.connection.execute(query)]

    def listed(
        self,
        *,
        brand: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Incident]:
        """Answer incidents, newest first."""
        query = _read().order_by(incidents.c.opened_at.desc(), incidents.c.id.desc())
        if brand is not None:
            query = query.where(brands.c.name == brand)
        if since is not None:
            query = query.where(incidents.c.opened_at >= since)
        if until is not None:
            query = query.where(incidents.c.opened_at < until)
        if limit is not None:
            query = query.limit(limit)
        return [_incident(row) for row in self.connection.execute(query)]

    def events(self, incident_id: int) -> list[Event]:
        """Answer an incident's events, oldest first."""
        query = (
            select(events).where(events.c.incident_id == incident_id).order_by(events.c.revision)
        )
        return [_event(row) for row in self.connection.execute(query)]

    def turns(self, incident_id: int) -> list[Turn]:
        """Answer the same without their facts, which are many times as long."""
        query = (
            select(*(column for column in events.c if column.name != "facts"))
            .where(events.c.incident_id == incident_id)
            .order_by(events.c.revision)
        )
        return [Turn(**row._mapping) for row in self.connection.execute(query)]

    def find_opening(self, incident_id: int) -> Event | None:
        """Answer an incident's first event; None while it has none."""
        query = select(events).where(events.c.incident_id == incident_id)
        row = self.connection.execute(query.order_by(events.c.revision).limit(1)).first()
        return _event(row) if row else None

    def find_newest(self, incident_id: int) -> Event | None:
        """Answer an incident's last event; None while it has none."""
        query = select(events).where(events.c.incident_id == incident_id)
        row = self.connection.execute(query.order_by(events.c.revision.desc()).limit(1)).first()
        return _event(row) if row else None

    def unplanned(self) -> list[int]:
        """Answer the incidents with events that are not in the outbox yet, longest waiting first.

        All of them: those to be quiet about may be many, and must not hide the others.
        """
        query = (
            select(events.c.incident_id)
            .where(events.c.planned_at.is_(None))
            .group_by(events.c.incident_id)
            .order_by(func.min(events.c.id))
        )
        return list(self.connection.execute(query).scalars())

    def mark_planned(self, event_ids: Sequence[int], now: datetime) -> None:
        """Remember that these events' notifications are in the outbox."""
        if event_ids:
            self.connection.execute(
                update(events).where(events.c.id.in_(event_ids)).values(planned_at=now)
            )

    def acknowledge(self, incident_id: int, *, by: str, at: datetime, channel: str) -> bool:
        """Write who took the incident; False when somebody has it already."""
        done = self.connection.execute(
            update(incidents)
            .where(incidents.c.id == incident_id, incidents.c.taken_by.is_(None))
            .values(taken_by=by, taken_at=at)
        )
        if not done.rowcount:
            return False
        self.connection.execute(
            plain_insert(acknowledgements).values(
                incident_id=incident_id, by=by, at=at, channel=channel
            )
        )
        return True

    def acknowledgements(self, incident_id: int) -> list[Acknowledgement]:
        """Answer who took the incident and when."""
        query = select(acknowledgements).where(acknowledgements.c.incident_id == incident_id)
        return [Acknowledgement(**row._mapping) for row in self.connection.execute(query)]

    def _held(self, wanted: ColumnElement[bool]) -> list[Incident]:
        """These incidents, the oldest first; where one writes, nobody else changes them.

        Nor those by which they are told, which are older: all who hold any of a crisis
        have held its lead first, and none waits for another who waits for him.
        """
        query = _read().where(wanted).order_by(incidents.c.id)
        if writes(self.connection):  # one at a time on SQLite anyway
            leads = select(incidents.c.lead_id).where(wanted)
            held = select(incidents.c.id).where(wanted | incidents.c.id.in_(leads))
            self.connection.execute(held.order_by(incidents.c.id).with_for_update())
        return [_incident(row) for row in self.connection.execute(query)]


def _read() -> Select[Any]:
    return select(incidents, brands.c.name.label("brand")).join(
        brands, brands.c.id == incidents.c.brand_id
    )


def _incident(row: Row[Any]) -> Incident:
    return Incident(**row._mapping)


def _event(row: Row[Any]) -> Event:
    return Event(**(dict(row._mapping) | {"facts": unpack_facts(row.facts)}))
