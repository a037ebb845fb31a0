"""Looking at records: each filter, each health of a source, each fate of a message."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from monitor.sentiment.linear import LinearSentiment
from nabat import clock
from nabat.commands.look import _with_reasons
from storage.database import Database
from storage.records import CrisisTerm, FetchOutcome, SourceFailure
from tests.nabat.conftest import Command, Written
from tests.storage.making import HOUR, article, entry, mention, notification, tone

ANALYST = Path(__file__).resolve().parents[2] / "docs" / "analyst.md"


@pytest.fixture
def config(sqlite_database: Database, written: Written) -> Path:
    """A config over three mentions of «Ромашка»: negative, neutral a day ago, "not us"."""
    now = clock.now()
    with sqlite_database.begin() as tx:
        good, bad, _new, old = tx.feeds.sync(
            [entry(f"rss:{name}", publisher=name) for name in ("good", "bad", "new", "old")], now
        )
        (brand,) = tx.brands.sync(["Ромашка"], now)
        for source, at in ((good, now), (old, now - 30 * HOUR)):
            tx.feeds.record(FetchOutcome(source_id=source.id, at=at, next_due_at=now))
        page = SourceFailure(
            source_id=good.id, address="https://good/page", reason="HTTP 500", at=now
        )
        tx.feeds.record(
            FetchOutcome(source_id=good.id, at=now, next_due_at=now, failed_pages=(page,))
        )
        tx.feeds.record(
            FetchOutcome(source_id=bad.id, at=now, next_due_at=now, error="HTTP 404 Not Found")
        )
        published = {
            "Суд над Ромашкой": (good, now - HOUR, tone("negative")),
            "Чай из ромашки": (good, now - 2 * HOUR, tone("negative")),
            "Ромашка открыла офис": (old, now - 24 * HOUR, tone("neutral")),
        }
        for title, (source, at, judged) in published.items():
            given = article(source.id, title, title=title, published_at=at, seen_at=at)
            (stored,) = tx.articles.add_new([given])
            (number,) = tx.mentions.add_new([mention(stored, brand.id)], at)
            tx.mentions.record_tones([(number, judged)], at)
            if title.startswith("Чай"):
                tx.mentions.exclude(number, by="Анна", now=now)
    return written()


def _titles(out: str) -> list[str]:
    return [json.loads(line)["title"] for line in out.splitlines()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], ["Суд над Ромашкой", "Ромашка открыла офис"]),
        (["--negative"], ["Суд над Ромашкой"]),
        (["--since", "12h"], ["Суд над Ромашкой"]),
        (["--until", "12h"], ["Ромашка открыла офис"]),
        (["--source", "old"], ["Ромашка открыла офис"]),
        (["--source", "rss:old"], ["Ромашка открыла офис"]),
        (["--search", "офис ромашка"], ["Ромашка открыла офис"]),
        (["--search", "ромашке офисы"], ["Ромашка открыла офис"]),
        (["--search", "ром"], []),
        (["--search", "%"], []),
        (["--excluded"], ["Суд над Ромашкой", "Чай из ромашки", "Ромашка открыла офис"]),
        (["--limit", "1"], ["Суд над Ромашкой"]),
        (["--brand", "Ромашка", "--limit", "1"], ["Суд над Ромашкой"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0].startswith("--") else "",
)  # fmt: skip
def test_mentions_are_filtered(
    nabat: Command, config: Path, words: list[str], found: list[str]
) -> None:
    """Newest first; those marked "not us" only when asked for."""
    outcome = nabat("mentions", *words, "--json", "-c", config)

    assert outcome.code == 0
    assert _titles(outcome.out) == found


def test_of_what_was_found_in_a_text_the_words_are_shown(
    nabat: Command, config: Path, sqlite_database: Database
) -> None:
    """Where they stand in it is in the view for analysts."""
    now = clock.now()
    term = CrisisTerm(start=0, end=3, text="Суд", term="суд")
    with sqlite_database.begin() as tx:
        source = tx.feeds.active()[0]
        (stored,) = tx.articles.add_new([article(source.id, "new", published_at=now, seen_at=now)])
        tx.mentions.add_new([mention(stored, tx.brands.active()[0].id, crisis=(term,))], now)

    out = nabat("mentions", "--since", "12h", "--json", "-c", config).out
    rows = list(map(json.loads, out.splitlines()))

    assert [row["matched"] for row in rows] == [["Ромашка"], ["Ромашка"]]
    assert sorted(row["crisis"] for row in rows) == [[], ["суд"]]


@pytest.mark.parametrize(
    ("words", "meant"), [(["--brand", "Ромашки"], "Ромашка"), (["--source", "rss:oldd"], "rss:old")]
)
def test_a_mistyped_name_finds_nothing_and_says_so(
    nabat: Command, config: Path, words: list[str], meant: str
) -> None:
    """Nothing found would read as nothing published."""
    outcome = nabat("mentions", *words, "-c", config)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"did you mean {meant!r}?" in outcome.said


def test_a_reader_that_takes_its_time_holds_no_transaction_open(
    config: Path, sqlite_database: Database
) -> None:
    """`nabat mentions --json | less`: what others write meanwhile needs no more room than ever."""
    now = clock.now()
    with sqlite_database.begin() as tx:
        (brand,), source = tx.brands.active(), tx.feeds.active()[0]
        (stored,) = tx.articles.add_new([article(source.id)])
        tx.mentions.add_new([mention(stored, brand.id, snippet="я" * 100_000)], now)
    words = [sys.executable, "-m", "nabat", "mentions", "--json", "-c", str(config)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as reading:
        assert reading.stdout is not None
        assert reading.stdout.read(1) == b"{"  # the rest is more than a pipe holds
        with sqlite_database.begin() as tx:
            tx.brands.sync(["Ромашка"], now)
        with closing(sqlite3.connect(sqlite_database.engine.url.database or "")) as other:
            kept_back = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        rest = reading.stdout.readlines()
    assert (kept_back, len(rest)) == (0, 3)


def test_what_is_worth_marking_is_listed_till_it_is_marked(
    nabat: Command, config: Path, sqlite_database: Database
) -> None:
    """What the model is unsure of; a person's word ends the doubt. Other filters narrow it."""
    now = clock.now()
    with sqlite_database.begin() as tx:
        (brand,), source = tx.brands.active(), tx.feeds.active()[0]
        stored = tx.articles.add_new([article(source.id, f"doubt {n}") for n in range(2)])
        one, two = tx.mentions.add_new([mention(each, brand.id) for each in stored], now)
        doubted = tone("neutral", unsure=True), tone(unsure=True)
        tx.mentions.record_tones(list(zip((one, two), doubted, strict=True)), now)

    def listed(*words: str) -> list[int]:
        out = nabat("mentions", "--unsure", *words, "--json", "-c", config).out
        rows = [json.loads(line) for line in out.splitlines()]
        assert all(row["unsure"] for row in rows)
        return [row["id"] for row in rows]

    assert (listed(), listed("--negative")) == ([two, one], [two])
    assert nabat("mention", two, "negative", "-c", config).code == 0
    assert (listed(), listed("--negative")) == ([one], [])


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_counts_say_how_many_negatives_to_expect(
    nabat: Command, config: Path, tmp_path: Path, form: str
) -> None:
    """Beside the labels, in files and in the table."""
    path = tmp_path / f"counts.{form}"
    read: dict[str, Callable[[Path], pd.DataFrame]] = {
        "jsonl": lambda one: pd.read_json(one, lines=True, precise_float=True),
        "csv": pd.read_csv,
        "parquet": pd.read_parquet,
    }

    assert nabat("counts", "-o", path, "-c", config).code == 0
    header, *_ = nabat("counts", "-c", config).out.splitlines()

    frame = read[form](path)
    assert frame["negative"].to_list() == [0, 1]
    assert frame["expected_negative"].to_list() == [0.7, 0.7]
    assert header.split()[-1] == "expected_negative"


