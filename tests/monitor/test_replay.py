"""What a replay says rests on the stored rows and the time alone."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.evaluate import evaluate
from monitor.judge import judge_brands
from monitor.replay import Checkpoints, replay
from monitor.settings import DetectorSettings
from storage.database import Database
from storage.incident_records import Incident
from storage.records import BUCKET, Verdict
from tests.monitor.conftest import World

SETTINGS = DetectorSettings()
DYING = """
import sys
from datetime import UTC, datetime, timedelta
from monitor.evaluate import evaluate
from monitor.replay import Checkpoints
from storage.database import Database
database, kept = Database(sys.argv[1]), Checkpoints()
at = datetime.fromisoformat(sys.argv[2])
while True:
    print("judging", flush=True)
    evaluate(database, {}, now=at, timezone=UTC, checkpoints=kept)
    at += timedelta(minutes=15)
"""


def verdicts(database: Database, at: datetime, kept: Checkpoints | None = None) -> list[Verdict]:
    """What is said of every brand, from what is stored."""
    with database.read() as tx:
        brands = tx.brands.active()
        shared = {brand.name: SETTINGS for brand in brands}
        judged = judge_brands(tx, brands, shared, now=at, checkpoints=kept)
    return [one.verdict for one in judged]


def a_storm(world: World, until: datetime) -> None:
    """Fourteen negative stories in three hours after quiet weeks."""
    world.quiet_weeks(until - timedelta(hours=3))
    for index in range(14):
        at = until - timedelta(minutes=12 * index + 6)
        world.mention(at, title=f"Скандал вокруг Ромашки {index}", seen_at=until)


@pytest.fixture
def twin(upgraded_sqlite: Path, tmp_path: Path, now: datetime) -> Iterator[World]:
    """The same brand and sources in another file, for a run nothing interrupts."""
    database = Database(f"sqlite:///{shutil.copyfile(upgraded_sqlite, tmp_path / 'twin.db')}")
    built = World(database, now)
    built.answer(now)
    yield built
    database.close()


@pytest.mark.parametrize("runs", [1, 2, 4], ids=lambda runs: f"killed in run {runs}")
def test_a_killed_process_leaves_the_next_verdicts_as_they_would_have_been(
    world: World, twin: World, now: datetime, runs: int
) -> None:
    """kill -9 in the middle of judging, a restart: equal to the run nothing interrupted."""
    after, kept = now + 6 * BUCKET, Checkpoints()
    for one in (world, twin):
        a_storm(one, now)
    kill_in_run(runs, str(world.database.engine.url), now - BUCKET)
    for run in range(runs):
        at = now + (run - 1) * BUCKET
        evaluate(twin.database, {}, now=at, timezone=UTC, checkpoints=kept)
    for one in (world, twin):
        one.answer(after)
        evaluate(one.database, {}, now=after, timezone=UTC)
    assert verdicts(world.database, after) == verdicts(twin.database, after, kept)
    assert verdicts(world.database, after)[0].state == "spike"
    assert [len(listed(one)) for one in (world, twin)] == [1, 1]


def listed(world: World) -> list[Incident]:
    """All incidents."""
    with world.database.read() as tx:
        return tx.incidents.listed()


def kill_in_run(runs: int, url: str, at: datetime) -> None:
    """Let another process judge, and kill it without a word in its n-th run."""
    with subprocess.Popen(
        [sys.executable, "-c", DYING, url, at.isoformat()], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for _ in range(runs):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)


def test_checkpoints_save_work_and_change_nothing(world: World, now: datetime) -> None:
    """Kept half way or begun afresh: the same numbers to the last digit."""
    a_storm(world, now)
    evaluate(world.database, {}, now=now, timezone=UTC)
    kept = Checkpoints()
    for quarter in range(6):
        at = now + quarter * BUCKET
        assert verdicts(world.database, at, kept) == verdicts(world.database, at)


def test_a_count_that_changed_in_the_past_is_judged_anew(world: World, now: datetime) -> None:
    """A checkpoint made from other counts is thrown away."""
    a_storm(world, now)
    evaluate(world.database, {}, now=now, timezone=UTC)
    kept = Checkpoints()
    verdicts(world.database, now, kept)
    world.mention(now - timedelta(days=9), seen_at=now + BUCKET)
    evaluate(world.database, {}, now=now + BUCKET, timezone=UTC)
    again, afresh = (verdicts(world.database, now + BUCKET, one) for one in (kept, None))
    assert again == afresh


def test_a_replay_begins_where_the_archive_does(world: World, now: datetime) -> None:
    """Nothing is claimed of days nobody could have read; replays begin at a midnight."""
    world.mention(now - timedelta(days=3, hours=2))
    evaluate(world.database, {}, now=now, timezone=UTC)
    with world.database.read() as tx:
        done = replay(tx, tx.brands.active(), SETTINGS, now=now)
    first = now - timedelta(days=3, hours=2)
    assert done.history.start_at == first.replace(hour=0, minute=0, second=0, microsecond=0)
    assert done.coverage[0] < 1.0
