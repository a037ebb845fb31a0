"""The table of jobs, each bound to database, settings and clock.

A job reads records, decides, writes records; it may be run twice, killed, or
run from cron without harm. One process at a time does each (``exclusive``).
The one broad ``except`` of the house is here: it logs, remembers and goes on.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from socket import gethostname
from threading import Lock

from alerts.chart import draw
from alerts.clock_jumps import mend
from alerts.couriers import Couriers
from alerts.deliver import deliver, turns
from alerts.delivery_report import DeliveryReport
from alerts.digests import plan_digests
from alerts.escalate import escalate
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from alerts.recipients import reached
from alerts.replies import Listener
from alerts.shout import shout
from alerts.source_watch import learn_gaps, watch_sources
from alerts.troubles import report_troubles
from alerts.unsilence import unsilence
from crawler.habits import Habits
from crawler.ingest import Ingest
from crawler.matching import Matcher
from crawler.poll import PollReport, Round, poll
from crawler.rematch import rematch
from crawler.sources.protocol import SourcePlugin, entry_of, key_of
from monitor.evaluate import evaluate
from monitor.replay import Checkpoints
from monitor.score import score
from nabat import assembly
from nabat.clock import SteadyClock
from nabat.config import Settings
from nabat.errors import CommandError, nearest
from nabat.exclusive import bury_the_dead, held, new_owner
from nabat.families import families
from nabat.forwards import keep
from nabat.limits import brand_limits
from storage.database import Database

logger = logging.getLogger(__name__)

_A_DAY = timedelta(days=1)
_LET_GO_AT_ONCE = 500  # articles
_PATIENCE = timedelta(minutes=1)  # within which the daemon's crawl begins with a site, if at all
_PORTION = timedelta(minutes=1)  # of judging tone before the daemon goes on
_BUSY = "another nabat is doing this now; nothing to do"
_NOTHING_STORED = "nothing stored"  # that a new brand was not looked for in
Progress = Callable[[str, int, int | None], None]  # job, done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How one job went."""

    job: str
    said: str  # for people
    ok: bool = True
    poll: PollReport | None = None  # of a crawl
    judged: int = 0  # mentions of a scoring