def test_the_example_for_analysts_counts_what_the_hours_count(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it stands in the documents: "not us" is in none of the two numbers."""
    monkeypatch.chdir(config.parent)
    (example,) = re.findall(r"```python\n(.*?)```", ANALYST.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    names["database"].close()

    assert len(names["negative"]) == names["hours"]["negative"].sum() == 1


def test_a_worksheet_of_counts_says_it_too(nabat: Command, config: Path, tmp_path: Path) -> None:
    """The last column, as in the view."""
    path = tmp_path / "counts.xlsx"

    assert nabat("counts", "-o", path, "-c", config).code == 0

    with ZipFile(path) as book:
        assert "expected_negative" in book.read("xl/worksheets/sheet1.xml").decode()
        assert "<v>0.7</v>" in book.read("xl/worksheets/sheet1.xml").decode()


def test_a_file_takes_all_mentions(
    nabat: Command, config: Path, sqlite_database: Database, tmp_path: Path
) -> None:
    """The fifty of a table are for people; whoever names a file wants the rest as well."""
    now = clock.now()
    with sqlite_database.begin() as tx:
        source, (brand,) = tx.feeds.active()[0], tx.brands.active()
        stored = tx.articles.add_new([article(source.id, f"more {n}") for n in range(60)])
        tx.mentions.add_new([mention(one, brand.id) for one in stored], now)

    assert nabat("mentions", "-o", tmp_path / "all.jsonl", "-c", config).code == 0
    assert nabat("mentions", "-o", tmp_path / "ten.jsonl", "--limit", "10", "-c", config).code == 0

    files = {path.stem: path.read_text("utf-8").splitlines() for path in tmp_path.glob("*.jsonl")}
    assert {name: len(lines) for name, lines in files.items()} == {"all": 62, "ten": 10}


@pytest.mark.parametrize(
    "words",
    [["mentions"], ["mentions", "--why"], ["counts"], ["incidents"], ["sources"], ["outbox"]],
    ids=" ".join,
)
def test_files_of_two_weeks_can_be_read_together(
    nabat: Command,
    config: Path,
    written: Written,
    sqlite_database: Database,
    tmp_path: Path,
    words: list[str],
) -> None:
    """Nothing happened in one of them: its columns have their types all the same."""
    with sqlite_database.begin() as tx:
        tx.incidents.open_new(tx.brands.active()[0].id, level=2, at=clock.now(), peak=3.0)
        tx.outbox.add([notification("1")], clock.now())
    whole = f'[storage]\nurl = "sqlite:///{tmp_path / "quiet.db"}"\n'
    quiet = written(name="quiet.toml", whole=whole)
    nabat("upgrade", "-c", quiet)
    for name, path in (("full", config), ("empty", quiet)):
        ended = nabat(*words, "-o", tmp_path / f"{name}.parquet", "-c", path)
        assert ended.code == 0

    full, empty = (pq.read_schema(tmp_path / f"{name}.parquet") for name in ("full", "empty"))

    assert full.equals(empty)
    assert pa.null() not in full.types


def test_the_health_of_every_source_is_told(nabat: Command, config: Path) -> None:
    """Alive, failing with the reason, late, or never visited; with the pages that failed."""
    out = nabat("sources", "--json", "-c", config).out
    rows: dict[str, Any] = {row["publisher"]: row for row in map(json.loads, out.splitlines())}

    states = {name: row["state"] for name, row in rows.items()}
    assert states == {"good": "alive", "bad": "failing", "new": "never visited", "old": "late"}
    assert rows["bad"]["last_error"] == "HTTP 404 Not Found"
    assert rows["good"]["failed_pages"] == [{"address": "https://good/page", "reason": "HTTP 500"}]


def test_only_what_fails_is_shown_when_asked(nabat: Command, config: Path) -> None:
    """A source whose pages fail is one of them."""
    out = nabat("sources", "--failing", "--json", "-c", config).out

    assert [json.loads(line)["publisher"] for line in out.splitlines()] == ["bad", "good"]
    assert "rss:bad" in nabat("sources", "--failing", "-c", config).out
    assert "rss:old" not in nabat("sources", "--failing", "-c", config).out


def test_the_fate_of_messages_is_told(
    nabat: Command, config: Path, sqlite_database: Database
) -> None:
    """By state, newest first; a dead letter is sent again on request."""
    now = clock.now()
    with sqlite_database.begin() as tx:
        waits, dead = tx.outbox.add([notification("1"), notification("2")], now)
        tx.outbox.give_up(dead, state="dead", reason="chat is gone", error_class="permanent")

    whole = [json.loads(one) for one in nabat("outbox", "--json", "-c", config).out.splitlines()]
    given_up = nabat("outbox", "--state", "dead", "-c", config).out
    again = nabat("outbox", "retry", dead, "-c", config)
    never = nabat("outbox", "retry", waits, "-c", config)

    assert [(one["id"], one["state"]) for one in whole] == [(dead, "dead"), (waits, "pending")]
    assert "chat is gone" in given_up
    assert (again.code, again.out) == (
        0,
        f"{dead} waits to be sent; `nabat deliver` sends it now\n",
    )
    assert (never.code, never.out) == (1, "")
    assert "was not given up" in never.err


def test_files_cannot_go_where_a_file_is(nabat: Command, config: Path, tmp_path: Path) -> None:
    """One clear message."""
    (tmp_path / "taken").touch()

    outcome = nabat("export", tmp_path / "taken", "-c", config)

    assert (outcome.code, outcome.out) == (1, "")
    assert "cannot make the folder" in outcome.err


@pytest.mark.usefixtures("config")
def test_a_mention_let_go_meanwhile_has_no_reasons(sqlite_database: Database) -> None:
    """Old ones are let go while an analyst's long list is written; the others keep theirs."""
    part = pd.DataFrame({"id": [1, 999]})
    kept, gone = _with_reasons(part, sqlite_database, LinearSentiment())["why"]
    assert kept
    assert gone is None


def test_everything_can_be_taken_away(nabat: Command, config: Path, tmp_path: Path) -> None:
    """One file for each kind of record, for any program."""
    outcome = nabat("export", tmp_path / "out", "--format", "csv", "-c", config)
    table = nabat("export", tmp_path / "out", "--format", "table", "-c", config)

    assert outcome.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "hourly.csv", "incidents.csv", "mentions.csv",
    ]  # fmt: skip
    assert "mentions.csv: " in outcome.out
    assert table.code == 2
