"""Whether a remote endpoint may be asked: so often a day, and not while it is left alone.

Counted over all processes of the installation, in one small file that is read and
replaced under a lock. Whose file cannot be written may not ask: a cap that cannot
be kept is no cap.
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, NonNegativeInt, TypeAdapter

logger = logging.getLogger(__name__)

MOST_FAILURES = 2  # in a row; then the endpoint is left alone
PAUSE = timedelta(minutes=5)  # for which it is
LONGEST_RECORD = 4096  # bytes; a longer file is somebody else's

_PRIVATE = 0o600


class BudgetError(Exception):
    """The endpoint may not be asked now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How often the endpoint was asked, and how it has fared."""

    day: date  # of UTC
    requests: NonNegativeInt  # on that day
    failures: NonNegativeInt  # in a row
    paused_until: AwareDatetime | None


_RECORDS: Final = TypeAdapter(Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointBudget:
    """The requests of a day; every method raises BudgetError where the file cannot be kept."""

    record: str  # path of the file
    most_requests: int  # of a UTC day

    def take(self, now: datetime) -> None:
        """Count one request that is about to be made; BudgetError where there may be none."""
        self._change(now, lambda record: self._taken(record, now))

    def count_success(self, now: datetime) -> None:
        """Forget the failures before it."""
        self._change(now, lambda record: replace(record, failures=0))

    def count_failure(self, now: datetime) -> None:
        """Count it, and leave the endpoint alone after so many in a row."""
        self._change(now, lambda record: _failed(record, now))

    def pause(self, now: datetime) -> None:
        """Leave the endpoint alone for some minutes."""
        self._change(now, lambda record: _paused(record, now))

    def _taken(self, record: Record, now: datetime) -> Record:
        if record.requests >= self.most_requests:
            raise BudgetError("cost cap reached")
        # More than a pause ahead is what a clock leaves that was set back since.
        if record.paused_until and timedelta(0) < record.paused_until - now <= PAUSE:
            raise BudgetError("the endpoint is left alone")
        return replace(record, requests=record.requests + 1, paused_until=None)

    def _change(self, now: datetime, change: Callable[[Record], Record]) -> None:
        try:
            path = Path(self.record).resolve()
            if path.exists() and not path.is_file():
                raise BudgetError(f"requests cannot be counted: {path} is no plain file")
            with _locked(path):
                known = _read(path)
                changed = change(_of_day(known, now.astimezone(UTC).date()))
                if changed != known:
                    _write(path, changed)
        except (OSError, ValueError) as error:
            raise BudgetError(f"requests cannot be counted: {error}") from error


def _failed(record: Record, now: datetime) -> Record:
    failures = record.failures + 1
    return _paused(record, now) if failures >= MOST_FAILURES else replace(record, failures=failures)


def _paused(record: Record, now: datetime) -> Record:
    logger.warning("tone endpoint left alone", extra={"seconds": PAUSE.total_seconds()})
    return replace(record, failures=0, paused_until=now + PAUSE)


def _of_day(known: Record | None, today: date) -> Record:
    """What is known, with no requests where they are of another day.

    Tomorrow's are not: a clock set back over midnight gives no second day's requests.
    """
    if known is None:
        return Record(day=today, requests=0, failures=0, paused_until=None)
    if today <= known.day <= today + timedelta(days=1):
        return known
    return replace(known, day=today, requests=0)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep all others out; a lock of its own file, since the record's is replaced."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    lock = os.open(path.with_name(path.name + ".lock"), flags, _PRIVATE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _read(path: Path) -> Record | None:
    """The record; None where there is none. What else is found there is put aside."""
    try:
        with path.open("rb") as stream:
            return _RECORDS.validate_json(stream.read(LONGEST_RECORD), strict=True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        aside = path.with_name(path.name + ".previous")
        path.replace(aside)
        logger.warning(
            "record of the tone endpoint not understood, begun anew", extra={"kept_as": str(aside)}
        )
        return None


def _write(path: Path, record: Record) -> None:
    fresh = path.with_name(path.name + ".new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(fresh, flags, _PRIVATE), "wb") as stream:
        stream.write(_RECORDS.dump_json(record))
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
