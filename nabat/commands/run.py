"""Do the work: one pass for cron, each job alone, or the daemon."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from nabat import clock, daemon
from nabat.commands.arguments import Brand, Config, Since, settings_of
from nabat.config import secrets_of
from nabat.errors import CommandError
from nabat.jobs import Jobs, Report
from nabat.logs import set_up
from nabat.terminal import clean, clean_lines


def tick(config: Config = None) -> None:
    """One whole pass, for cron: crawl, score, evaluate, deliver. Safe to overlap."""
    with _jobs(config) as jobs:
        _finish(jobs.tick())


def crawl(
    config: Config = None,
    source: Annotated[str | None, typer.Option(help="Only this source, due or not.")] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Visit every source now, due or not.")
    ] = False,
) -> None:
    """Visit the sources that are due and store what is new."""
    with _jobs(config) as jobs:
        _finish([jobs.crawl(source=source, force=once or source is not None)])


def score(config: Config = None) -> None:
    """Judge the tone of the mentions not judged yet."""
    with _jobs(config) as jobs:
        _finish([jobs.score()])


def evaluate(config: Config = None) -> None:
    """Count, judge each brand, open and change incidents."""
    with _jobs(config) as jobs:
        _finish([jobs.evaluate()])


def deliver(
    config: Config = None,
    drain: Annotated[
        bool, typer.Option("--drain", help="Go on until nothing is left to send.")
    ] = False,
) -> None:
    """Send what waits in the outbox."""
    with _jobs(config) as jobs:
        _finish([jobs.deliver(drain=drain)])


def rematch(config: Config = None, brand: Brand = None, since: Since = None) -> None:
    """Look for new or changed watches in the articles stored before."""
    with _jobs(config) as jobs:
        _finish([jobs.rematch(brand=brand, since=since), jobs.score()])


def run(config: Config = None) -> None:
    """Run the daemon until it is told to stop (SIGTERM or Ctrl-C)."""
    with _jobs(config) as jobs:
        daemon.run(jobs)


@contextmanager
def _jobs(config: Config) -> Iterator[Jobs]:
    settings = settings_of(config)
    set_up(settings.log.level, settings.log.format, secrets=secrets_of(settings))
    with _progress() as bar:
        jobs = Jobs(settings, clock=clock.now, progress=bar)
        try:
            jobs.prepare()
            yield jobs
        finally:
            jobs.close()


@contextmanager
def _progress() -> Iterator["Bar"]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    shown = sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as bar:
        yield Bar(bar)


class Bar:
    """One line of progress for each job, on a terminal only."""

    def __init__(self, progress: Progress) -> None:
        """Draw on this progress display."""
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, job: str, done: int, total: int | None) -> None:
        """Show how far the job is."""
        task = self._tasks.get(job)
        if task is None:
            task = self._tasks[job] = self._progress.add_task(job, total=total)
        self._progress.update(task, completed=done, total=total)


def _finish(reports: list[Report]) -> None:
    for report in reports:
        typer.echo(clean_lines(f"{report.job}: {report.said}"))
        for failure in report.poll.failures if report.poll else ():
            typer.echo(clean(f"  failed: {failure.key}: {failure.reason}"))
    failed = [report.job for report in reports if not report.ok]
    if failed:
        message = f"{', '.join(failed)} failed; the log above says why"
        raise CommandError(message)
