"""A web on loopback for the benchmarks, in a process of its own so that it costs them nothing."""

import multiprocessing
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

from storage.database import Database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALLOWED = ("127.0.0.1/32",)
TEXT = (
    "компания клиент договор проверка директор регион услуга новость сегодня цена банк дом река "
    "жалоба ответ срок решение суд закон город рынок отчёт год месяц сайт заявка деньги вопрос "
    "область"
)
WORDS = TEXT.split()


@dataclass(frozen=True)
class Document:
    """What an address answers with."""

    body: bytes
    type: str


@contextmanager
def serving(documents: Mapping[str, Document]) -> Iterator[str]:
    """Serve the documents by path; gives the base address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(dict(documents), theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


@contextmanager
def fresh_database() -> Iterator[Database]:
    """An empty SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'benchmark.db'}")
        database.upgrade()
        yield database
        database.close()


def sentences(seed: int, count: int) -> str:
    """Words that differ from seed to seed."""
    words = [WORDS[(seed * 7919 + n * n * 31 + n * (seed + 3)) % len(WORDS)] for n in range(count)]
    words[::12] = [word.capitalize() for word in words[::12]]
    return " ".join(words) + "."


def feed_of(seed: int, items: int) -> bytes:
    """An RSS feed with HTML summaries."""
    parts = [
        f"<item><title>{sentences(seed * 1000 + n, 7)}</title>"
        f"<link>https://news{seed}.example/{n}?utm_source=rss</link><guid>{seed}-{n}</guid>"
        f"<description><![CDATA[<p>{sentences(seed * 1000 + n, 60)}</p><img src='x.jpg'>]]>"
        f"</description><pubDate>{(NOW - timedelta(minutes=n)):%a, %d %b %Y %H:%M:%S} +0000"
        "</pubDate></item>"
        for n in range(items)
    ]
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Лента</title>'
    return f"{head}{''.join(parts)}</channel></rss>".encode()


def page_of(seed: int) -> bytes:
    """A news page with the usual things around its article."""
    menu = "".join(f'<li><a href="/m/{n}">{sentences(n, 2)}</a></li>' for n in range(60))
    body = "".join(f"<p>{sentences(seed * 100 + n, 50)}</p>" for n in range(12))
    return (
        f"<!DOCTYPE html><html lang=ru><head><meta charset=utf-8>"
        f"<title>{sentences(seed, 6)}</title>"
        f"</head><body><nav><ul>{menu}</ul></nav><main><article><h1>{sentences(seed, 6)}</h1>{body}"
        f"</article></main><aside><ul>{menu}</ul></aside></body></html>"
    ).encode()


def cpu_seconds() -> float:
    """Processor time of this process and the children it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _serve(documents: dict[str, Document], pipe: Connection) -> None:
    tags = {path: f'"{md5(one.body).hexdigest()}"' for path, one in documents.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            document = documents.get(self.path)
            known = document is not None and self.headers.get("If-None-Match") == tags[self.path]
            body = b"" if document is None or known else document.body
            self.send_response(404 if document is None else 304 if known else 200)
            if document is not None:
                self.send_header("ETag", tags[self.path])
                self.send_header("Content-Type", document.type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pipe.send(server.server_port)
    server.serve_forever()
