"""Job: visit the sources that are due, and keep what they published.

The visits run side by side, a bounded number at once, and those that need a process
of their own, fewer still, take nobody's turn; what they find goes
through the one ingest in small batches as it arrives. A source that fails is
recorded with its reason and visited again later, less and less often; it
never stops the others. No transaction is open while the network is waited for.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.addresses import canonical_address
from crawler.fetch import Fetcher, FetchError, FetchSettings
from crawler.ingest import Added, Ingest
from crawler.reading import Reading, count_visits_behind, is_left_alone, outcome_of
from crawler.robots import Robots
from crawler.sources.protocol import FailedPage, SourcePlugin, Visit, key_of
from storage.database import Database, StorageError
from storage.records import Article, FetchOutcome, NewArticle, Source, SourceFailure

BATCH = 50  # articles stored together
OUTCOMES = 50  # outcomes recorded together,
OUTCOME_WAITS = timedelta(seconds=10)  # or those of so long: a slow visit holds up no other's
CHILDREN = 2  # child processes at once

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Which sources to visit, and how many at once."""

    limit: int = 10_000
    keys: frozenset[str] | None = None  # only these
    force: bool = False  # also those that are not due
    at_once: int = 16
    patience: timedelta | None = None  # sites whose turn comes later are left to the next round


class _NextRoundError(BaseException):
    """The round has lasted too long to begin this visit; no failure of the plug-in's to catch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFailure:
    """A source that could not be read."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What one round of visits brought."""

    visited: int = 0
    failed: int = 0
    new_articles: int = 0
    new_mentions: int = 0
    failed_pages: int = 0
    failures: tuple[VisitFailure, ...] = ()


EVERY_DUE = Round()


def poll(
    database: Database,
    plugins: Sequence[SourcePlugin],
    ingest: Ingest,
    settings: FetchSettings,
    *,
    now: datetime,
    choice: Round = EVERY_DUE,
    progress: Callable[[int, int], None] | None = None,
) -> PollReport:
    """Visit the chosen sources once; ``progress`` hears (done, of all) after each."""
    by_key = {key_of(plugin): plugin for plugin in plugins if plugin.enabled}
    with database.read() as tx:
        due = tx.feeds.active() if choice.force else tx.feeds.due(now, limit=choice.limit)
    chosen = [
        (source, by_key[source.key])
        for source in due
        if source.key in by_key and (choice.keys is None or source.key in choice.keys)
    ][: choice.limit]
    ingest.refresh()
    pass_ = _Pass(database, ingest, choice, now=now, total=len(chosen), progress=progress)
    asyncio.run(pass_.run(chosen, settings))
    return pass_.report()


@dataclass(slots=True)
class _Tally:
    visited: int = 0
    articles: int = 0
    mentions: int = 0
    pages: int = 0
    failures: list[VisitFailure] = field(default_factory=list)


