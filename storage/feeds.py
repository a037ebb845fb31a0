"""Sources: who publishes, when each is due, and what could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from storage.columns import kept
from storage.records import FetchOutcome, Source, SourceFailure
from storage.tables import articles, coverage, source_failures, sources
from storage.upsert import insert, put


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """A source as the config names it."""

    key: str
    kind: str
    address: str
    publisher: str
    interval: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """When the articles happened that one source still showed from before collection began."""

    times: Sequence[datetime]  # oldest first; a source that has articles may have none of then
    added_at: datetime | None  # when the source came into the config


_VISITED_AT = case(
    (sources.c.failures > 0, sources.c.last_error_at), else_=sources.c.last_success_at
)
_APART = timedelta(minutes=10)  # by so much the clocks of two machines may differ
_UNVISITED: dict[str, Any] = {
    "etag": None,
    "last_modified": None,
    "next_due_at": None,
    "failures": 0,
    "last_error": None,
    "last_error_at": None,
    "last_success_at": None,
    "told_dead_at": None,
}


@dataclass(frozen=True, slots=True)
class Feeds:
    """The operations on sources and their failures."""

    connection: Connection

    def sync(self, entries: Sequence[SourceEntry], now: datetime) -> list[Source]:
        """Make exactly these the active sources; answers them in the given order.

        One that moved to another address begins anew: what is known of the old one's state
        says nothing of the new one's. One that is to be visited more often is due at once.
        """
        self._begin_anew_where_moved(entries)
        self._visit_where_shortened(entries)
        put(
            self.connection,
            sources,
            [
                {
                    "key": entry.key,
                    "kind": entry.kind,
                    "address": entry.address,
                    "publisher": entry.publisher,
                    "interval": entry.interval,
                    "created_at": now,
                    "failures": 0,
                    "retired_at": None,
                }
                for entry in entries
            ],
            key=["key"],
            change=["kind", "address", "publisher", "interval", "retired_at"],
        )
        keys = [kept(sources.c.key, entry.key) for entry in entries]
        found = {source.key: source for source in self.active()}
        self._retire([found[key].id for key in found.keys() - keys], now)
        return [found[key] for key in keys]

    def add_unvisited(self, entry: SourceEntry, now: datetime) -> int:
        """Answer the id of a source that people bring things from; it is never due."""
        statement = insert(self.connection, sources).values(
            key=entry.key,
            kind=entry.kind,
            address=entry.address,
            publisher=entry.publisher,
            interval=entry.interval,
            created_at=now,
            retired_at=now,
            failures=0,
        )
        self.connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
        query = select(sources.c.id).where(sources.c.key == kept(sources.c.key, entry.key))
        return int(self.connection.execute(query).scalar_one())

    def active(self) -> list[Source]:
        """Answer the sources of the config."""
        rows = self.connection.execute(
            select(sources).where(sources.c.retired_at.is_(None)).order_by(sources.c.id)
        )
        return [Source(**row._mapping) for row in rows]

    def all(self) -> list[Source]:
        """Answer every source ever read, and those that people bring things from."""
        rows = self.connection.execute(select(sources).order_by(sources.c.id))
        return [Source(**row._mapping) for row in rows]

    def due(self, now: datetime, *, limit: int = 10_000) -> list[Source]:
        """Answer the active sources whose time has come, longest-waiting first.

        A visit in the future was dated by a clock that jumped, and so was the next one.
        """
        rows = self.connection.execute(
            select(sources)
            .where(
                sources.c.retired_at.is_(None),
                or_(
                    sources.c.next_due_at.is_(None),
                    sources.c.next_due_at <= now,
                    now + _APART < _VISITED_AT,
                ),
            )
            .order_by(sources.c.next_due_at.nulls_first(), sources.c.id)
            .limit(limit)
        )
        return [Source(**row._mapping) for row in rows]

    def record(self, outcome: FetchOutcome) -> None:
        """Write what a visit changed: state, health, and the pages that failed."""
        if outcome.error is None:
            changes: dict[str, Any] = {
                "failures": 0,
                "last_error": None,
                "last_success_at": outcome.at,
                "etag": outcome.etag,
                "last_modified": outcome.last_modified,
            }
            if outcome.last_item_at is not None:
                # An old page found late is not the newest; nor is what a clock that jumped dated.
                later = sources.c.last_item_at.between(outcome.last_item_at, outcome.at)
                changes["last_item_at"] = case(
                    (later, sources.c.last_item_at), else_=outcome.last_item_at
                )
        else:
            changes = {
                "failures": sources.c.failures + 1,
                "last_error": outcome.error,
                "last_error_at": outcome.at,
                # No success is later than now, whatever a clock that jumped has written.
                "last_success_at": case(
                    (sources.c.last_success_at > outcome.at, outcome.at),
                    else_=sources.c.last_success_at,
                ),
            }
        self.connection.execute(
            update(sources)
            .where(sources.c.id == outcome.source_id)
            .values(next_due_at=outcome.next_due_at, **changes)
        )
        self._record_pages(outcome)

    def learn_gap(self, source_id: int, gap: timedelta) -> None:
        """Remember the longest ordinary silence of a source."""
        self.connection.execute(
            update(sources).where(sources.c.id == source_id).values(learned_gap=gap)
        )

    def item_times(
        self, source_id: int, *, least: int = 1000, reach: timedelta = timedelta(days=14)
    ) -> list[datetime]:
        """Answer when the newest articles of a source happened, oldest first.

        So many, and of a busy source all of so long: a thousand may be those of a single day.
        """
        newest = (
            select(articles.c.happened_at)
            .where(articles.c.source_id == source_id)
            .order_by(articles.c.happened_at.desc())
        )
        times = self.connection.execute(newest.limit(least)).scalars().all()
        if len(times) == least and times[0] - times[-1] < reach:
            lately = newest.where(articles.c.happened_at >= times[0] - reach)
            times = self.connection.execute(lately).scalars().all()
        return sorted(times)

    def mark_told_dead(self, source_ids: Sequence[int], at: datetime | None) -> None:
        """Remember since when the operators know these sources as dead; None: they are back."""
        self.connection.execute(
            update(sources).where(sources.c.id.in_(source_ids)).values(told_dead_at=at)
        )

    def failures(self, source_id: int | None = None) -> list[SourceFailure]:
        """Answer what could not be read, newest first."""
        query = select(source_failures).order_by(
            source_failures.c.at.desc(), source_failures.c.source_id, source_failures.c.address
        )
        if source_id is not None:
            query = query.where(source_failures.c.source_id == source_id)
        return [SourceFailure(**row._mapping) for row in self.connection.execute(query)]

    def forget_failures(self, before: datetime, *, keep: int = 5000) -> int:
        """Delete old failures of pages, and all but so many of each source; answers how many.

        A site that makes up addresses would be remembered for ever.
        """
        latest = source_failures.c.at.desc(), source_failures.c.address
        number = func.row_number().over(partition_by=source_failures.c.source_id, order_by=latest)
        ranked = select(
            source_failures.c.source_id, source_failures.c.address, number.label("number")
        ).subquery()
        beyond = select(ranked.c.source_id, ranked.c.address).where(ranked.c.number > keep)
        which = tuple_(source_failures.c.source_id, source_failures.c.address)
        done = self.connection.execute(
            delete(source_failures).where((source_failures.c.at < before) | which.in_(beyond))
        )
        return done.rowcount

    def record_coverage(self, start_at: datetime, *, alive: int, total: int) -> None:
        """Remember how many of the expected sources were alive in this bucket."""
        put(
            self.connection,
            coverage,
            [{"start_at": start_at, "alive": alive, "total": total}],
            key=["start_at"],
            change=["alive", "total"],
        )

    def coverage(self, since: datetime, until: datetime) -> dict[datetime, tuple[int, int]]:
        """Answer (alive, total) by bucket start, for the buckets in which anybody looked."""
        rows = self.connection.execute(
            select(coverage).where(coverage.c.start_at >= since, coverage.c.start_at < until)
        )
        return {row.start_at: (row.alive, row.total) for row in rows}

    def archives(self, since: datetime, until: datetime) -> list[Archive]:
        """Answer what every active source with any article brought of this stretch."""
        born = self.connection.execute(
            select(sources.c.id, sources.c.created_at)
            .where(
                sources.c.retired_at.is_(None),
                exists().where(articles.c.source_id == sources.c.id),
            )
            .order_by(sources.c.id)
        )
        times: dict[int, list[datetime]] = {}
        for source_id, at in self.connection.execute(
            select(articles.c.source_id, articles.c.happened_at)
            .where(articles.c.happened_at >= since, articles.c.happened_at < until)
            .order_by(articles.c.happened_at)
        ):
            times.setdefault(source_id, []).append(at)
        return [
            Archive(times=times.get(source_id, ()), added_at=added) for source_id, added in born
        ]

    def first_success_at(self) -> datetime | None:
        """Answer when anything was first watched: the oldest source's birth."""
        found: datetime | None = self.connection.execute(
            select(func.min(sources.c.created_at))
        ).scalar()
        return found

    def _begin_anew_where_moved(self, entries: Sequence[SourceEntry]) -> None:
        moved = or_(
            sources.c.kind != bindparam("now_kind"), sources.c.address != bindparam("now_address")
        )
        statement = update(sources).where(sources.c.key == bindparam("which"), moved)
        given = [
            {"which": entry.key, "now_kind": entry.kind, "now_address": entry.address}
            for entry in sorted(entries, key=lambda one: one.key)
        ]
        if given:
            self.connection.execute(statement.values(_UNVISITED), given)

    def _visit_where_shortened(self, entries: Sequence[SourceEntry]) -> None:
        """Until the old interval is over a source would be late by the new one, and so dead.

        One that failed is left alone for as long as it asked for.
        """
        shortened = (sources.c.interval > bindparam("now_interval")) & (sources.c.failures == 0)
        statement = update(sources).where(sources.c.key == bindparam("which"), shortened)
        given = [
            {"which": entry.key, "now_interval": entry.interval}
            for entry in sorted(entries, key=lambda one: one.key)
        ]
        if given:
            self.connection.execute(statement.values(next_due_at=None), given)

    def _retire(self, source_ids: Sequence[int], now: datetime) -> None:
        statement = update(sources).where(sources.c.id == bindparam("which"))
        if source_ids:
            self.connection.execute(
                statement.values(retired_at=now), [{"which": key} for key in sorted(source_ids)]
            )

    def _record_pages(self, outcome: FetchOutcome) -> None:
        for start in range(0, len(outcome.read_pages), 500):
            self.connection.execute(
                delete(source_failures).where(
                    source_failures.c.source_id == outcome.source_id,
                    source_failures.c.address.in_(outcome.read_pages[start : start + 500]),
                )
            )
        for failure in outcome.failed_pages:
            statement = insert(self.connection, source_failures).values(
                source_id=outcome.source_id,
                address=failure.address,
                reason=failure.reason,
                at=failure.at,
                attempts=1,
            )
            self.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["source_id", "address"],
                    set_={
                        "reason": statement.excluded.reason,
                        "at": statement.excluded.at,
                        "attempts": source_failures.c.attempts + 1,
                    },
                )
            )
