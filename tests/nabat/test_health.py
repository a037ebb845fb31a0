"""The health endpoint: 200 while every job ticks, 503 with the reason when one is late."""

import http.client
import json
import socket
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread, current_thread
from typing import Any

import pytest

from nabat.errors import ConfigError
from nabat.health import (
    STALE,
    Ticking,
    beginning,
    health,
    late,
    read_address,
    serve_health,
    stands_still,
)
from storage.database import Database

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVERY = {"crawl": timedelta(seconds=30), "deliver": timedelta(hours=1)}
TICKING = Ticking(every=EVERY, began=NOON - timedelta(days=1), steps={})


class _Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def beating(sqlite_database: Database) -> Database:
    """A database in which both jobs ran at noon."""
    with sqlite_database.begin() as tx:
        for job in EVERY:
            tx.leases.beat(job, now=NOON, detail=f"{job} went well")
    return sqlite_database


@pytest.fixture
def clock() -> _Clock:
    """A clock that is told."""
    return _Clock()


@pytest.fixture
def served(beating: Database, clock: _Clock) -> Iterator[str]:
    """The endpoint on a free port; answers its address."""
    with serve_health("127.0.0.1:0", beating, clock, TICKING) as address:
        assert address is not None
        yield address


def _get(address: str, path: str = "/healthz") -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(address, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


def test_all_is_well_while_every_job_ticks(served: str) -> None:
    """200, and what each job last said."""
    code, body = _get(served)

    assert (code, body["ok"]) == (200, True)
    assert body["jobs"]["crawl"] == {
        "ok": True,
        "last": NOON.isoformat(),
        "said": "crawl went well",
    }


def test_a_late_job_is_named(served: str, clock: _Clock) -> None:
    """503: silence is not calm."""
    clock.at += STALE + timedelta(minutes=2)

    code, body = _get(served)

    assert (code, body["ok"]) == (503, False)
    assert not body["jobs"]["crawl"]["ok"]
    assert body["jobs"]["deliver"]["ok"]  # it runs once an hour, and is not late yet


def test_a_question_behind_the_path_is_no_other_path(served: str) -> None:
    """Watchmen add one against caches."""
    assert _get(served, "/healthz?probe=1")[0] == 200


def test_a_watchman_may_ask_for_the_head_alone(served: str, clock: _Clock) -> None:
    """The code says enough; the body stays here."""
    clock.at += STALE + timedelta(minutes=2)
    connection = http.client.HTTPConnection(served, timeout=5)
    connection.request("HEAD", "/healthz")
    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (503, b"")
    assert int(answer.headers["Content-Length"]) > 0
    connection.close()


def test_an_asker_that_hangs_up_is_not_told_of(
    beating: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """A traceback in the log of the daemon would look like trouble."""
    asked, gone, threads = Event(), Event(), list[Thread]()

    def clock() -> datetime:
        threads.append(current_thread())
        asked.set()
        gone.wait(5)
        return NOON

    with serve_health("127.0.0.1:0", beating, clock, TICKING) as address:
        assert address is not None
        asker = socket.create_connection(read_address(address))
        asker.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        asker.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        asked.wait(5)
        asker.close()
        gone.set()
        threads[0].join(5)

    assert capsys.readouterr().err == ""


def test_a_job_that_failed_is_not_well(served: str, beating: Database) -> None:
    """Fresh but failing is as bad as late."""
    with beating.begin() as tx:
        tx.leases.beat("crawl", now=NOON, ok=False, detail="failed: disk full")

    code, body = _get(served)

    assert code == 503
    assert body["jobs"]["crawl"]["said"] == "failed: disk full"


def test_a_job_that_never_ran_is_not_well(sqlite_database: Database) -> None:
    """Once it has had the time to."""
    ok, body = health(sqlite_database, NOON, TICKING)

    assert not ok
    assert body["jobs"]["crawl"]["said"] == "never ran"  # type: ignore[index]


@pytest.mark.parametrize("before", [None, True, False], ids=["no past", "well", "failed"])
def test_a_daemon_that_begins_has_the_time_of_a_run(
    sqlite_database: Database, before: bool | None
) -> None:
    """A first crawl takes its minutes; what the daemon before said is no matter."""
    if before is not None:
        with sqlite_database.begin() as tx:
            tx.leases.beat("crawl", now=NOON - timedelta(days=2), ok=before, detail="of old")
    begun = Ticking(every={"crawl": timedelta(seconds=30)}, began=NOON, steps={})

    assert late(sqlite_database, NOON + STALE, begun) == ""
    assert late(sqlite_database, NOON + STALE + timedelta(minutes=1), begun).startswith("crawl: ")


def test_a_job_that_goes_on_is_not_late(beating: Database) -> None:
    """A crawl of many slow sites takes longer than any one of them; standing still is late."""
    later = NOON + STALE + timedelta(minutes=20)
    steps = {"crawl": later - timedelta(minutes=5)}
    going = Ticking(every=EVERY, began=NOON - timedelta(days=1), steps=steps)

    assert late(beating, later, going) == ""
    assert late(beating, later + STALE, going).startswith("crawl: ")


def test_a_daemon_that_dies_in_every_crawl_does_not_begin_anew(sqlite_database: Database) -> None:
    """It has had the time since its first start; one whose jobs all ran begins with the next."""
    minute = timedelta(minutes=1)
    assert beginning(sqlite_database, NOON, ["crawl", "score"]) == NOON
    with sqlite_database.begin() as tx:
        tx.leases.beat("score", now=NOON + minute)
    assert beginning(sqlite_database, NOON + 5 * minute, ["crawl", "score"]) == NOON
    with sqlite_database.begin() as tx:
        tx.leases.beat("crawl", now=NOON + 9 * minute)
    assert beginning(sqlite_database, NOON + 10 * minute, ["crawl", "score"]) == NOON + 10 * minute


def test_a_clock_set_back_hides_no_failure(beating: Database) -> None:
    """What a job said an hour "before" the daemon began counts all the same."""
    ahead = Ticking(every=EVERY, began=NOON + timedelta(hours=6), steps={})
    assert beginning(beating, NOON, EVERY) == NOON
    assert late(beating, NOON, ahead) == ""
    with beating.begin() as tx:
        tx.leases.beat("crawl", now=NOON, ok=False, detail="failed: disk full")
    assert late(beating, NOON, ahead).startswith("crawl: ")


def test_what_lies_in_the_future_is_no_sign_of_life(beating: Database) -> None:
    """The clock was set back by hours, and no job has run since."""
    going = Ticking(every=EVERY, began=NOON - timedelta(days=1), steps={"crawl": NOON})
    back = NOON - timedelta(hours=3)
    going.begin_again(back)
    assert late(beating, back, going) == ""
    assert late(beating, back + STALE + timedelta(minutes=1), going).startswith("crawl: ")
    with beating.begin() as tx:
        tx.leases.beat("crawl", now=back + STALE)
    assert late(beating, back + STALE + timedelta(minutes=1), going) == ""


def test_a_job_that_fails_does_not_stand_still(beating: Database) -> None:
    """A new start would not help it; one that does not tick at all it may."""
    with beating.begin() as tx:
        tx.leases.beat("crawl", now=NOON, ok=False, detail="failed: no network")
    assert late(beating, NOON, TICKING) == "crawl: failed: no network"
    assert not stands_still(beating, NOON, TICKING)
    assert stands_still(beating, NOON + STALE + timedelta(minutes=1), TICKING)


def test_a_broken_database_is_an_answer_too(tmp_path: Any) -> None:
    """The one who asks learns why, and the endpoint goes on."""
    (tmp_path / "nabat.db").write_bytes(b"garbage" * 1000)

    ok, body = health(Database(f"sqlite:///{tmp_path / 'nabat.db'}"), NOON, TICKING)

    assert not ok
    assert "nabat.db" in str(body["error"])
    assert stands_still(Database(f"sqlite:///{tmp_path / 'nabat.db'}"), NOON, TICKING)


def test_another_address_is_not_found(served: str) -> None:
    """With a hint."""
    code, body = _get(served, "/")

    assert (code, body) == (404, {"error": "ask for /healthz or /metrics"})


def test_metrics_are_served_beside(served: str) -> None:
    """For Prometheus, as text."""
    connection = http.client.HTTPConnection(served, timeout=5)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'nabat_job_ok{job="crawl"} 1\n' in said


def test_late_jobs_are_said_in_words(beating: Database) -> None:
    """Nothing while all is well; the reason where one fails."""
    assert late(beating, NOON, TICKING) == ""
    with beating.begin() as tx:
        tx.leases.beat("crawl", now=NOON, ok=False, detail="failed: disk full")

    assert late(beating, NOON, TICKING) == "crawl: failed: disk full"


def test_no_address_serves_nothing(sqlite_database: Database, clock: _Clock) -> None:
    """The default."""
    with serve_health("", sqlite_database, clock, TICKING) as address:
        assert address is None


@pytest.mark.parametrize("address", ["8080", "127.0.0.1", ":80", "a:b", "a:99999", "a:-1", "a:²"])
def test_an_unreadable_address_is_explained(address: str) -> None:
    """With an example; the config adds the key."""
    with pytest.raises(ValueError, match=r"write host:port, 127\.0\.0\.1:8080"):
        read_address(address)


@pytest.mark.parametrize("taken", ["192.0.2.1:80", None], ids=["not ours", "taken"])
def test_an_address_that_cannot_be_had_is_explained(
    taken: str | None, served: str, beating: Database, clock: _Clock
) -> None:
    """Two daemons on one machine meet this."""
    with (
        pytest.raises(ConfigError, match=r"cannot listen at"),
        serve_health(taken or served, beating, clock, TICKING),
    ):
        pass
