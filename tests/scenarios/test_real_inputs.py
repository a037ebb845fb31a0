"""Real feeds and pages, broken ones among them, gathered by one ``nabat tick`` over HTTP."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import feedparser
import pytest

from crawler.cleaning import clean_line
from crawler.encodings import decode
from storage.database import Database
from storage.mention_filter import MentionFilter
from storage.records import Article, Source

ROOT = Path(__file__).resolve().parents[2]
BRANDS = ("Google", "Лукашенко", "Microsoft")
TYPES = {".html": "text/html", ".xml": "text/xml", ".json": "application/json"}


class Handler(SimpleHTTPRequestHandler):
    """The inputs as files, with types but without charsets, and a listing of the pages."""

    protocol_version = "HTTP/1.1"

    def guess_type(self, path: object) -> str:  # type: ignore[override]
        return TYPES.get(Path(str(path)).suffix, "text/plain")

    def do_GET(self) -> None:
        if self.path != "/listing":
            super().do_GET()
            return
        pages = sorted(Path(self.directory).glob("pages/**/*.html"))
        links = (f'<a href="/{page.relative_to(self.directory)}">x</a>' for page in pages)
        body = "\n".join(links).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def inputs(shared: Path) -> Path:
    """The folder of real inputs."""
    return shared / "inputs"


@pytest.fixture(scope="module")
def feeds(inputs: Path) -> list[Path]:
    """Every feed among them."""
    found = sorted(path for path in inputs.glob("feeds/**/*.*") if ".serde" not in path.name)
    assert len(found) > 30
    return found


@pytest.fixture(scope="module")
def base(inputs: Path) -> Iterator[str]:
    """The inputs on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(inputs)))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def ticked(
    base: str, inputs: Path, feeds: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Database, int]:
    """Two passes over all of it; the database, and how many articles the first one stored."""
    folder = tmp_path_factory.mktemp("real")
    config = folder / "nabat.toml"
    brands = "".join(f'[[brand]]\nname = "{name}"\n' for name in BRANDS)
    sources = "".join(
        f'[[source]]\nkind = "rss"\nid = "{path.name}"\nurl = "{base}/{path.relative_to(inputs)}"\n'
        for path in feeds
    )
    site = f'[[source]]\nkind = "site"\nid = "pages"\nurl = "{base}/listing"\nfollow = "/pages/"\n'
    config.write_text(
        f'[storage]\nurl = "sqlite:///{folder / "nabat.db"}"\n'
        f'[crawl]\nallow_addresses = ["127.0.0.1/32"]\nhost_delay = 0\n{brands}{sources}{site}'
        "max_pages = 200\n"
    )
    database = Database(f"sqlite:///{folder / 'nabat.db'}")
    _tick(config)
    with database.read() as tx:
        first = tx.articles.count()
    with database.engine.begin() as connection:  # as if the time for the next visit had come
        connection.exec_driver_sql("UPDATE sources SET next_due_at = NULL")
    _tick(config)
    return database, first


def _tick(config: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nabat", "tick", "--config", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr


def _articles(database: Database) -> list[Article]:
    with database.read() as tx:
        return tx.articles.by_ids(range(1, tx.articles.count() + 1000))


def _sources(database: Database) -> dict[str, Source]:
    with database.read() as tx:
        return {source.key: source for source in tx.feeds.active()}


def test_every_readable_item_is_gathered(ticked: tuple[Database, int], feeds: list[Path]) -> None:
    """Whatever feedparser finds a title in is stored under that title."""
    stored = {article.title for article in _articles(ticked[0])}
    missing = {
        (path.name, title) for path in feeds for title in _titles(path) if title not in stored
    }
    assert missing == set()


def _titles(path: Path) -> set[str]:
    body = path.read_bytes()
    text = decode(body).text.encode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        headers = {"content-type": "application/xml; charset=utf-8"}
        found = feedparser.parse(text, response_headers=headers)
    return {title for entry in found.entries if (title := clean_line(entry.get("title", "")))}


def test_every_page_is_gathered(ticked: tuple[Database, int], inputs: Path) -> None:
    """Each of the real pages gives an article, and all but one a text."""
    pages = {page.name for page in inputs.glob("pages/**/*.html")}
    texts = {Path(one.url).name: one.text for one in _articles(ticked[0]) if "/pages/" in one.url}
    assert pages - set(texts) == set()
    assert sum(len(text) < 200 for text in texts.values()) <= 1  # one keeps its text from us
    assert min(map(len, texts.values())) > 50


def test_a_second_pass_stores_nothing_twice(ticked: tuple[Database, int]) -> None:
    """Articles are known by their canonical address."""
    database, first = ticked
    articles = _articles(database)
    assert len(articles) == first > 1_000
    assert len({article.canonical_url for article in articles}) == first


def test_each_broken_source_is_told_by_name_and_reason(
    ticked: tuple[Database, int], feeds: list[Path]
) -> None:
    """And no sound one is among them."""
    sources = _sources(ticked[0])
    broken = {key: source.last_error for key, source in sources.items() if source.failures}
    sound = {path.name for path in feeds if _titles(path)} | {"pages"}
    assert sound & set(broken) == set()
    assert len(broken) >= 10
    assert all(broken.values())
    assert broken["fp_aaa_illformed.xml"] == "feed has no items and breaks off"
    assert all(source.failures == 2 for source in sources.values() if source.key in broken)


def test_the_watched_brands_are_found(ticked: tuple[Database, int]) -> None:
    """Each of them occurs in the real texts."""
    with ticked[0].read() as tx:
        found = {view.brand for view in tx.mentions.views(MentionFilter())}
    assert found == set(BRANDS)
