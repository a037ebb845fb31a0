"""The daemon: the scheduler around the table of jobs, an orderly stop, a heartbeat."""

import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Thread

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from nabat.health import serve_health
from nabat.jobs import Jobs

logger = logging.getLogger(__name__)

LISTEN = timedelta(seconds=5)  # one long poll of Telegram; a stop waits for it at most so long
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
    scheduler = _scheduler(jobs)
    every = jobs.settings.daemon
    watched = {
        "crawl": every.crawl_every,
        "score": every.crawl_every,
        "evaluate": every.evaluate_every,
        "deliver": every.deliver_every,
    }
    with serve_health(every.health, jobs.database, jobs.clock, watched):
        scheduler.start()
        logger.info("daemon started", extra={"sources": len(jobs.sources)})
        _wait_for(told)
        logger.info("daemon stopping, running jobs are finished first")
        ending = Thread(target=scheduler.shutdown, daemon=True)
        ending.start()
        ending.join(PATIENCE.total_seconds())
    if ending.is_alive():
        logger.warning("daemon stopped before a job had ended; it is done again at the next start")
        logging.shutdown()
        os._exit(0)  # the interpreter would wait for the job's thread
    logger.info("daemon stopped")


def _wait_for(told: SimpleQueue[int]) -> None:
    """Return once a signal was told; one that slips in before the wait is seen a second later."""
    while True:
        with suppress(Empty):
            told.get(timeout=1.0)
            return


def _scheduler(jobs: Jobs) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        timezone="UTC",
        # A job that comes late is done late, once; it is never skipped.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    every = jobs.settings.daemon
    table: tuple[tuple[str, Callable[[], object], timedelta], ...] = (
        ("gather", jobs.gather, every.crawl_every),
        ("evaluate", jobs.evaluate, every.evaluate_every),
        ("deliver", lambda: jobs.deliver(drain=False), every.deliver_every),
        ("listen", lambda: jobs.listen(wait=LISTEN), LISTEN),
        ("forget", jobs.forget, timedelta(days=1)),
    )
    for name, job, interval in table:
        trigger = IntervalTrigger(seconds=interval.total_seconds())
        scheduler.add_job(job, trigger, id=name, next_run_time=jobs.clock())
    return scheduler
