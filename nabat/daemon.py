"""The daemon: the scheduler around the table of jobs, an orderly stop, signs of life.

While every job ticks well, systemd and the outside watchman hear so. Of one that
fails the watchman hears; of one that stands still systemd hears nothing, and starts
us anew.
"""

import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from alerts.chart import warm_up
from alerts.clock_jumps import JITTER
from nabat.alarm import StorageAlarm
from nabat.clock import SteadyClock
from nabat.health import Ticking, beginning, late, serve_health, stands_still
from nabat.heartbeat import Heartbeat
from nabat.jobs import Jobs
from nabat.systemd import notify

logger = logging.getLogger(__name__)

LISTEN = timedelta(seconds=5)  # one long poll of Telegram; a stop waits for it at most so long
SIGN = timedelta(seconds=30)  # between signs of life; the unit's WatchdogSec is far longer
PATIENCE = timedelta(seconds=8)  # for running jobs at the end; service managers wait about ten


def run(jobs: Jobs) -> None:
    """Do the jobs at their intervals until SIGTERM or SIGINT, then let them finish and stop.

    A job that takes too long at the end is left where it is: what it was doing
    is done again at the next start, as after any crash.
    """
    # An Event would wait for itself if a second signal came while the first is taken.
    told: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda given, _frame: told.put(given))
    every = _watched(jobs)
    began = beginning(jobs.database, jobs.clock(), every)
    ticking = Ticking(every=every, began=began, steps=jobs.steps)
    scheduler = _scheduler(jobs, ticking)
    with serve_health(jobs.settings.daemon.health, jobs.database, jobs.clock, ticking):
        scheduler.start()
        warm_up()
        notify("READY=1")
        logger.info("daemon started", extra={"sources": len(jobs.sources)})
        _wait_for(told, _clock_watch(scheduler, jobs, ticking))
        notify("STOPPING=1")
        logger.info("daemon stopping, running jobs are finished first")
        ending = Thread(target=lambda: _end(scheduler, jobs), daemon=True)
        ending.start()
        ending.join(PATIENCE.total_seconds())
    if ending.is_alive():
        logger.warning("daemon stopped before a job had ended; it is done again at the next start")
        logging.shutdown()
        os._exit(0)  # the interpreter would wait for the job's thread
    logger.info("daemon stopped")


def _end(scheduler: BackgroundScheduler, jobs: Jobs) -> None:
    scheduler.shutdown()
    jobs.finish()


def _wait_for(told: SimpleQueue[int], look: Callable[[], None]) -> None:
    """Return once a signal was told; one that slips in before the wait is seen a second later."""
    while True:
        with suppress(Empty):
            told.get(timeout=1.0)
            return
        look()


def _clock_watch(
    scheduler: BackgroundScheduler, jobs: Jobs, ticking: Ticking
) -> Callable[[], None]:
    """What to call every second: a clock set back would leave all jobs waiting for the old time."""
    steady = SteadyClock()

    def look() -> None:
        now = jobs.clock()
        ahead = steady.ahead(now)
        if ahead is not None and ahead < -JITTER:
            ticking.begin_again(now)
            for job in scheduler.get_jobs():
                scheduler.modify_job(job.id, next_run_time=now)

    return look


def _watched(jobs: Jobs) -> dict[str, timedelta]:
    """The jobs that must tick, and how often: scheduler, sender and poller are all among them."""
    every = jobs.settings.daemon
    watched = {
        "crawl": every.crawl_every,
        "score": every.crawl_every,
        "evaluate": every.evaluate_every,
        "deliver": every.deliver_every,
    }
    return watched | ({"listen": LISTEN} if "telegram" in jobs.notifiers else {})


def _scheduler(jobs: Jobs, ticking: Ticking) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        timezone="UTC",
        # A job that comes late is done late, once; it is never skipped.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    every = jobs.settings.daemon
    table: tuple[tuple[str, Callable[[], object], timedelta], ...] = (
        ("gather", jobs.gather, every.crawl_every),
        ("judge", jobs.judge, every.crawl_every),
        ("look back", jobs.look_back, every.evaluate_every),
        ("evaluate", jobs.evaluate, every.evaluate_every),
        ("deliver", jobs.keep_delivering, every.deliver_every),
        ("listen", lambda: jobs.listen(wait=LISTEN), LISTEN),
        ("forget", jobs.forget, timedelta(days=1)),
    )
    alarm = StorageAlarm(jobs.shout, jobs.clock)
    for name, job, interval in table:
        _add(scheduler, name, alarm.guarded(job), interval, jobs.clock())
    heartbeat = Heartbeat(jobs.heartbeat)
    _add(scheduler, "sign", lambda: sign(jobs, ticking, heartbeat), SIGN, jobs.clock() + SIGN)
    if heartbeat.url:
        scheduler.add_job(heartbeat.begin, id="begin")
    return scheduler


def _add(
    scheduler: BackgroundScheduler,
    name: str,
    job: Callable[[], None],
    interval: timedelta,
    first: datetime,
) -> None:
    trigger = IntervalTrigger(seconds=interval.total_seconds())
    scheduler.add_job(job, trigger, id=name, next_run_time=first)


def sign(jobs: Jobs, ticking: Ticking, heartbeat: Heartbeat) -> None:
    """Tell those who watch us from outside whether every job ticks."""
    now = jobs.clock()
    if not stands_still(jobs.database, now, ticking):
        notify("WATCHDOG=1")
    heartbeat.beat(late(jobs.database, now, ticking))
