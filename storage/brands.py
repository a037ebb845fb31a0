"""Brands: synced from the config, never deleted while their mentions exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.columns import kept
from storage.records import Brand
from storage.tables import brands
from storage.upsert import put


@dataclass(frozen=True, slots=True)
class Brands:
    """The operations on brands."""

    connection: Connection

    def sync(self, names: Sequence[str], now: datetime) -> list[Brand]:
        """Make exactly these brands the watched ones; answers them in the given order.

        One that returns is as new: nobody looked for it meanwhile.
        """
        put(
            self.connection,
            brands,
            [{"name": name, "watch_hash": "", "created_at": now} for name in names],
            key=["name"],
            change=["name"],
        )
        table = update(brands)
        self.connection.execute(
            table.where(brands.c.name.in_(names), brands.c.retired_at.is_not(None)).values(
                retired_at=None, watch_hash="", created_at=now
            )
        )
        self.connection.execute(
            table.where(brands.c.name.not_in(names), brands.c.retired_at.is_(None)).values(
                retired_at=now
            )
        )
        found = {brand.name: brand for brand in self.active()}
        return [found[kept(brands.c.name, name)] for name in names]

    def active(self) -> list[Brand]:
        """Answer the watched brands."""
        rows = self.connection.execute(
            select(brands).where(brands.c.retired_at.is_(None)).order_by(brands.c.id)
        )
        return [Brand(**row._mapping) for row in rows]

    def all(self) -> list[Brand]:
        """Answer every brand ever watched."""
        rows = self.connection.execute(select(brands).order_by(brands.c.id))
        return [Brand(**row._mapping) for row in rows]

    def find(self, name: str) -> Brand | None:
        """Answer the brand of this name, watched or retired."""
        row = self.connection.execute(select(brands).where(brands.c.name == name)).first()
        return Brand(**row._mapping) if row else None

    def mark_matched(self, brand_id: int, watch_hash: str) -> None:
        """Remember the watch with which all stored articles have been matched."""
        self.connection.execute(
            update(brands).where(brands.c.id == brand_id).values(watch_hash=watch_hash)
        )
