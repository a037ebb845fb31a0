"""The command line as a user meets it: exit codes, and messages that name the place and the mend."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.main import get_command

from nabat.cli import app
from storage.database import Database
from tests.nabat.conftest import Command, Written

WHOLE = '[storage]\nurl = "sqlite:///{database}"\n{more}'


@pytest.fixture
def ready(written: Written, sqlite_database: Database) -> Path:
    """A config whose database is there, empty."""
    return written()


def test_help_teaches(nabat: Command) -> None:
    """Every command, and where to start."""
    help_ = nabat("--help")

    assert help_.code == 0
    assert "nabat init" in help_.said
    for name in get_command(app).commands:
        assert f" {name} " in help_.said


def test_it_tells_its_version(nabat: Command) -> None:
    """That of the installed package, for a report of a defect."""
    told = nabat("--version")

    assert (told.code, told.said.strip()) == (0, f"nabat {version('nabat')}")


@pytest.mark.parametrize(
    ("words", "left_out"),
    [
        pytest.param(("--version",), {"pandas", "crawler", "alerts.plan"}, id="version"),
        pytest.param(("tick", "--help"), {"pandas", "xlsxwriter"}, id="tick"),
        pytest.param(("sources", "--help"), {"nabat.jobs", "telegram", "twisted"}, id="sources"),
        pytest.param(("match", "--help"), {"nabat.jobs", "pandas", "telegram"}, id="match"),
    ],
)
def test_a_command_loads_what_it_needs(words: tuple[str, ...], left_out: set[str]) -> None:
    """A cron line pays for the modules of all commands every minute otherwise."""
    asked = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); "
    run = "from nabat.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", asked + run, *words], capture_output=True, text=True, check=True
    )

    assert left_out & set(done.stdout.split()) == set()


def test_every_command_explains_itself(nabat: Command) -> None:
    """And each of its options."""
    for name, command in get_command(app).commands.items():
        help_ = nabat(name, "--help")
        assert help_.code == 0
        assert command.help.split(".")[0].split("\n")[0] in help_.said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param("[monitor]", "monitor: unknown key", id="unknown table"),
        pytest.param("[spike]\nmin_storys = 1", "spike.min_storys: unknown key; did you mean 'min_stories'", id="typo"),
        pytest.param("[[source]]\nkind = 'rsss'\nurl = 'https://a.example'", "source[1].kind: unknown kind 'rsss'; did you mean 'rss'", id="unknown kind"),
        pytest.param("[[source]]\nkind = 'rss'\nurl = 'nowhere'", "source[1]: url is not a web address", id="bad address"),
        pytest.param("[[notifier]]\nkind = 'telegram'\ntoken = 'env:NABAT_NO_SUCH'", "notifier[1].token: the environment variable NABAT_NO_SUCH is not set", id="no token"),
        pytest.param("[[notifier]]\nkind = 'telegram'\ntoken = '123:abc'", "never in clear", id="token in clear"),
        pytest.param("[[recipient]]\nname = 'a'\nchannel = 'telegram'\naddress = 'b'", "recipient[1].channel: no [[notifier]] of kind 'telegram'", id="no channel"),
        pytest.param("[tone]\nbackend = 'oracle'", "tone.backend: unknown backend 'oracle'", id="backend"),
        pytest.param("[crawl]\ninterval = 'soon'", "crawl.interval: cannot read 'soon'", id="duration"),
        pytest.param("[log]\nlevel = 'loud'", "log.level", id="log level"),
        pytest.param("[daemon]\nhealth = '99999'", "daemon.health: cannot read '99999'", id="health"),
        pytest.param("x = " + "[" * 5000, "not valid TOML", id="deep"),
        pytest.param("x = ", "not valid TOML", id="broken"),
    ],
)  # fmt: skip
def test_a_wrong_config_ends_with_2_and_says_where(
    nabat: Command, written: Written, tmp_path: Path, more: str, said: str
) -> None:
    """The key, what is wrong with it, and the mend; the daemon does not start on it."""
    path = written(whole=WHOLE.format(database=tmp_path / "nabat.db", more=more))

    outcome = nabat("run", "-c", path)

    assert outcome.code == 2
    assert said in outcome.said
    assert outcome.out == ""


@pytest.mark.parametrize("command", ["tick", "run", "mentions", "check"])
def test_no_config_says_how_to_get_one(nabat: Command, tmp_path: Path, command: str) -> None:
    """The first thing that happens to everybody."""
    outcome = nabat(command, "-c", tmp_path / "nabat.toml")

    assert (outcome.code, outcome.out) == (2, "")
    assert "no such file; run `nabat init`" in outcome.said


def test_a_config_that_is_no_text_is_explained(nabat: Command, tmp_path: Path) -> None:
    """A folder, or a file of another kind."""
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")

    for path in (tmp_path, tmp_path / "a.toml"):
        outcome = nabat("tick", "-c", path)
        assert outcome.code == 2
        assert f"{path}: cannot be read" in outcome.said


@pytest.mark.parametrize("command", ["tick", "run", "mentions", "sources", "score"])
@pytest.mark.parametrize("kind", ["garbage", "folder", "read-only", "no folder", "address"])
def test_a_database_that_cannot_be_used_is_explained(
    nabat: Command,
    written: Written,
    tmp_path: Path,
    upgraded_sqlite: Path,
    command: str,
    kind: str,
) -> None:
    """One sentence with the file and the mend; exit code 1."""
    place = tmp_path / "other.db"
    if kind == "garbage":
        place.write_bytes(b"not a database at all " * 500)
    if kind == "folder":
        place.mkdir()
    if kind == "read-only":
        shutil.copyfile(upgraded_sqlite, place)
    url = {
        "read-only": f"sqlite:///file:{place}?mode=ro&uri=true",
        "no folder": f"sqlite:///{tmp_path / 'missing' / 'a.db'}",
        "address": "somewhere",
    }.get(kind, f"sqlite:///{place}")
    path = written(whole=f'[storage]\nurl = "{url}"\n[[brand]]\nname = "Ромашка"\n')

    outcome = nabat(command, "-c", path)

    if kind == "read-only" and command in ("mentions", "sources"):
        assert outcome.code == 0  # looking is allowed
        return
    assert (outcome.code, outcome.out) == (1, "")
    assert "database" in outcome.err
    assert outcome.err.startswith("nabat: ")
    assert len(outcome.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["mentions", "--brand", "Лютик"], 1, "no brand is named 'Лютик'", id="brand"),
        pytest.param(["counts", "-b", "x"], 1, "no brand is named", id="brand of counts"),
        pytest.param(["mentions", "--since", "вчера"], 2, "write 2026-03-01", id="since"),
        pytest.param(["counts", "--until", "99999999999 days"], 2, "cannot read", id="until"),
        pytest.param(["mentions", "--since", "0001-01-01T00:00+14:00"], 2, "calendar", id="ancient"),
        pytest.param(["mentions", "--format", "pdf"], 2, "known: table, jsonl", id="format"),
        pytest.param(["mentions", "--limit", "0"], 2, "--limit", id="limit"),
        pytest.param(["mentions", "--format", "xlsx"], 1, "needs --output FILE", id="no file"),
        pytest.param(["mentions", "--json", "-o", "/dev/null/x"], 1, "cannot write", id="unwritable"),
        pytest.param(["sources", "--source", "x"], 1, "no source is named 'x'", id="source"),
        pytest.param(["mentions", "--source", "x"], 1, "no source is named 'x'", id="of mentions"),
        pytest.param(["crawl", "--source", "x"], 1, "no source is named 'x'", id="crawl source"),
        pytest.param(["outbox", "--state", "lost"], 2, "known: pending", id="state"),
        pytest.param(["incident", "7", "ack"], 1, "there is no incident 7", id="incident"),
        pytest.param(["incident", "7", "why"], 1, "there is no incident 7", id="incident why"),
        pytest.param(["incident", "7", "burn"], 2, "known: ack, resolve", id="action"),
        pytest.param(["incident", "seven", "ack"], 2, "number", id="number"),
        pytest.param(["silence", "Лютик", "--for", "4h"], 1, "no brand is named", id="silence"),
        pytest.param(["silence", "Ромашка", "--for", "-1h"], 2, "cannot read '-1h'", id="length"),
        pytest.param(["silence", "Ромашка", "--for", "9999999 days"], 2, "", id="too long"),
        pytest.param(["dance"], 2, "dance", id="command"),
        pytest.param(["tick", "--fast"], 2, "--fast", id="option"),
    ],
)  # fmt: skip
def test_a_wrong_wish_is_explained(
    nabat: Command, ready: Path, words: list[str], code: int, said: str
) -> None:
    """2 for what cannot be meant, 1 for what is not there; on standard error alone."""
    config = [] if words[0] == "dance" else ["-c", ready]
    outcome = nabat(*words[:1], *config, *words[1:])

    assert outcome.code == code
    assert said in outcome.said
    assert outcome.out == ""


@pytest.mark.parametrize("budget", ["", "one", "1/moon", "0/month", "99/day", "-1/month"])
def test_a_wrong_budget_is_explained(nabat: Command, budget: str) -> None:
    """With the forms that are known."""
    outcome = nabat("spikes", "--budget", budget, stdin=b"timestamp,count\n")

    assert outcome.code == 2
    assert "budget" in outcome.err


def test_an_empty_database_is_shown_as_such(nabat: Command, ready: Path) -> None:
    """Nothing found is no failure."""
    for command in ("mentions", "counts", "incidents", "sources", "outbox"):
        assert (nabat(command, "-c", ready).code, nabat(command, "-c", ready).out) == (
            0,
            "nothing found\n",
        )
        assert nabat(command, "-c", ready, "--json").out == ""


@pytest.mark.parametrize("command", ["mentions", "sources", "backtest", "outbox"])
def test_a_database_that_is_not_there_is_not_made(
    nabat: Command, written: Written, tmp_path: Path, command: str
) -> None:
    """Most often the command was given in another folder."""
    outcome = nabat(command, "-c", written())

    place = tmp_path / "nabat.db"
    assert (outcome.code, outcome.out, place.exists()) == (1, "", False)
    assert f"no database at sqlite:///{place}; see to [storage] url" in outcome.err


def test_a_database_not_set_up_says_so(nabat: Command, written: Written, tmp_path: Path) -> None:
    """An empty file is a database without tables."""
    (tmp_path / "nabat.db").touch()

    outcome = nabat("mentions", "-c", written())

    assert outcome.code == 1
    assert "run `nabat upgrade`" in outcome.said
