"""The daemon: the scheduler around the table of jobs, an orderly stop, a heartbeat."""

import logging
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from nabat.health import serve_health
from nabat.jobs import Jobs

logger = logging.getLogger(__name__)


def run(jobs: Jobs) -> None:
    """Do the jobs at their intervals until SIGTERM or SIGINT, then let them finish and stop."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
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
        ("forget", jobs.forget, timedelta(days=1)),
    )
    for name, job, interval in table:
        trigger = IntervalTrigger(seconds=interval.total_seconds())
        scheduler.add_job(job, trigger, id=name, next_run_time=jobs.clock())
    with serve_health(every.health, jobs.database, jobs.clock):
        scheduler.start()
        logger.info("daemon started", extra={"sources": len(jobs.sources)})
        stop.wait()
        logger.info("daemon stopping, running jobs are finished first")
        scheduler.shutdown(wait=True)
    logger.info("daemon stopped")
