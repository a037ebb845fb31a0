"""The command line as a user meets it, run in this process; and a small config to run it on."""

import io
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from nabat.cli import main

CONFIG = """
[storage]
url = "sqlite:///{database}"

[[brand]]
name = "Ромашка"

[crawl]
allow_addresses = ["127.0.0.1/32"]
host_delay = "none"

{more}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams without frames and line ends, as one reads it."""
        return " ".join((self.out + self.err).translate(_FRAMES).split())


_FRAMES = str.maketrans("╭╮╰╯─│", "      ")

Command = Callable[..., Outcome]
Written = Callable[..., Path]


@pytest.fixture
def nabat(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run one command line: ``nabat("tick", "-c", path, stdin=b"…")``."""

    def run(*words: object, stdin: bytes = b"") -> Outcome:
        given = io.BufferedReader(io.BytesIO(stdin))  # type: ignore[arg-type]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(given, encoding="utf-8"))
        monkeypatch.setattr(sys, "argv", ["nabat", *(str(word) for word in words)])
        monkeypatch.setenv("COLUMNS", "300")
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        if "job failed" not in err:  # where it is in the log, for the operator
            assert "Traceback" not in err
        return Outcome(code, out, err)

    return run


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a config with the given tables added; answers its path."""

    def write(more: str = "", *, name: str = "nabat.toml", whole: str | None = None) -> Path:
        path = tmp_path / name
        text = CONFIG.format(database=tmp_path / "nabat.db", more=more) if whole is None else whole
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def unused_port() -> int:
    """A port of loopback that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Watchman:
    """Who listens outside, and what it heard."""

    url: str = ""
    heard: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def watchman() -> Iterator[Watchman]:
    """A server that keeps what it is told."""
    state = Watchman()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.heard.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/ping/uuid"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()
