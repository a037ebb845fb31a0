"""One process at a time does a job: a lease in the database, renewed while the job runs.

Overlapping cron runs and second daemons find the lease taken and go on
without harm. A lease whose holder died on this machine is taken over at once;
on another machine, or in another container, it runs out by itself.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

from storage.database import Database, StorageError

logger = logging.getLogger(__name__)

DURATION = timedelta(seconds=60)
_RENEW_EVERY = 15.0


def new_owner() -> str:
    """Answer a name for this process that no other has."""
    return f"{_place()}:{os.getpid()}:{uuid4().hex[:8]}"


def is_dead(owner: str) -> bool:
    """Say whether an owner is a process that would be seen here, and is not."""
    place, _, number = owner.rpartition(":")[0].rpartition(":")
    if place != _place() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # somebody else's, or no process at all
        return False
    return False


def _place() -> str:
    """Name where process numbers mean what they mean here: a machine, its boot, a container.

    Containers may share a host's name, and see each other's numbers as free.
    """
    parts = [socket.gethostname()]
    with suppress(OSError):  # where there is no such file there are no namespaces of numbers
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        parts += [boot, str(Path("/proc/self/ns/pid").readlink())]
    return "/".join(parts)


def bury_the_dead(database: Database, now: datetime) -> None:
    """Free what processes seen from here held when they were killed."""
    with database.begin() as tx:
        for name, owner in tx.leases.holders():
            if is_dead(owner):
                tx.leases.release(name, owner=owner)
                tx.outbox.abandon(owner, now)


@contextmanager
def held(
    database: Database, name: str, *, owner: str, clock: Callable[[], datetime]
) -> Iterator[bool]:
    """Hold the named lease for the block; answers False when another process has it."""
    if not _take(database, name, owner, clock):
        yield False
        return
    done = Event()
    renewing = Thread(target=_renew, args=(database, name, owner, clock, done), daemon=True)
    renewing.start()
    try:
        yield True
    finally:
        done.set()
        renewing.join()
        with database.begin() as tx:
            tx.leases.release(name, owner=owner)


def _take(database: Database, name: str, owner: str, clock: Callable[[], datetime]) -> bool:
    with database.begin() as tx:
        holder = tx.leases.holder(name)
        if holder is not None and holder != owner and is_dead(holder):
            tx.leases.release(name, owner=holder)
        return tx.leases.take(name, owner=owner, now=clock(), duration=DURATION) is not None


def _renew(
    database: Database, name: str, owner: str, clock: Callable[[], datetime], done: Event
) -> None:
    while not done.wait(_RENEW_EVERY):
        try:
            with database.begin() as tx:
                tx.leases.take(name, owner=owner, now=clock(), duration=DURATION)
        except StorageError as error:  # the next turn may do it; the lease bears some of them
            logger.warning("lease not renewed", extra={"lease": name, "reason": str(error)})
