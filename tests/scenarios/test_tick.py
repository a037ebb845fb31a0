"""The story of cron: pass after pass over a small web, and two passes at once."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nabat import clock
from nabat.demo.press import published_by
from nabat.demo.web import serve
from storage.database import Database
from tests.nabat.conftest import CONFIG, Command, nabat
from tests.running import newest, running, two_feeds_and_a_dead_one

__all__ = ["nabat"]

CONSOLE = """
[[notifier]]
kind = "console"

[[recipient]]
name = "Дежурный"
channel = "console"
address = "here"
"""
PIECES = 30


@dataclass(frozen=True, slots=True)
class _Small:
    config: Path
    database: Database
    articles: int


@pytest.fixture
def small(tmp_path: Path) -> Iterator[_Small]:
    """Two feeds and a dead one on loopback, and a config that watches them."""
    pieces = newest(published_by(clock.now()), PIECES)
    database = Database(f"sqlite:///{tmp_path / 'nabat.db'}")
    with serve(pieces) as site:
        path = tmp_path / "nabat.toml"
        more = two_feeds_and_a_dead_one(site) + CONSOLE
        path.write_text(CONFIG.format(database=tmp_path / "nabat.db", more=more), "utf-8")
        yield _Small(path, database, len(pieces))
    database.close()


def _count(database: Database) -> tuple[int, int, int]:
    with database.read() as tx:
        told = len(tx.outbox.listed())
        return tx.articles.count(), tx.mentions.count(), told


def test_a_second_pass_stores_nothing(nabat: Command, small: _Small) -> None:
    """Nor does one that visits every source again; the dead one is named, and is no failure."""
    first = nabat("tick", "-c", small.config)
    after_first = _count(small.database)
    second = nabat("tick", "-c", small.config)
    again = nabat("crawl", "--once", "-c", small.config)

    assert (first.code, second.code, again.code) == (0, 0, 0)
    assert "3 sources visited, 1 failed" in first.out
    assert "  failed: zakryto: HTTP 404 Not Found" in first.out
    assert after_first[0] == small.articles
    assert "0 sources visited, 0 failed, 0 new articles, 0 new mentions" in second.out
    assert "3 sources visited, 1 failed, 0 new articles, 0 new mentions" in again.out
    assert _count(small.database) == after_first


def test_what_was_gathered_can_be_looked_at(nabat: Command, small: _Small) -> None:
    """For people, for programs, and the reason of the dead source for both."""
    nabat("tick", "-c", small.config)

    rows = [
        json.loads(row) for row in nabat("sources", "--json", "-c", small.config).out.splitlines()
    ]
    (dead,) = [row for row in rows if row["key"] == "zakryto"]
    assert (dead["state"], dead["last_error"]) == ("failing", "HTTP 404 Not Found")
    assert [row["state"] for row in rows if row["key"] != "zakryto"] == ["alive", "alive"]
    failing = nabat("sources", "--failing", "-c", small.config).out
    assert "HTTP 404 Not Found" in failing
    assert "gorod" not in failing
    found = nabat("mentions", "--json", "-c", small.config).out.splitlines()
    assert len(found) == _count(small.database)[1] > 0
    assert {"brand", "label", "matched", "url", "title"} <= set(json.loads(found[0]))
    table = nabat("mentions", "-c", small.config).out.splitlines()
    assert table[0].split() == [
        "id",
        "happened_at",
        "brand",
        "label",
        "publisher",
        "title",
        "crisis",
    ]
    assert sum(line.strip().startswith("http://127.0.0.1") for line in table) == len(found)


def test_two_passes_at_once_do_no_harm(small: _Small) -> None:
    """Cron starts the next while the last still runs: both end well, nothing is there twice."""
    words = ("tick", "--config", str(small.config))
    with running(*words, env={}) as one, running(*words, env={}) as other:
        codes = [one.ended(), other.ended()]

    said = "".join(one.lines + other.lines)
    assert codes == [0, 0], said
    assert "Traceback" not in said
    assert _count(small.database)[0] == small.articles
