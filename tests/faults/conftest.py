"""The crashing process, and a Bot API whose ledger is the judge."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from storage.database import Database
from tests.alerts.making import NOON
from tests.fakes.bot_api import BotApi, Posted, serving
from tests.monitor.conftest import World

Fresh = Callable[[], str]
ROOT = Path(__file__).resolve().parents[2]
MARK = "Возможен повтор"
ALL = os.environ.get("NABAT_FAULTS") == "all"


@dataclass
class Crashing:
    """Runs the alert path in children of one warm process."""

    process: subprocess.Popen[str]
    pid: int = 0

    def run(self, **told: Any) -> dict[str, Any]:
        """One child; answers how it ended and how many points it passed."""
        assert self.process.stdin is not None
        line = {"fatal": 0, "later": 0, "timeout": 3, "reconcile": "probe"} | told
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        self.pid = self._hear()["pid"]
        return self._hear()

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill the child that runs now."""
        os.kill(self.pid, how)

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        heard: dict[str, Any] = json.loads(self.process.stdout.readline())
        return heard


@dataclass
class Tally:
    """How much the whole run has judged."""

    alerts: int = 0
    faults: int = 0


TALLY = Tally()


@dataclass
class Judge:
    """What people can see, by what it is about."""

    api: BotApi
    brands: list[str] = field(default_factory=list)

    def copies(self, brand: str) -> list[Posted]:
        return [one for one in self.api.ledger if f"«{brand}» · " in one.text]

    @property
    def lost(self) -> list[str]:
        return [one for one in self.brands if not self.copies(one)]

    @property
    def repeated(self) -> list[str]:
        """Brands of which a copy beyond the first does not say that it may be one."""
        unmarked = {one: [c for c in self.copies(one) if MARK not in c.text] for one in self.brands}
        return [one for one, copies in unmarked.items() if len(copies) > 1]

    @property
    def twice(self) -> list[str]:
        return [one for one in self.brands if len(self.copies(one)) > 1]


@pytest.fixture(scope="session")
def crashing() -> Iterator[Crashing]:
    """One warm process for the whole run."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.crashing"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield Crashing(process)
    assert process.stdin is not None
    process.stdin.close()
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes an upgraded empty database, as often as asked, and answers its address."""
    if request.param == "sqlite":
        yield Copies(request.getfixturevalue("upgraded_sqlite"), tmp_path / "run.db")
        return
    clones = Clones(
        request.getfixturevalue("postgres"), request.getfixturevalue("upgraded_postgres")
    )
    yield clones
    clones.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def gathered(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """The same, of a database in which two brands are under attack and nobody has looked yet."""
    if request.param == "sqlite":
        template = tmp_path / "gathered.db"
        shutil.copy(request.getfixturevalue("upgraded_sqlite"), template)
        gather(f"sqlite:///{template}")
        yield Copies(template, tmp_path / "run.db")
        return
    server = request.getfixturevalue("postgres")
    made = Clones(server, request.getfixturevalue("upgraded_postgres"))
    gather(made())
    clones = Clones(server, made.name)
    yield clones
    clones.drop()
    made.drop()


def gather(url: str) -> None:
    """A calm week of two brands, and three hours of crisis."""
    database = Database(url)
    for brands in (("Ромашка", "Василёк"), ("Василёк", "Ромашка")):
        world = World(database, NOON, brands=brands)
        world.answer(NOON)
        world.quiet_weeks(NOON - timedelta(hours=3), weeks=1)
        for minute in range(5, 180, 12):
            at = NOON - timedelta(minutes=minute)
            world.mention(at, title=f"Скандал {minute}", crisis="скандал", seen_at=NOON)
    database.close()


@dataclass
class Copies:
    """Copies of one SQLite file, each in the place of the one before."""

    template: Path
    path: Path

    def __call__(self) -> str:
        for one in self.path.parent.glob(f"{self.path.name}*"):
            one.unlink()
        shutil.copy(self.template, self.path)
        return f"sqlite:///{self.path}"


@dataclass
class Clones:
    """Clones of one PostgreSQL database, each in the place of the one before."""

    server: str
    template: str
    name: str = field(default_factory=lambda: f"nabat_{uuid4().hex}")

    def __call__(self) -> str:
        self.drop()
        self._do(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        url = self.server.replace("/postgres?", f"/{self.name}?")
        return url.replace("postgresql:", "postgresql+psycopg:")

    def drop(self) -> None:
        self._do(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def server() -> Iterator[BotApi]:
    """A Bot API on loopback that several runs share."""
    with serving(BotApi()) as running:
        yield running


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of several hands its figures to the one that reports."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["faults"] = (TALLY.alerts, TALLY.faults)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker judged."""
    alerts, faults = getattr(node, "workeroutput", {}).get("faults", (0, 0))
    TALLY.alerts += alerts
    TALLY.faults += faults


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was judged: the figure of the promise."""
    if TALLY.alerts:
        said = f"faults: {TALLY.faults} injected, {TALLY.alerts} alerts judged by the ledger"
        terminalreporter.write_line(said)
