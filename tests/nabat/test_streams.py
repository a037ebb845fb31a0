"""Standard input and output: closed, full, and in a locale without Cyrillic."""

import os
import subprocess
import sys

import pandas as pd
import pytest

from nabat.errors import CommandError
from nabat.output import show
from nabat.streams import on_terminal, write
from tests.running import ROOT

LETTERS = "é 🍎 ж"
LINE = f'{{"id": "{LETTERS}", "text": "x"}}\n'
ROWS = "2026-03-01 00:00:00,1\n"


def _ended(words: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of the shell in which `nabat` is this program."""
    line = words.replace("nabat", f"{sys.executable} -m nabat", 1)
    return subprocess.run(
        ["sh", "-c", line], cwd=ROOT, env=os.environ | env, input=stdin.encode(),
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nabat fold <&-", "standard input is closed; give it a file or a pipe"),
        ("nabat spikes <&-", "standard input is closed; give it a file or a pipe"),
        ("nabat extract <&-", "standard input is closed; give it a file or a pipe"),
        ("nabat fold >&-", "standard output is closed; give it a file or a pipe"),
        ("nabat fold >/dev/full", "cannot write standard output: No space left on device"),
        ("nabat spikes >/dev/full", "cannot write standard output: No space left on device"),
        ("nabat --help >/dev/full", "cannot write standard output: No space left on device"),
    ],
)
def test_a_stream_that_cannot_be_used_is_explained(words: str, said: str) -> None:
    """One sentence and exit code 1, without a traceback when Python ends."""
    ended = _ended(words, stdin=ROWS if "spikes" in words else LINE)

    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.decode().startswith(f"nabat: {said}")
    assert ended.stderr.count(b"\n") == 1


def test_a_reader_of_little_that_goes_away_is_no_error() -> None:
    """What was kept back till the end finds nobody to read it."""
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "-m", "nabat", "spikes"], cwd=ROOT, input=ROWS.encode(),
        stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60,
    )  # fmt: skip
    os.close(writer)

    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_program_is_answered_in_utf8_whatever_the_locale() -> None:
    """A locale's numbers for the letters it lacks are no JSON."""
    ended = _ended("nabat fold", stdin=LINE, PYTHONIOENCODING="ascii")

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.decode() == f'{{"id":"{LETTERS}","story":"{LETTERS}"}}\n'


def test_half_a_character_is_written_as_json_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    """UTF-8 has no bytes for it."""
    write('"\ud800"')

    assert capsys.readouterr().out == '"\\ud800"'


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_records_for_nobody_are_refused(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has no standard output where the caller closed it."""
    monkeypatch.setattr(sys, "stdout", None)

    with pytest.raises(CommandError, match="standard output is closed"):
        show(pd.DataFrame({"id": [1]}), form=form)


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_nobody_is_asked_over_a_closed_stream(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`nabat init` writes the example as it is."""
    monkeypatch.setattr(sys, stream, None)

    assert not on_terminal()