class _Pass:
    """One round: its counts, and the outcomes waiting to be recorded."""

    def __init__(
        self,
        database: Database,
        ingest: Ingest,
        choice: Round,
        *,
        now: datetime,
        total: int,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._database = database
        self._ingest = ingest
        self._now = now
        self._total = total
        self._progress = progress
        self._tally = _Tally()
        self._outcomes: list[FetchOutcome] = []
        self._many = asyncio.Event()  # outcomes wait, or none comes any more
        self._patience = choice.patience
        self._turns = asyncio.Semaphore(choice.at_once)
        self._processes = asyncio.Semaphore(CHILDREN)
        self._storing = asyncio.Lock()  # one writer at a time: SQLite has only one

    def report(self) -> PollReport:
        """What the round brought."""
        return PollReport(
            visited=self._tally.visited,
            failed=len(self._tally.failures),
            new_articles=self._tally.articles,
            new_mentions=self._tally.mentions,
            failed_pages=self._tally.pages,
            failures=tuple(self._tally.failures),
        )

    async def run(
        self, chosen: Sequence[tuple[Source, SourcePlugin]], settings: FetchSettings
    ) -> None:
        """Visit them all; what was found is stored even where a visit breaks."""
        over = asyncio.Event()
        self._begun = asyncio.get_running_loop().time()
        async with Fetcher(settings, now=self._now) as fetcher:
            robots = Robots(fetcher)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._keep_recording(over))
                    async with asyncio.TaskGroup() as visits:
                        for source, plugin in chosen:
                            visits.create_task(self._visit(source, plugin, fetcher, robots))
                    over.set()
                    self._many.set()
            finally:
                await self._record()

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[None]:
        """A turn for a process, in place of the visit's turn for the network."""
        self._turns.release()
        try:
            async with self._processes:
                waited = asyncio.get_running_loop().time() - self._begun
                if self._patience is not None and waited > self._patience.total_seconds():
                    raise _NextRoundError
                yield
        finally:
            await self._turns.acquire()

    async def _visit(
        self, source: Source, plugin: SourcePlugin, fetcher: Fetcher, robots: Robots
    ) -> None:
        with suppress(_NextRoundError):
            async with self._turns:
                await self._visit_now(source, plugin, fetcher, robots)

    async def _visit_now(
        self, source: Source, plugin: SourcePlugin, fetcher: Fetcher, robots: Robots
    ) -> None:
        failures: Sequence[SourceFailure] = ()
        try:
            failures = await asyncio.to_thread(self._failures, source.id)
        except Exception:  # what cannot be read of one source must not stop the others
            logger.exception("source's failures cannot be read", extra={"source": source.key})
        reading = Reading(source=source, visits_behind=count_visits_behind(source, failures))
        visit = Visit(
            source=source,
            fetcher=fetcher,
            robots=robots,
            now=self._now,
            known=self._known,
            alike=lambda moments, hashes: asyncio.to_thread(
                self._alike, source.id, moments, hashes
            ),
            addresses=lambda: asyncio.to_thread(self._addresses, source.id, failures),
            failures=failures,
            process=self._process,
        )
        ended_by = await self._tried(self._read(plugin, visit, reading), source)
        unstored = await self._tried(self._store(reading), source)
        problem = ended_by or unstored
        self._outcomes.append(outcome_of(reading, problem, self._now))
        self._count(reading, problem)
        if len(self._outcomes) % OUTCOMES == 0:
            self._many.set()

    async def _tried(self, work: Awaitable[None], source: Source) -> FetchError | None:
        """Do a part of a visit; answers what ended it early."""
        try:
            await work
        except FetchError as error:
            return error
        except Exception as error:  # a mistake in one plug-in must not stop the others
            logger.exception("source failed unexpectedly", extra={"source": source.key})
            return FetchError(f"internal error: {type(error).__name__}")
        return None

    async def _read(self, plugin: SourcePlugin, visit: Visit, reading: Reading) -> None:
        """Take what the source gives, storing as it comes."""
        async with aclosing(plugin.read(visit)) as findings:
            async for finding in findings:
                reading.take(finding)
                if len(reading.waiting) >= BATCH:
                    await self._store(reading)

    async def _store(self, reading: Reading) -> None:
        articles, reading.waiting = reading.waiting, []
        if not articles:
            return
        async with self._storing:
            try:
                added = await asyncio.to_thread(self._ingest.add, articles, self._now)
            except StorageError:  # no article is to blame, and each would wait as long
                reading.unstored += len(articles)
                raise
            except Exception:  # one article that cannot be stored must not take the others along
                logger.exception("batch not stored", extra={"source": reading.source.key})
                added = await asyncio.to_thread(self._store_singly, articles, reading)
        self._tally.articles += added.articles
        self._tally.mentions += added.mentions

    def _store_singly(self, articles: Sequence[NewArticle], reading: Reading) -> Added:
        """Store what can be stored; the last failure stands when nothing can."""
        kept, lost = Added(), 0
        problem: Exception | None = None
        for article in articles:
            try:
                one = self._ingest.add([article], self._now)
            except Exception as error:
                problem, lost = error, lost + 1
                reason = f"cannot be stored: {type(error).__name__}"
                reading.failed.append(FailedPage(address=article.url, reason=reason))
            else:
                kept = Added(
                    articles=kept.articles + one.articles, mentions=kept.mentions + one.mentions
                )
        reading.unstored += lost
        if problem is not None and lost == len(articles) > 1:
            raise problem
        return kept

    async def _keep_recording(self, over: asyncio.Event) -> None:
        """Write down from time to time what waits: other jobs go by when a source was read last."""
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._many.wait(), OUTCOME_WAITS.total_seconds())
            self._many.clear()
            try:
                await self._record()
            except Exception:  # tried again, at the latest when the round ends; the visits go on
                logger.exception("outcomes not recorded")

    async def _record(self) -> None:
        """Write the outcomes down, after their articles."""
        if not self._outcomes:
            return
        async with self._storing:
            outcomes, self._outcomes = self._outcomes, []
            try:
                await asyncio.to_thread(self._write, outcomes)
            except Exception:
                self._outcomes = outcomes + self._outcomes
                raise

    def _write(self, outcomes: Sequence[FetchOutcome]) -> None:
        with self._database.begin() as tx:
            for outcome in outcomes:
                tx.feeds.record(outcome)

    async def _known(self, addresses: Sequence[str]) -> set[str]:
        return await asyncio.to_thread(self._look_up, addresses)

    def _look_up(self, addresses: Sequence[str]) -> set[str]:
        with self._database.read() as tx:
            return tx.articles.known(addresses)

    def _alike(
        self, source_id: int, moments: Sequence[datetime], hashes: Sequence[str]
    ) -> list[Article]:
        with self._database.read() as tx:
            return tx.articles.alike(source_id, moments, hashes)

    def _failures(self, source_id: int) -> list[SourceFailure]:
        with self._database.read() as tx:
            return tx.feeds.failures(source_id)

    def _addresses(self, source_id: int, failures: Sequence[SourceFailure]) -> list[str]:
        with self._database.read() as tx:
            stored = tx.articles.addresses_of(source_id)
        failed = (one.address for one in failures if is_left_alone(one, self._now))
        return list({canonical_address(address) for address in (*stored, *failed)})

    def _count(self, reading: Reading, problem: FetchError | None) -> None:
        self._tally.visited += 1
        self._tally.pages += len(reading.failed)
        if problem is not None:
            failure = VisitFailure(key=reading.source.key, reason=problem.reason)
            self._tally.failures.append(failure)
            logger.warning("source failed", extra={"source": failure.key, "reason": failure.reason})
        if self._progress is not None:
            self._progress(self._tally.visited, self._total)
