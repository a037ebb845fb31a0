"""Leases: which process does a thing now; heartbeats: when each job last ran.

Among the leases stand marks that nobody holds: the number of what was done last. Among the
heartbeats each machine also notes its clock, to tell when that was set back.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from storage.tables import heartbeats, leases
from storage.upsert import insert, put

_CLOCK = "clock:"  # before a machine's name
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """When a job last ran, and how it went."""

    job: str
    at: datetime
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Leases:
    """The operations on leases and heartbeats."""

    connection: Connection

    def take(self, name: str, *, owner: str, now: datetime, duration: timedelta) -> int | None:
        """Take or renew the lease; answers its fencing token, None while another holds it.

        The token grows with every change of owner, so a process that was
        asleep past its lease can be told apart from its successor. A lease
        further in the future than twice its duration was written by a clock
        that jumped, and is not believed; less is the ordinary difference
        between two machines, or between two who waited for one another.
        """
        statement = insert(self.connection, leases).values(
            name=name, owner=owner, token=1, until=now + duration
        )
        held = (leases.c.until > now) & (leases.c.until <= now + 2 * duration)
        taken = self.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={
                    "owner": owner,
                    "token": leases.c.token + (leases.c.owner != owner).cast(leases.c.token.type),
                    "until": now + duration,
                },
                where=(leases.c.owner == owner) | ~held,
            ).returning(leases.c.token)
        ).scalar()
        return int(taken) if taken is not None else None

    def holder(self, name: str) -> str | None:
        """Answer who has the lease, run out or not; None when it was given back."""
        found: str | None = self.connection.execute(
            select(leases.c.owner).where(leases.c.name == name)
        ).scalar()
        return found or None

    def holders(self) -> list[tuple[str, str]]:
        """Answer (name, owner) of every lease somebody has, run out or not."""
        rows = self.connection.execute(select(leases.c.name, leases.c.owner))
        return [(row.name, row.owner) for row in rows if row.owner]

    def release(self, name: str, *, owner: str) -> None:
        """Give the lease back, if it is still ours; its token goes on growing from here."""
        self.connection.execute(
            update(leases)
            .where(leases.c.name == name, leases.c.owner == owner)
            .values(owner="", until=_LONG_AGO)
        )

    def reach(self, name: str, number: int, *, now: datetime, kept: timedelta) -> bool:
        """Move the mark of this name on to the number; False where it has been as far already.

        Numbers only grow, but may begin anew once the mark has not moved for so long. As a
        lease's, a time that a clock which jumped has written is not believed.
        """
        statement = insert(self.connection, leases).values(
            name=name, owner="", token=number, until=now + kept
        )
        stands = (leases.c.until > now) & (leases.c.until <= now + 2 * kept)
        moved = self.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"token": number, "until": now + kept},
                where=(leases.c.token < number) | ~stands,
            ).returning(leases.c.token)
        ).scalar()
        return moved is not None

    def beat(self, job: str, *, now: datetime, ok: bool = True, detail: str = "") -> None:
        """Remember that the job ran at this moment."""
        put(
            self.connection,
            heartbeats,
            [{"job": job, "at": now, "ok": ok, "detail": detail}],
            key=["job"],
            change=["at", "ok", "detail"],
        )

    def heartbeats(self) -> list[Heartbeat]:
        """Answer when each job last ran."""
        return [one for one in self._beats() if not one.job.startswith(_CLOCK)]

    def note_clock(self, machine: str, now: datetime) -> None:
        """Remember what the clock of this machine shows."""
        self.beat(_CLOCK + machine, now=now)

    def clocks(self) -> dict[str, datetime]:
        """Answer what the clock of each machine showed when it was last noted."""
        beats = [one for one in self._beats() if one.job.startswith(_CLOCK)]
        return {one.job.removeprefix(_CLOCK): one.at for one in beats}

    def _beats(self) -> list[Heartbeat]:
        rows = self.connection.execute(select(heartbeats).order_by(heartbeats.c.job))
        return [Heartbeat(**row._mapping) for row in rows]
