"""Silences: told to keep quiet about a brand until a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy import insert as plain_insert

from storage.incident_records import Silence
from storage.tables import silences


@dataclass(frozen=True, slots=True)
class Silences:
    """The operations on silences."""

    connection: Connection

    def add(
        self,
        brand_id: int,
        *,
        until: datetime,
        by: str,
        now: datetime,
        situation: str | None = None,
        publisher: str | None = None,
        reason: str = "",
    ) -> Silence:
        """Keep quiet about the brand (or one situation or publisher of it) until the time."""
        key = self.connection.execute(
            plain_insert(silences)
            .values(
                brand_id=brand_id,
                until=until,
                by=by,
                created_at=now,
                situation=situation,
                publisher=publisher,
                reason=reason,
            )
            .returning(silences.c.id)
        ).scalar_one()
        row = self.connection.execute(select(silences).where(silences.c.id == key)).one()
        return Silence(**row._mapping)

    def active(self, now: datetime) -> list[Silence]:
        """Answer the silences that hold at this moment."""
        query = select(silences).where(
            silences.c.until > now, silences.c.created_at <= now, silences.c.ended_at.is_(None)
        )
        return [Silence(**row._mapping) for row in self.connection.execute(query)]

    def held_since(self, at: datetime) -> list[Silence]:
        """Answer the silences that held at some time after this one, or still do."""
        query = select(silences).where(silences.c.until > at)
        return [Silence(**row._mapping) for row in self.connection.execute(query)]

    def end(self, brand_id: int, now: datetime) -> int:
        """End all silences about a brand before their time; answers how many there were."""
        held = (silences.c.until > now) & silences.c.ended_at.is_(None)
        ended = update(silences).where(silences.c.brand_id == brand_id, held)
        return self.connection.execute(ended.values(ended_at=now)).rowcount
