"""A day's requests and the pause, over all who share the file."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.sentiment.endpoint_budget import PAUSE, BudgetError, EndpointBudget

TAKE_TWENTY = """
import sys
from contextlib import suppress
from datetime import datetime
from monitor.sentiment.endpoint_budget import BudgetError, EndpointBudget
budget = EndpointBudget(record=sys.argv[1], most_requests=30)
for _ in range(20):
    with suppress(BudgetError):
        budget.take(datetime.fromisoformat(sys.argv[2]))
        print("taken")
"""


@pytest.fixture
def budget(tmp_path: Path) -> EndpointBudget:
    return EndpointBudget(record=str(tmp_path / "tone.json"), most_requests=3)


def taken(budget: EndpointBudget, now: datetime, tries: int = 10) -> int:
    """How many of so many requests are granted."""
    count = 0
    for _ in range(tries):
        with suppress(BudgetError):
            budget.take(now)
            count += 1
    return count


def test_processes_share_the_requests_of_a_day(tmp_path: Path, now: datetime) -> None:
    """Three that ask at once get no more than one would."""
    command = [sys.executable, "-c", TAKE_TWENTY, str(tmp_path / "tone.json"), now.isoformat()]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sum(one.communicate()[0].count("taken") for one in running) == 30


def test_threads_lose_no_count(tmp_path: Path, now: datetime) -> None:
    """A lock that a whole process holds would not keep its threads from one another."""
    record = str(tmp_path / "tone.json")
    budgets = [EndpointBudget(record=record, most_requests=100) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda one: taken(one, now, 20), budgets)) == 100


@pytest.mark.parametrize(
    ("later", "granted"),
    [
        (timedelta(0), 0),
        (timedelta(hours=11, minutes=59), 0),
        (timedelta(hours=12), 3),
        (timedelta(days=-1), 0),
        (timedelta(days=-40), 3),
    ],
    ids=["at once", "before midnight", "next day", "set back over midnight", "set back for long"],
)
def test_the_requests_are_of_a_day(
    budget: EndpointBudget, now: datetime, later: timedelta, granted: int
) -> None:
    """A new day has its own, and a clock put right does not give the same day twice."""
    assert taken(budget, now) == 3
    assert taken(budget, now + later) == granted


def test_the_file_says_what_is_known_to_its_owner_alone(
    budget: EndpointBudget, now: datetime
) -> None:
    """Whoever wonders may read it; nothing else is left in the folder but its lock."""
    budget.take(now)
    path = Path(budget.record)
    assert path.read_text("utf-8") == (
        '{"day":"2026-03-02","requests":1,"failures":0,"paused_until":null}'
    )
    assert [
        (one.name, stat.S_IMODE(one.stat().st_mode)) for one in sorted(path.parent.iterdir())
    ] == [
        ("tone.json", 0o600),
        ("tone.json.lock", 0o600),
    ]


def test_two_failures_in_a_row_are_a_pause_for_all(budget: EndpointBudget, now: datetime) -> None:
    """The next process does not wait for the same timeouts."""
    budget.count_failure(now)
    assert taken(budget, now, 1) == 1
    budget.count_failure(now)
    other = EndpointBudget(record=budget.record, most_requests=3)
    with pytest.raises(BudgetError, match="left alone"):
        other.take(now + PAUSE - timedelta(seconds=1))
    assert taken(other, now + PAUSE) == 2


def test_a_success_between_two_failures_is_no_row(budget: EndpointBudget, now: datetime) -> None:
    """Only what fails again and again is left alone."""
    for count in (budget.count_failure, budget.count_success, budget.count_failure):
        count(now)
    assert taken(budget, now) == 3


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=3), timedelta(days=400)])
def test_a_clock_set_back_lengthens_no_pause(
    budget: EndpointBudget, now: datetime, back: timedelta
) -> None:
    """What is further ahead than a pause is long is none."""
    budget.pause(now)
    assert taken(budget, now - back) == 3


def test_a_pause_that_is_over_does_not_come_back(budget: EndpointBudget, now: datetime) -> None:
    """Nor when the clock is set back into it after the endpoint was asked again."""
    budget.pause(now)
    budget.take(now + PAUSE)
    budget.take(now)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 5000,
        b'{"day":"2026-03-02","requests":true,"failures":0,"paused_until":null}',
        b'{"day":"2026-03-02","requests":-9,"failures":0,"paused_until":null}',
        b'{"day":"2026-03-02","requests":1,"failures":0,"paused_until":"2026-03-02T12:00"}',
        b'{"day":"2026-03-02"}',
        b"SQLite format 3\0" * 1000,
    ],
    ids=["empty", "torn", "no text", "deep", "no number", "below 0", "naive", "part", "foreign"],
)
def test_a_file_not_understood_is_begun_anew(
    budget: EndpointBudget, now: datetime, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Said once; what was there is kept beside it, for it may be dear to somebody."""
    path = Path(budget.record)
    path.write_bytes(content)
    assert taken(budget, now) == 3
    assert [one.message for one in caplog.records] == [
        "record of the tone endpoint not understood, begun anew"
    ]
    assert path.with_name("tone.json.previous").read_bytes() == content


@pytest.mark.parametrize("place", [".", "missing/tone.json", "a\0b", "/dev/null"])
def test_who_cannot_count_may_not_ask(tmp_path: Path, now: datetime, place: str) -> None:
    """A cap that cannot be kept is no cap, and what is no plain file is left as it is."""
    budget = EndpointBudget(record=str(tmp_path / place), most_requests=3)
    with pytest.raises(BudgetError, match="requests cannot be counted"):
        budget.take(now)
    assert Path("/dev/null").is_char_device()
    assert list(tmp_path.iterdir()) == []


def test_a_cap_of_nothing_grants_nothing(tmp_path: Path, now: datetime) -> None:
    """0 is a number of requests like another."""
    assert taken(EndpointBudget(record=str(tmp_path / "tone.json"), most_requests=0), now) == 0
