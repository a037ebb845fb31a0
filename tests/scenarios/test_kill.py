"""The story of a machine that loses power again and again while it gathers and tells.

``nabat run`` is killed at ten random moments. What it gathered is there once,
the alert arrives, and nobody gets it twice, unless the kill came between the
server's taking it and our writing that down: then the copy says so. Judged by
what the servers outside accepted; our tables say only what was known at a kill.
"""

import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from nabat import clock
from nabat.demo.press import Piece, published_by
from nabat.demo.web import serve
from storage.database import Database
from storage.mention_filter import MentionFilter
from tests.fakes.bot_api import TOKEN, BotApi, Posted, serving
from tests.fakes.smtp import MailServer, mail_server
from tests.running import Running, is_alive, running, until

KILLS = 10
SOONEST, LATEST = 0.3, 2.0  # seconds after the start of the daemon
COPY = "Возможен повтор"

CONFIG = """
[storage]
url = "sqlite:///{folder}/nabat.db"

[[brand]]
name = "Ромашка"
exclude = ["аптека Ромашка"]

[crawl]
allow_addresses = ["127.0.0.1/32"]
host_delay = "none"
interval = "2 s"

{sources}

[[notifier]]
kind = "telegram"
token = "env:NABAT_TELEGRAM_TOKEN"
base_url = "{api}"

[[notifier]]
kind = "email"
host = "127.0.0.1"
port = {mail}
sender = "nabat@example.org"

[[recipient]]
name = "Чат"
channel = "telegram"
address = "-100123"

[[recipient]]
name = "Пресс-служба"
channel = "email"
address = "pr@example.org"

[daemon]
crawl_every = "1 s"
evaluate_every = "1 s"
deliver_every = "1 s"
"""
FEEDS = {
    "gorod": "rss.xml", "delo": "atom.xml", "vecher": "rss.xml", "novyny": "feed.json",
    "agregator": "rss.xml", "zakryto": "rss.xml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _World:
    """Everything outside of nabat, and where nabat keeps what it knows."""

    config: Path
    pieces: list[Piece]
    api: BotApi
    mailbox: MailServer
    database: Database
    unanswered: set[tuple[str, int]] = field(default_factory=set)

    def note_the_unanswered(self) -> None:
        """Remember what was accepted outside while the dead daemon had not yet written it down."""
        posts = [(str(one.id), one.reply_to is None) for one in self.api.ledger]
        letters = [(str(one["Message-ID"]), True) for one in self.mailbox.letters]
        with self.database.read() as tx:
            for channel, address, accepted in (
                ("telegram", "-100123", posts), ("email", "pr@example.org", letters),
            ):  # fmt: skip
                known = tx.attempts.provider_ids(channel, address)
                self.unanswered.update(
                    (channel, index)
                    for index, (name, begins) in enumerate(accepted)
                    if begins and name not in known
                )

    def lost_answers(self, channel: str) -> int:
        """How many messages of the channel were accepted without our knowing, at some kill."""
        return sum(1 for name, _index in self.unanswered if name == channel)


@contextmanager
def _world(folder: Path) -> Iterator[_World]:
    pieces = published_by(clock.now())
    with serve(pieces) as site, serving(BotApi()) as api, mail_server() as mailbox:
        path = folder / "nabat.toml"
        given = {
            "folder": folder, "sources": _sources(site), "api": api.url, "mail": mailbox.port,
        }  # fmt: skip
        path.write_text(CONFIG.format(**given), encoding="utf-8")
        database = Database(f"sqlite:///{folder / 'nabat.db'}")
        yield _World(path, pieces, api, mailbox, database)
        database.close()


def _sources(site: str) -> str:
    tables = [
        f'[[source]]\nid = "{name}"\nkind = "rss"\nurl = "{site}/{name}/{feed}"\nfull_text = true\n'
        for name, feed in FEEDS.items()
    ]
    reviews = (
        f'[[source]]\nid = "otzyvy"\nkind = "site"\nurl = "{site}/otzyvy/sitemap.xml"\n'
        'follow = "/otzyvy/review/\\\\d+"\n'
    )
    return "\n".join([*tables, reviews])


def _run_and_kill(world: _World, moment: float) -> list[int]:
    """Start the daemon, kill it at the moment; answers the children it left behind."""
    with _daemon(world) as nabat:
        nabat.wait_for("daemon started")
        time.sleep(moment)  # the moment is what this test is about
        children = nabat.children()
        nabat.kill()
    world.note_the_unanswered()
    return children


def _daemon(world: _World) -> AbstractContextManager[Running]:
    return running("run", "--config", str(world.config), env={"NABAT_TELEGRAM_TOKEN": TOKEN})


def _articles(world: _World) -> int:
    with world.database.read() as tx:
        return tx.articles.count()


def _all_is_told(world: _World) -> bool:
    with world.database.read() as tx:
        waiting = tx.outbox.waiting("telegram") + tx.outbox.waiting("email")
        untold = len(tx.incidents.unplanned())
    gathered = _articles(world) >= len(world.pieces)
    return gathered and bool(world.api.ledger and world.mailbox.letters) and not waiting + untold


def _is_marked_post(post: Posted) -> bool:
    return any(COPY in text for text in (post.text, *post.history))


def _is_marked_letter(letter: EmailMessage) -> bool:
    body = letter.get_body(("plain",))
    return body is not None and COPY in body.get_content()


def test_power_cuts_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    """Ten kills at random moments; then every article is there once and the alert came once."""
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    moments = [round(chance.uniform(SOONEST, LATEST), 2) for _ in range(KILLS)]
    told = f"seed {seed}, kills after {moments}"
    with _world(tmp_path) as world:
        orphans = [child for moment in moments for child in _run_and_kill(world, moment)]
        with _daemon(world) as nabat:
            done = until(lambda: _all_is_told(world), seconds=150)
            assert done, f"{told}: {_articles(world)} articles\n{''.join(nabat.lines[-30:])}"
            assert nabat.stop() == 0, told
        with world.database.read() as tx:
            views = tx.mentions.views(MentionFilter(limit=10_000))
        assert _articles(world) == len(world.pieces), told
        assert len({(view.url, view.brand) for view in views}) == len(views), told
        told += f", answers lost: {sorted(world.unanswered)}"
        posts = [_is_marked_post(one) for one in world.api.ledger if one.reply_to is None]
        assert posts.count(False) == 1, (told, world.api.ledger)
        assert posts.count(True) <= world.lost_answers("telegram"), (told, world.api.ledger)
        letters = world.mailbox.letters
        first = {str(one["Message-ID"]) for one in letters if not _is_marked_letter(one)}
        marked = [_is_marked_letter(one) for one in letters]
        assert marked.count(False) == len(first) >= 1, (told, letters)
        assert marked.count(True) <= world.lost_answers("email"), (told, letters)
        assert until(lambda: not any(is_alive(orphan) for orphan in orphans)), told
