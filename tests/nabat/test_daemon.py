"""The daemon as a process: it ticks, says so, keeps its secrets and stops when it is told."""

import http.client
import json
import select
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import text

from nabat import clock, config, daemon
from nabat.daemon import sign
from nabat.demo.press import published_by
from nabat.demo.web import serve
from nabat.health import Ticking
from nabat.heartbeat import Heartbeat
from nabat.jobs import Jobs
from storage.database import Database
from tests.alerts.making import Clock
from tests.fakes.bot_api import TOKEN, BotApi, serving
from tests.nabat.conftest import CONFIG, Watchman
from tests.running import Running, newest, running, two_feeds_and_a_dead_one, until

MORE = """
[[notifier]]
kind = "telegram"
token = "env:NABAT_TELEGRAM_TOKEN"
base_url = "{api}"

[[recipient]]
name = "Чат"
channel = "telegram"
address = "-100123"

[daemon]
crawl_every = "1 s"
evaluate_every = "1 s"
deliver_every = "1 s"
health = "127.0.0.1:{port}"

[log]
level = "debug"
"""


@dataclass(frozen=True, slots=True)
class _Started:
    nabat: Running
    port: int
    database: Database
    systemd: socket.socket


@pytest.fixture
def started(tmp_path: Path, unused_port: int) -> Iterator[_Started]:
    """`nabat run` on a small web, at the most talkative level."""
    pieces = newest(published_by(clock.now()), 12)
    database = Database(f"sqlite:///{tmp_path / 'nabat.db'}")
    with serve(pieces) as site, serving(BotApi()) as api:
        more = MORE.format(api=api.url, port=unused_port) + two_feeds_and_a_dead_one(site)
        path = tmp_path / "nabat.toml"
        path.write_text(CONFIG.format(database=tmp_path / "nabat.db", more=more), "utf-8")
        told = tmp_path / "notify"
        env = {"NABAT_TELEGRAM_TOKEN": TOKEN, "NOTIFY_SOCKET": str(told)}
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(str(told))
            systemd.settimeout(60)
            with running("run", "--config", str(path), env=env) as nabat:
                yield _Started(nabat, unused_port, database, systemd)
    database.close()


