"""Systemd hears how we are; without it nothing happens."""

import socket
from pathlib import Path

import pytest

from nabat.systemd import notify


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
