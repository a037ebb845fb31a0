"""Systemd hears how we are; without it nothing happens."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nabat.systemd import notify
from tests.running import ROOT


def test_the_words_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one datagram, a word a line."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind(str(path))
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))

        assert notify("READY=1", "STATUS=well")
        assert hearing.recv(100) == b"READY=1\nSTATUS=well"


def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual case in a container."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    assert not notify("READY=1")


def test_a_dead_socket_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged, and the daemon goes on."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))

    assert not notify("READY=1")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_unit_of_the_documentation_is_a_good_one(tmp_path: Path) -> None:
    """As systemd itself reads it, with the program at a place that this machine has."""
    page = (ROOT / "docs" / "operator.md").read_text("utf-8")
    unit = "[Unit]" + page.partition("[Unit]")[2].partition("```")[0]
    path = tmp_path / "nabat.service"
    path.write_text(unit.replace("/srv/nabat/.venv/bin/nabat", sys.executable), "utf-8")

    read = subprocess.run(
        ["systemd-analyze", "verify", str(path)], capture_output=True, text=True, timeout=60
    )

    assert (read.returncode, read.stdout + read.stderr) == (0, "")