def _health(port: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def _all_ran(port: int) -> bool:
    said = _health(port)[1]
    return bool(said) and all(job["last"] for job in json.loads(said)["jobs"].values())


def test_it_ticks_keeps_its_secrets_and_stops_in_order(started: _Started) -> None:
    """Healthy after the first pass; SIGTERM ends it, with nothing left held."""
    assert until(lambda: _all_ran(started.port)), "".join(started.nabat.lines[-20:])
    code, said = _health(started.port)
    jobs = json.loads(said)["jobs"]
    assert code == 200, said
    assert set(jobs) == {"crawl", "score", "evaluate", "deliver", "listen"}
    assert started.systemd.recv(100) == b"READY=1"

    ended = started.nabat.stop()

    heard = [started.systemd.recv(100)]
    while heard[-1] == b"WATCHDOG=1":  # it was up for half a minute
        heard.append(started.systemd.recv(100))
    assert heard[-1] == b"STOPPING=1"
    said = "".join(started.nabat.lines)
    assert ended == 0, said[-2000:]
    assert "daemon stopped" in said
    assert "Traceback" not in said
    assert "Logging error" not in said
    assert TOKEN not in said
    assert TOKEN.partition(":")[2] not in said
    with started.database.read() as tx:
        beats = {beat.job: beat for beat in tx.leases.heartbeats()}
        assert {"crawl", "score", "evaluate", "deliver", "forget"} <= set(beats)
        assert all(beat.ok for beat in beats.values()), beats
        assert {tx.leases.holder(f"job:{job}") for job in beats} == {None}


def test_ctrl_c_is_an_orderly_stop_too(started: _Started) -> None:
    """However soon it comes after the start."""
    started.nabat.wait_for("daemon started")
    started.nabat.process.send_signal(signal.SIGINT)

    assert started.nabat.stop() == 0


def test_what_is_found_is_judged_while_a_source_hangs(tmp_path: Path) -> None:
    """An alarm waits for no source that is slow."""
    database, path = Database(f"sqlite:///{tmp_path / 'nabat.db'}"), tmp_path / "nabat.toml"
    pieces = newest(published_by(clock.now()), 12)
    with socket.create_server(("127.0.0.1", 0)) as silent, serve(pieces) as site:
        slow = f"http://127.0.0.1:{silent.getsockname()[1]}/rss"
        more = f'[daemon]\ncrawl_every = "1 s"\n[[source]]\nkind = "rss"\nurl = "{slow}"\n'
        more += two_feeds_and_a_dead_one(site)
        path.write_text(CONFIG.format(database=tmp_path / "nabat.db", more=more), "utf-8")
        with running("run", "--config", str(path), env={}) as nabat:
            nabat.wait_for("daemon started")

            assert until(lambda: _judged(database) > 0)

            with database.read() as tx:
                assert "crawl" not in {beat.job for beat in tx.leases.heartbeats()}
    database.close()


def _judged(database: Database) -> int:
    count = text("SELECT count(*) FROM mentions WHERE scored_at IS NOT NULL")
    with database.read() as tx:
        return int(tx.connection.execute(count).scalar_one())


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    """Jobs of a small config at a standing clock."""
    path = tmp_path / "nabat.toml"
    path.write_text(CONFIG.format(database=tmp_path / "nabat.db", more=""), "utf-8")
    made = Jobs(config.load(path), clock=Clock(), progress=lambda *_: None)
    made.prepare()
    yield made
    made.close()


@pytest.mark.parametrize("late", ["", "crawl", "deliver", "listen"])
def test_systemd_and_the_watchman_hear_whether_scheduler_sender_and_poller_tick(
    jobs: Jobs, watchman: Watchman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    """One that stands still is told outside by its name, and the watchdog is not fed."""
    every = timedelta(seconds=5)
    with jobs.database.begin() as tx:
        for job in ("crawl", "deliver", "listen"):
            age = timedelta(hours=1) if job == late else timedelta()
            tx.leases.beat(job, now=jobs.clock() - age, detail="before")
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))

        jobs_of_it = dict.fromkeys(("crawl", "deliver", "listen"), every)
        ticking = Ticking(every=jobs_of_it, began=jobs.clock() - timedelta(days=1), steps={})
        sign(jobs, ticking, Heartbeat(watchman.url))

        fed = bool(select.select([systemd], [], [], 0)[0])
    assert fed == (not late)
    assert watchman.heard == (
        [("/ping/uuid/fail", f"{late}: before")] if late else [("/ping/uuid", "")]
    )


def test_a_job_that_fails_is_told_to_the_watchman_and_starts_nothing_anew(
    jobs: Jobs, watchman: Watchman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Telegram cannot be reached, systemd must not kill what works."""
    with jobs.database.begin() as tx:
        tx.leases.beat("listen", now=jobs.clock(), ok=False, detail="failed: no network")
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        began = jobs.clock() - timedelta(days=1)
        ticking = Ticking(every={"listen": timedelta(seconds=5)}, began=began, steps={})
        sign(jobs, ticking, Heartbeat(watchman.url))
        assert systemd.recv(100) == b"WATCHDOG=1"
    assert watchman.heard == [("/ping/uuid/fail", "listen: failed: no network")]


def test_no_job_waits_for_the_time_from_which_the_clock_was_set_back(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three hours back are not three hours without an alert, nor three hours that look well."""
    passed = iter([0.0, 1.0, 2.0])
    monkeypatch.setattr(daemon, "SteadyClock", lambda: clock.SteadyClock(lambda: next(passed)))
    assert isinstance(jobs.clock, Clock)
    began = jobs.clock.at
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.start(paused=True)
    later = began + timedelta(hours=1)
    scheduler.add_job(print, IntervalTrigger(hours=1), id="evaluate", next_run_time=later)
    ticking = Ticking(
        every={"evaluate": timedelta(hours=1)}, began=began, steps={"evaluate": began}
    )
    look = daemon._clock_watch(scheduler, jobs, ticking)

    def runs_at() -> datetime:
        look()
        return scheduler.get_job("evaluate").next_run_time

    assert runs_at() == later
    jobs.clock.at = began + timedelta(seconds=1)
    assert runs_at() == later
    jobs.clock.at = began - timedelta(hours=3)
    assert runs_at() == jobs.clock.at
    assert (ticking.began, ticking.steps) == (jobs.clock.at, {})
    scheduler.shutdown()
