"""One process at a time does a job; a dead one's place is taken at once."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nabat.exclusive import DURATION, held, is_dead, new_owner
from storage.database import Database

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHILD = """
import sys
from datetime import UTC, datetime
from nabat.exclusive import held, new_owner
from storage.database import Database
moment = lambda: datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
with held(Database(sys.argv[1]), "job:crawl", owner=new_owner(), clock=moment) as ours:
    print("ours" if ours else "taken", flush=True)
    sys.stdin.read()
"""


def _owner(number: object) -> str:
    """The owner's name of the process here that has this number."""
    place, _, random = new_owner().rsplit(":", 2)
    return f"{place}:{number}:{random}"


def _ended() -> int:
    """The number of a process that ran and is no more."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def _noon() -> datetime:
    return NOON


def _other(database: Database) -> subprocess.Popen[str]:
    """Another process that holds the job until its input is closed."""
    url = database.engine.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _holder(database: Database) -> str | None:
    with database.read() as tx:
        return tx.leases.holder("job:crawl")


def test_two_processes_do_not_do_the_same_job(sqlite_database: Database) -> None:
    """The second goes on without harm; dead, the first is followed at once."""
    with _other(sqlite_database) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ours\n"
        with held(sqlite_database, "job:crawl", owner=new_owner(), clock=_noon) as ours:
            assert not ours
        with held(sqlite_database, "job:score", owner=new_owner(), clock=_noon) as ours:
            assert ours  # another job is another matter
        other.kill()
        other.wait()
        owner = new_owner()
        with held(sqlite_database, "job:crawl", owner=owner, clock=_noon) as ours:
            assert ours
            assert _holder(sqlite_database) == owner
    assert _holder(sqlite_database) is None


def test_the_job_is_free_when_the_block_ends(sqlite_database: Database) -> None:
    """Even with an error."""
    with (
        pytest.raises(RuntimeError),
        held(sqlite_database, "job:crawl", owner=new_owner(), clock=_noon),
    ):
        raise RuntimeError

    assert _holder(sqlite_database) is None


def test_the_holder_of_another_machine_is_waited_for(sqlite_database: Database) -> None:
    """Nobody here can say whether it lives: its lease must run out."""
    with sqlite_database.begin() as tx:
        tx.leases.take("job:crawl", owner="elsewhere:1:abc", now=NOON, duration=DURATION)

    with held(sqlite_database, "job:crawl", owner=new_owner(), clock=_noon) as ours:
        assert not ours
    later = NOON + DURATION + timedelta(seconds=1)
    with held(sqlite_database, "job:crawl", owner=new_owner(), clock=lambda: later) as ours:
        assert ours


def test_an_owner_says_machine_and_process_and_is_never_the_same() -> None:
    """So that another process of this machine can look whether it lives."""
    place, number, _ = new_owner().rsplit(":", 2)

    assert (place.partition("/")[0], number) == (socket.gethostname(), str(os.getpid()))
    assert new_owner() != new_owner()


def test_a_process_that_ended_is_dead() -> None:
    """It can be known on its own machine."""
    assert is_dead(_owner(_ended()))


@pytest.mark.parametrize(
    "told", ["/proc/self/ns/pid", "/proc/sys/kernel/random/boot_id"], ids=["container", "boot"]
)
def test_a_process_of_another_container_or_boot_is_taken_to_live(told: str) -> None:
    """Though it has our host's name: its number means nothing here."""
    file = Path(told)
    if not file.exists():
        pytest.skip("one machine, one set of process numbers")
    ours = str(file.readlink()) if file.is_symlink() else file.read_text().strip()
    owner = _owner(_ended())

    assert ours in owner
    assert not is_dead(owner.replace(ours, "another"))


@pytest.mark.parametrize(
    "owner",
    [
        pytest.param(new_owner(), id="this process"),
        pytest.param(_owner(1), id="one of somebody else"),
        pytest.param("elsewhere:999999999:abc", id="of another machine"),
        pytest.param(_owner("abc"), id="no number"),
        pytest.param(_owner(99999999999999999999), id="no number of a process"),
        pytest.param("", id="empty"),
    ],
)
def test_what_cannot_be_known_to_be_dead_is_taken_to_live(owner: str) -> None:
    """A job done twice is worse than one done a minute later."""
    assert not is_dead(owner)
