"""A new file in an earlier one's place: what a killed process left goes, what lives stays."""

import fcntl
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from nabat.replacing import replacing

# Writes beside the file, says so, and is never done.
_WRITING = """
import sys
from pathlib import Path
from nabat.replacing import replacing
with replacing(Path(sys.argv[1])) as stream:
    stream.write(b"half")
    stream.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


def _begun(place: Path) -> "subprocess.Popen[bytes]":
    """A process in the middle of writing."""
    words = [sys.executable, "-c", _WRITING, str(place)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    return process


def test_what_a_killed_process_left_goes_with_the_next_file(tmp_path: Path) -> None:
    """Half of a large export is large."""
    place = tmp_path / "week.csv"
    with _begun(place) as process:
        process.kill()
    assert [one.name[:7] for one in tmp_path.iterdir()] == [".nabat-"]

    with replacing(place) as stream:
        stream.write(b"whole")

    assert [one.name for one in tmp_path.iterdir()] == ["week.csv"]
    assert place.read_bytes() == b"whole"


def test_what_is_still_being_written_stays(tmp_path: Path) -> None:
    """Two exports into one folder at the same time are both whole."""
    slow, quick = tmp_path / "slow.csv", tmp_path / "quick.csv"
    with _begun(slow) as process:
        with replacing(quick) as stream:
            stream.write(b"whole")
        process.communicate(b"end")

    assert process.returncode == 0
    assert (slow.read_bytes(), quick.read_bytes()) == (b"half", b"whole")


def test_nobody_elses_file_is_swept_away(tmp_path: Path) -> None:
    """Only names that are given here, and only files."""
    for name in (".nabat-notes", ".nabat-0123456789abcdef.bak", "nabat.db"):
        (tmp_path / name).touch()
    (tmp_path / ".nabat-0123456789abcdef").mkdir()
    before = set(tmp_path.iterdir())

    with replacing(tmp_path / "a.csv"):
        pass

    assert set(tmp_path.iterdir()) == before | {tmp_path / "a.csv"}


def test_a_file_swept_away_before_it_is_locked_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another export began at that very moment."""
    real = fcntl.flock

    def late(stream: IO[bytes], how: int) -> None:
        monkeypatch.setattr("fcntl.flock", real)
        for one in tmp_path.iterdir():
            one.unlink()
        real(stream, how)

    monkeypatch.setattr("fcntl.flock", late)
    with replacing(tmp_path / "a.csv") as stream:
        stream.write(b"whole")
    assert (tmp_path / "a.csv").read_bytes() == b"whole"
