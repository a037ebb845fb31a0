"""What the daemon does when the database fails it: the jobs go on, the operators are told once."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from storage.database import StorageError

logger = logging.getLogger(__name__)

REST = timedelta(minutes=10)  # a database that comes and goes is not told of every time


class StorageAlarm:
    """Watches jobs for a database that cannot be used; what is told needs no database."""

    def __init__(self, tell: Callable[[str, str], object], clock: Callable[[], datetime]) -> None:
        """``tell`` takes the key of a phrase and the reason."""
        self._tell = tell
        self._clock = clock
        self._lock = Lock()
        self._told_at: datetime | None = None
        self._is_down = False

    def guarded(self, job: Callable[[], object]) -> Callable[[], None]:
        """The job, for a scheduler: what the database does to it is told, and it is tried again.

        One that answers None had nothing to do: that it went well proves nothing, since a
        database on a full disk can be read.
        """

        def run() -> None:
            try:
                done = job()
            except StorageError as error:
                logger.error("the database cannot be used", extra={"reason": str(error)})
                self._down(str(error))
            else:
                if done is not None:
                    self._up()

        return run

    def _down(self, reason: str) -> None:
        with self._lock:
            now = self._clock()
            rests = self._told_at is not None and abs(now - self._told_at) < REST
            if self._is_down or rests:
                return
            self._is_down, self._told_at = True, now
        self._tell("storage_down", reason)

    def _up(self) -> None:
        with self._lock:
            was_down, self._is_down = self._is_down, False
        if was_down:
            self._tell("storage_back", "")
