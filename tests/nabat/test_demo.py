"""The demo's web: what it says is dated, repeatable and served as real sources serve it."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path
from smtplib import SMTP

import pytest

from nabat.demo.mailbox import receive
from nabat.demo.press import QUIET_DAYS, published_by
from nabat.demo.web import NAMES, answer, serve
from tests.nabat.conftest import Command

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PIECES = published_by(NOON)


def test_four_quiet_weeks_and_a_crisis_in_the_last_hours() -> None:
    """Oldest first, nothing from the future, every source has its share."""
    times = [piece.at for piece in PIECES]

    assert times == sorted(times)
    assert times[-1] < NOON
    assert timedelta(days=QUIET_DAYS - 1) < NOON - times[0] < timedelta(days=QUIET_DAYS + 1)
    assert {piece.source for piece in PIECES} == set(NAMES)
    assert sum(time > NOON - timedelta(hours=4) for time in times) > 10


def test_the_demo_is_the_same_every_time() -> None:
    """For one moment the same texts; for another the same, later."""
    later = published_by(NOON + timedelta(days=7))

    assert published_by(NOON) == PIECES
    assert [piece.title for piece in later][-5:] == [piece.title for piece in PIECES][-5:]


@pytest.mark.parametrize(
    ("path", "kind", "begins"),
    [
        ("/gorod/rss.xml", "application/rss+xml", b"<?xml"),
        ("/delo/atom.xml", "application/atom+xml", b"<?xml"),
        ("/novyny/feed.json", "application/feed+json", b"{"),
        ("/otzyvy/sitemap.xml", "application/xml", b"<?xml"),
    ],
)
def test_each_source_speaks_its_own_format(path: str, kind: str, begins: bytes) -> None:
    """Feeds of three kinds and a sitemap, each with all the source's pieces."""
    found = answer(path, PIECES, "http://127.0.0.1:1")

    assert found is not None
    assert found.kind.startswith(kind)
    assert found.body.startswith(begins)
    source = path.split("/")[1]
    own = [piece for piece in PIECES if piece.source == source]
    assert all(f"/{piece.number}".encode() in found.body for piece in own)


def test_the_evening_paper_has_its_old_encoding() -> None:
    """Pages in windows-1251 are among the sources."""
    piece = next(piece for piece in PIECES if piece.source == "vecher")
    found = answer(f"/vecher/news/{piece.number}", PIECES, "http://a")

    assert found is not None
    assert piece.title in found.body.decode("cp1251")


@pytest.mark.parametrize(
    "path", ["/", "/zakryto/rss", "/zakryto/rss.xml", "/gorod/news/99999", "/gorod"]
)
def test_a_dead_source_serves_nothing(path: str) -> None:
    """Not even a page that says so."""
    assert answer(path, PIECES, "http://a") is None


def test_the_web_answers_over_real_http() -> None:
    """On a free port, until the block ends."""
    with serve(PIECES[-5:]) as site:
        with urllib.request.urlopen(f"{site}/novyny/feed.json", timeout=5) as found:
            assert json.loads(found.read())["title"] == NAMES["novyny"]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{site}/zakryto/rss", timeout=5)
        refused.value.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(site, timeout=5)


def test_the_mailbox_keeps_what_it_is_given() -> None:
    """A real SMTP server."""
    letter = EmailMessage()
    letter["Subject"] = "Тревога"
    letter.set_content("Текст")
    with receive() as mailbox, SMTP("127.0.0.1", mailbox.port, timeout=5) as client:
        client.sendmail("a@example.org", ["b@example.org"], letter.as_bytes())

    (kept,) = mailbox.letters
    assert (kept["Subject"], kept.get_content().strip()) == ("Тревога", "Текст")


@pytest.mark.parametrize("name", ["nabat.toml", "nabat.db", "chart.png"])
def test_the_demo_leaves_the_operators_own_files_alone(
    nabat: Command, tmp_path: Path, name: str
) -> None:
    """Somebody's brand, or a year of mentions, may be in them."""
    (tmp_path / name).write_text("mine", encoding="utf-8")

    outcome = nabat("demo", tmp_path)

    assert (outcome.code, outcome.out) == (1, "")
    assert f"{tmp_path / name} is there already, and the demo did not write it" in outcome.err
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_the_demo_takes_away_what_it_left(nabat: Command, tmp_path: Path) -> None:
    """It begins anew every time; a folder in a file's place ends it before its web is up."""
    config = (files("nabat") / "data" / "demo.toml").read_bytes()
    (tmp_path / "nabat.toml").write_bytes(config)
    (tmp_path / "nabat.db").touch()
    (tmp_path / "chart.png").mkdir()

    outcome = nabat("demo", tmp_path)

    assert (outcome.code, (tmp_path / "nabat.db").exists()) == (1, False)
    assert f"cannot use the folder {tmp_path}: " in outcome.err


def test_a_folder_the_demo_cannot_use_is_explained(nabat: Command) -> None:
    """Most often for want of the right to write there."""
    outcome = nabat("demo", "/dev/null/demo")

    assert (outcome.code, outcome.out) == (1, "")
    assert "cannot use the folder /dev/null/demo: Not a directory; name another" in outcome.err
