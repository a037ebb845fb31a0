"""The outside watchman hears that we begin, that all is well, or what is late."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nabat.heartbeat import Heartbeat


@dataclass
class _Watchman:
    url: str = ""
    heard: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def watchman() -> Iterator[_Watchman]:
    """A server that keeps what it is told."""
    state = _Watchman()

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


def test_it_says_start_well_and_what_is_late(watchman: _Watchman) -> None:
    """As healthchecks wants it."""
    heartbeat = Heartbeat(watchman.url)

    heartbeat.begin()
    heartbeat.beat("")
    heartbeat.beat("crawl: failed: disk full")

    assert watchman.heard == [
        ("/ping/uuid/start", ""),
        ("/ping/uuid", ""),
        ("/ping/uuid/fail", "crawl: failed: disk full"),
    ]


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1/secret", "http://[", "nonsense"])
def test_nobody_to_hear_it_stops_nothing(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """And the address, which is a secret, is not written."""
    Heartbeat(url).beat("")

    assert "secret" not in caplog.text