class Jobs:
    """Every job of one configuration, ready to be run."""

    def __init__(
        self, settings: Settings, *, clock: Callable[[], datetime], progress: Progress
    ) -> None:
        """Build the configured parts; ConfigError names what cannot be built."""
        self.settings = settings
        self.clock = clock
        self._progress = progress
        self.steps: dict[str, datetime] = {}  # when each job that goes on took its last one
        self.owner = new_owner()
        self.sources: list[SourcePlugin] = assembly.sources(settings)
        self.playbook = assembly.playbook(settings)
        self.notifiers = assembly.notifiers(settings)
        self.recipients = assembly.recipients(settings, channels=list(self.notifiers))
        self.addresses = assembly.addresses(settings)
        self.backend = assembly.backend(settings)
        self.watches = assembly.watches(settings)
        self._entities = assembly.entities(settings)
        self.heartbeat = assembly.heartbeat(settings)
        self.database = Database(settings.storage.url)
        self._checkpoints = Checkpoints()
        self._locks: dict[str, Lock] = {}
        self._steady = SteadyClock()
        self._couriers = Couriers()

    def prepare(self) -> None:
        """Bring the database to this version and to this configuration."""
        self.database.upgrade()
        now = self.clock()
        bury_the_dead(self.database, now)
        interval = self.settings.crawl.interval
        with self.database.begin() as tx:
            brands = tx.brands.sync([brand.name for brand in self.settings.brand], now)
            if not tx.articles.count():
                for brand in brands:
                    tx.brands.mark_matched(brand.id, _NOTHING_STORED)
            tx.feeds.sync([entry_of(source, interval=interval) for source in self.sources], now)

    def finish(self) -> None:
        """Wait until what is being sent has its fate on record; nothing is sent after it."""
        self._couriers.close()

    def close(self) -> None:
        """Give back what is held."""
        self.finish()
        self.database.close()

    @cached_property
    def matcher(self) -> Matcher:
        """All watches together; made once, since word forms cost some milliseconds a name.

        How the stream writes their names was learned until now.
        """
        with self.database.read() as tx:
            learned = tx.habits.all()
        return Matcher(self.watches, habits=Habits(learned), entities=self._entities)

    @cached_property
    def ingest(self) -> Ingest:
        """The one path from article to mention."""
        return Ingest(self.database, self.matcher)

    def tick(self) -> list[Report]:
        """One whole pass; a job that fails does not keep the next from running."""
        reports = [
            *filter(None, [self.look_back()]),
            self.listen(),
            self.crawl(),
            self.score(),
            self.evaluate(),
            self.deliver(drain=True),
        ]
        # With cron there is no daemon to do it once a day.
        return [*reports, self.forget()] if self._forgetting_is_due() else reports

    def gather(self) -> list[Report]:
        """Crawl, and judge what was found without waiting."""
        return [self.crawl(patience=_PATIENCE), *self.judge()]

    def judge(self) -> list[Report]:
        """Judge tones for a while, those of a crawl that still lasts too; evaluate the new ones."""
        scored = self.score(patience=_PORTION)
        return [scored, self.evaluate()] if scored.judged else [scored]

    def crawl(
        self,
        *,
        source: str | None = None,
        force: bool = False,
        patience: timedelta | None = None,
    ) -> Report:
        """Visit the due sources; with ``source``, this one alone."""
        keys = None if source is None else frozenset({self._key(source)})
        choice = Round(keys=keys, force=force, patience=patience)
        return self._do("crawl", lambda: self._crawl(choice))

    def score(self, *, patience: timedelta | None = None) -> Report:
        """Judge the tone of what is not judged yet, for about so long; None: all of it."""
        return self._do("score", lambda: self._score(patience))

    def evaluate(self) -> Report:
        """Count, judge the brands, and put what follows in the outbox."""
        return self._do("evaluate", self._evaluate)

    def deliver(self, *, drain: bool) -> Report:
        """Send what waits in the outbox, each channel to its end."""
        return self._do("deliver", lambda: self._deliver(drain=drain))

    def keep_delivering(self) -> Report:
        """The same for who comes back in seconds: a slow channel is not waited for."""
        return self._do("deliver", self._keep_delivering)

    def rematch(self, *, brand: str | None, since: datetime | None) -> Report:
        """Match stored articles again."""
        brands = [watch.brand for watch in self.watches]
        if brand is not None and brand not in brands:
            message = f"no brand is named {brand!r}{nearest(brand, brands)}"
            raise CommandError(message)
        return self._do("rematch", lambda: self._rematch(brand, since))

    def look_back(self) -> Report | None:
        """Look for brands that are new here in what is stored; None when there are none such."""
        with self.database.read() as tx:
            is_new = any(not brand.watch_hash for brand in tx.brands.active())
        return self.rematch(brand=None, since=None) if is_new else None

    def listen(self, *, wait: timedelta = timedelta(0)) -> Report:
        """Hear what people pressed and wrote in Telegram; ``wait`` for it at most so long."""
        return self._do("listen", lambda: self._listen(wait))

    def forget(self) -> Report:
        """Let go of old articles in which no brand was mentioned."""
        return self._do("forget", self._forget)

    def shout(self, what: str, reason: str) -> None:
        """Tell the operators past the outbox: the database itself is the trouble."""
        told = reached(self.recipients, self.addresses)
        shout(self.notifiers, told, what, now=self.clock(), reason=reason)

    def _do(self, name: str, work: Callable[[], Report]) -> Report:
        # The lease is the process's: it keeps no other thread of ours out.
        lock = self._locks.setdefault(name, Lock())
        if not lock.acquire(blocking=False):
            return Report(job=name, said=_BUSY)
        try:
            return self._do_alone(name, work)
        finally:
            lock.release()

    def _do_alone(self, name: str, work: Callable[[], Report]) -> Report:
        with held(self.database, f"job:{name}", owner=self.owner, clock=self.clock) as ours:
            if not ours:
                return Report(job=name, said=_BUSY)
            try:
                report = work()
            except Exception as error:
                logger.exception("job failed", extra={"job": name})
                report = Report(job=name, ok=False, said=f"failed: {error}")
            with self.database.begin() as tx:
                tx.leases.beat(name, now=self.clock(), ok=report.ok, detail=report.said)
            return report

    def _step(self, job: str, done: int, total: int | None) -> None:
        self.steps[job] = self.clock()
        self._progress(job, done, total)

    def _crawl(self, choice: Round) -> Report:
        done = poll(
            self.database,
            self.sources,
            self.ingest,
            assembly.fetching(self.settings.crawl),
            now=self.clock(),
            choice=choice,
            progress=lambda number, total: self._step("crawl", number, total),
        )
        said = (
            f"{done.visited} sources visited, {done.failed} failed, "
            f"{done.new_articles} new articles, {done.new_mentions} new mentions"
        )
        if done.failed_pages:
            said += f", {done.failed_pages} pages could not be read (nabat sources --failing)"
        return Report(job="crawl", said=said, poll=done)

    def _score(self, patience: timedelta | None) -> Report:
        done = score(
            self.database,
            self.backend,
            clock=self.clock,
            patience=patience,
            progress=lambda number: self._step("score", number, None),
        )
        return Report(job="score", said=f"{done} mentions judged", judged=done)

    def _evaluate(self) -> Report:
        now = self.clock()
        try:
            events = evaluate(
                self.database,
                brand_limits(self.settings),
                now=now,
                timezone=self.settings.spike.timezone,
                checkpoints=self._checkpoints,
                floors={one.id: one.level for one in self.playbook.situations},
                families=families(self.settings.brand),
            )
        finally:  # what is on record is told, whatever the judging ran into
            added = self._fill_outbox(now)
        told = ", ".join(f"incident {event.incident_id} {event.kind}" for event in events)
        return Report(job="evaluate", said=f"{told or 'nothing changed'}; {added} messages to send")

    def _fill_outbox(self, now: datetime) -> int:
        escalate(self.database, self.playbook, self.recipients, now=now)
        unsilence(self.database, self.playbook, now=now)
        try:
            added = plan(self.database, self.playbook, self.recipients, now=now, chart=draw)
        finally:  # what one incident holds must not keep the rest from being told
            rest = plan_digests(self.database, self.playbook, self.recipients, now=now)
            rest += report_troubles(self.database, self.recipients, now=now)
            rest += watch_sources(self.database, self.recipients, now=now)
        return added + rest

    def _deliver(self, *, drain: bool) -> Report:
        self._mend_clock()
        done = deliver(
            self.database,
            self.notifiers,
            clock=self.clock,
            owner=self.owner,
            drain=drain,
            operators=self.recipients,
            addresses=self.addresses,
        )
        return _delivered(done)

    def _keep_delivering(self) -> Report:
        self._mend_clock()
        senders = turns(
            self.database,
            self.notifiers,
            clock=self.clock,
            owner=self.owner,
            operators=self.recipients,
            addresses=self.addresses,
        )
        return _delivered(self._couriers.send(senders), self._couriers.hung())

    def _mend_clock(self) -> None:
        now = self.clock()
        ahead = self._steady.ahead(now)
        mend(self.database, self.recipients, machine=gethostname(), now=now, ahead=ahead)

    def _listen(self, wait: timedelta) -> Report:
        telegram = self.notifiers.get("telegram")
        if not isinstance(telegram, TelegramNotifier):
            return Report(job="listen", said="no Telegram, nothing to hear")
        listener = Listener(
            self.database,
            telegram,
            self.recipients,
            self.playbook,
            self.clock,
            self.owner,
            keep=lambda given: keep(self.database, self.ingest, given, now=self.clock()),
        )
        heard = listener.listen(wait=wait)
        if heard:
            # What was pressed shows in every copy with the next delivery, not the next minute.
            plan(self.database, self.playbook, self.recipients, now=self.clock(), chart=draw)
        return Report(job="listen", said=f"{heard} presses and commands done")

    def _rematch(self, brand: str | None, since: datetime | None) -> Report:
        done = rematch(
            self.database,
            self.matcher,
            clock=self.clock,
            brand=brand,
            since=since,
            progress=lambda number, total: self._step("rematch", number, total),
        )
        return Report(job="rematch", said=str(done))

    def _forgetting_is_due(self) -> bool:
        with self.database.read() as tx:
            beats = {beat.job: beat.at for beat in tx.leases.heartbeats()}
        return "forget" not in beats or abs(self.clock() - beats["forget"]) >= _A_DAY

    def _forget(self) -> Report:
        before = self.clock() - timedelta(days=self.settings.retention.articles_days)
        gone = self._let_go(before)
        with self.database.begin() as tx:
            tx.feeds.forget_failures(before)
        learned = learn_gaps(self.database)
        said = f"{gone} old articles without a mention let go, habits of {learned} sources learned"
        return Report(job="forget", said=said)

    def _let_go(self, before: datetime) -> int:
        """Forget old articles, few at once: nobody else may write meanwhile."""
        gone = 0
        while True:
            with self.database.read() as tx:
                old = tx.articles.unmentioned_before(before)
            if not old:
                return gone
            for start in range(0, len(old), _LET_GO_AT_ONCE):
                with self.database.begin() as tx:
                    gone += tx.articles.forget(old[start : start + _LET_GO_AT_ONCE])

    def _key(self, name: str) -> str:
        known = [key_of(source) for source in self.sources]
        found = [key for key in known if name in (key, key.partition(":")[2])]
        if not found:
            message = f"no source is named {name!r}{nearest(name, known)}"
            raise CommandError(message)
        return found[0]


def _delivered(done: DeliveryReport, hung: Sequence[str] = ()) -> Report:
    said = f"{done.sent} sent, {done.waiting} waiting"
    if done.mistakes:
        said += f", {done.mistakes} failed by a mistake in a notifier, see the log"
    if hung:
        said += f", {', '.join(hung)} stuck in one attempt for minutes"
    return Report(job="deliver", said=said, ok=not done.mistakes and not hung)
