"""A web on loopback that does what it is told, faults included."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crawler.fetch import FetchSettings


@dataclass(kw_only=True)
class Reply:
    """What an address answers with."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    type: str = "text/html; charset=utf-8"
    drip: float = 0.0  # seconds between two bytes
    break_after: int | None = None  # bytes after which the connection drops


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request that reached the server."""

    path: str
    headers: dict[str, str]
    at: float


@dataclass
class Web:
    """The server: replies by path, and what was asked of it."""

    base: str = ""
    replies: dict[str, Reply | Callable[[Seen], Reply]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)

    def put(self, path: str, body: bytes | str = b"", **options: object) -> str:
        """Answer at this path from now on; gives the whole address."""
        raw = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(body=raw, **options)  # type: ignore[arg-type]
        return self.base + path

    def asked(self, path: str) -> int:
        """How often this path was asked for."""
        return sum(one.path == path for one in self.seen)


NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LOOPBACK = ("127.0.0.1/32",)


@pytest.fixture
def manners() -> FetchSettings:
    """Manners for a web on loopback: allowed there, and in no need of pauses."""
    return FetchSettings(
        contact="pr@example.org",
        allow_addresses=LOOPBACK,
        host_delay=timedelta(0),
        timeout=timedelta(seconds=5),
    )


@pytest.fixture
def web() -> Iterator[Web]:
    """A fresh server on a free port of 127.0.0.1."""
    web = Web()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(web))
    server.daemon_threads = True
    web.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        web.silent.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            seen = Seen(
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                at=time.monotonic(),
            )
            web.seen.append(seen)
            reply = web.replies.get(self.path, Reply(status=404, body=b"no such page"))
            reply = reply if isinstance(reply, Reply) else reply(seen)
            try:
                _answer(self, _as_asked(reply, seen), web.silent)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    return Handler


def _as_asked(reply: Reply, seen: Seen) -> Reply:
    """The reply, or 304 where the caller has it already."""
    etag, stamp = reply.headers.get("ETag"), reply.headers.get("Last-Modified")
    known = (etag and seen.headers.get("if-none-match") == etag) or (
        stamp and seen.headers.get("if-modified-since") == stamp
    )
    return Reply(status=304, headers=reply.headers) if known else reply


def _answer(handler: BaseHTTPRequestHandler, reply: Reply, silent: threading.Event) -> None:
    handler.send_response_only(reply.status)
    if reply.status != 304:
        handler.send_header("Content-Type", reply.type)
        handler.send_header("Content-Length", str(len(reply.body)))
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    if reply.break_after is not None:
        handler.wfile.write(reply.body[: reply.break_after])
        handler.close_connection = True
    elif reply.drip:
        for byte in reply.body:
            if silent.wait(reply.drip):
                return
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
    else:
        handler.wfile.write(reply.body)
