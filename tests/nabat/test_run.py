"""`nabat tick` and each job alone: what is said of how it went, and the exit code."""

import io
import sqlite3
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from nabat.commands.run import Bar
from storage.database import Database
from tests.crawler.conftest import Web, web
from tests.nabat.conftest import Command, Written
from tests.storage.making import NOON, notification

__all__ = ["web"]

CONSOLE = '[[notifier]]\nkind = "console"'
FEED = '[[source]]\nkind = "rss"\nurl = "{url}"\n'


@pytest.fixture
def config(sqlite_database: Database, written: Written) -> Path:
    """A config with a channel, over an upgraded database."""
    return written(CONSOLE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["crawl"], "crawl: 0 sources visited, 0 failed, 0 new articles, 0 new mentions\n"),
        (["score"], "score: 0 mentions judged\n"),
        (["evaluate"], "evaluate: nothing changed; 0 messages to send\n"),
        (["deliver"], "deliver: 0 sent, 0 waiting\n"),
        (["deliver", "--drain"], "deliver: 0 sent, 0 waiting\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_each_job_says_in_one_line_how_it_went(
    nabat: Command, config: Path, words: list[str], said: str
) -> None:
    """Nothing to do is no failure."""
    outcome = nabat(*words, "-c", config)

    assert (outcome.code, outcome.out) == (0, said)


def test_a_watch_added_later_is_looked_for_in_what_is_stored(nabat: Command, config: Path) -> None:
    """And its mentions are judged in the same run."""
    outcome = nabat("rematch", "-c", config, "--since", "7 days")

    assert outcome.code == 0
    assert [line.partition(":")[0] for line in outcome.out.splitlines()] == ["rematch", "score"]


def test_what_waits_is_sent(nabat: Command, config: Path, sqlite_database: Database) -> None:
    """By the channel it is for; what has no channel waits on."""
    with sqlite_database.begin() as tx:
        tx.outbox.add(
            [
                notification("1", channel="console", address="here"),
                notification("2", channel="pigeon"),
            ],
            NOON,
        )

    outcome = nabat("deliver", "--drain", "-c", config)

    assert outcome.code == 0
    with sqlite_database.read() as tx:
        states = {one.channel: one.state for one in tx.outbox.listed()}
    assert states["pigeon"] == "pending"
    assert states["console"] in ("sent", "dead")  # an empty message is not worth sending


def test_a_pass_in_which_a_job_failed_ends_with_1(
    nabat: Command, config: Path, tmp_path: Path
) -> None:
    """Every other job is done and told; cron's mail shows which one failed."""
    with sqlite3.connect(tmp_path / "nabat.db") as connection:
        connection.execute("DROP TABLE destinations")
    connection.close()

    outcome = nabat("tick", "-c", config)

    assert outcome.code == 1
    assert [line.partition(":")[0] for line in outcome.out.splitlines()] == [
        "listen", "crawl", "score", "evaluate", "deliver", "forget",
    ]  # fmt: skip
    assert "evaluate: failed: " in outcome.out
    assert "evaluate failed; the log above says why" in outcome.said


def test_the_first_pass_makes_the_database(nabat: Command, written: Written) -> None:
    """Cron needs no other step."""
    assert nabat("tick", "-c", written()).code == 0


def test_a_job_has_one_line_of_progress() -> None:
    """It grows; a second job has a line of its own."""
    drawn = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Progress(console=drawn) as progress:
        bar = Bar(progress)
        for done in (1, 2):
            bar("crawl", done, 4)
        bar("score", 7, None)
        tasks = {task.description: (task.completed, task.total) for task in progress.tasks}

    assert tasks == {"crawl": (2, 4), "score": (7, None)}


@pytest.mark.parametrize("command", ["crawl", "check"])
def test_no_site_plays_with_the_terminal(
    nabat: Command, written: Written, sqlite_database: Database, web: Web, command: str
) -> None:
    """What went wrong is told in a site's own words, here with a sign that begins a colour."""
    url = web.put("/rss", headers={"Content-Encoding": "deflate, \x9b31m"})

    outcome = nabat(command, "-c", written(FEED.format(url=url)))

    assert "answer is packed as deflate,  31m" in outcome.out
    assert outcome.out.replace("\n", "").isprintable()
