"""A loopback web of sources, spoken over real HTTP: RSS, Atom, JSON Feed, a site, a dead one."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from nabat.demo.press import Piece

NAMES = {
    "gorod": "Городские новости",
    "delo": "Деловой вестник",
    "vecher": "Вечерняя газета",
    "otzyvy": "Отзывы и жалобы",
    "novyny": "Новини міста",
    "agregator": "Все новости сразу",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address serves."""

    kind: str
    body: bytes


@contextmanager
def serve(pieces: Sequence[Piece]) -> Iterator[str]:
    """Serve the sources on a free loopback port for the block; yields "http://127.0.0.1:PORT"."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answer(self.path, pieces, f"http://{self.headers['Host']}")
            body = found.body if found else b"not found"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", found.kind if found else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The demo prints what matters itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(path: str, pieces: Sequence[Piece], site: str) -> Answer | None:
    """Answer what the address serves; None when it serves nothing, as a dead source."""
    source, _, rest = path.strip("/").partition("/")
    own = [piece for piece in pieces if piece.source == source]
    if own and rest in _FEEDS:
        return _FEEDS[rest](source, own, site)
    number = rest.rpartition("/")[2]
    for piece in own:
        if number == str(piece.number):
            return _page(piece)
    return None


def _rss(source: str, own: Sequence[Piece], site: str) -> Answer:
    items = "".join(
        f"<item><title>{escape(piece.title)}</title><link>{_address(piece, site)}</link>"
        f"<pubDate>{format_datetime(piece.at)}</pubDate>"
        f"<description>{escape(piece.text[:90])}…</description></item>"
        for piece in reversed(own)
    )
    name = escape(NAMES[source])
    return Answer(
        "application/rss+xml; charset=utf-8",
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{name}</title>'
        f"<link>{site}/{source}/</link><description>{name}</description>{items}</channel></rss>".encode(),
    )


def _atom(source: str, own: Sequence[Piece], site: str) -> Answer:
    entries = "".join(
        f"<entry><title>{escape(piece.title)}</title><link href='{_address(piece, site)}'/>"
        f"<id>{_address(piece, site)}</id><updated>{piece.at.isoformat()}</updated>"
        f"<content type='text'>{escape(piece.text)}</content></entry>"
        for piece in reversed(own)
    )
    return Answer(
        "application/atom+xml",
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>"
        f"<title>{escape(NAMES[source])}</title><id>{site}/{source}/</id>{entries}</feed>".encode(),
    )


def _json_feed(source: str, own: Sequence[Piece], site: str) -> Answer:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": NAMES[source],
        "items": [
            {
                "id": _address(piece, site),
                "url": _address(piece, site),
                "title": piece.title,
                "content_text": piece.text,
                "date_published": piece.at.isoformat(),
            }
            for piece in reversed(own)
        ],
    }
    return Answer("application/feed+json", json.dumps(feed, ensure_ascii=False).encode())


def _sitemap(_source: str, own: Sequence[Piece], site: str) -> Answer:
    places = "".join(
        f"<url><loc>{_address(piece, site)}</loc><lastmod>{piece.at.isoformat()}</lastmod></url>"
        for piece in reversed(own)
    )
    return Answer(
        "application/xml",
        "<?xml version='1.0' encoding='utf-8'?>"
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{places}</urlset>".encode(),
    )


def _page(piece: Piece) -> Answer:
    # The evening paper never moved from its old encoding.
    charset = "windows-1251" if piece.source == "vecher" else "utf-8"
    author = f'<meta name="author" content="{escape(piece.author)}">' if piece.author else ""
    html = (
        f'<!doctype html><html lang="ru"><head><meta charset="{charset}">'
        f"<title>{escape(piece.title)} — {escape(NAMES[piece.source])}</title>"
        f'<meta property="og:title" content="{escape(piece.title)}">{author}'
        f'<meta property="article:published_time" content="{piece.at.isoformat()}"></head>'
        f"<body><nav><a href='/{piece.source}/'>{escape(NAMES[piece.source])}</a></nav>"
        f"<article><h1>{escape(piece.title)}</h1><p>{escape(piece.text)}</p></article>"
        "<footer>Все права защищены</footer></body></html>"
    )
    return Answer(f"text/html; charset={charset}", html.encode(charset, "xmlcharrefreplace"))


def _address(piece: Piece, site: str) -> str:
    folder = "review" if piece.source == "otzyvy" else "news"
    return f"{site}/{piece.source}/{folder}/{piece.number}"


_FEEDS: dict[str, Callable[[str, Sequence[Piece], str], Answer]] = {
    "rss.xml": _rss,
    "atom.xml": _atom,
    "feed.json": _json_feed,
    "sitemap.xml": _sitemap,
}
