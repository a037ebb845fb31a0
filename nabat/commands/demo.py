"""Show the whole path on a loopback web: four quiet weeks, then a crisis, then the alert."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from nabat import clock
from nabat.config import variable
from nabat.demo.mailbox import receive
from nabat.demo.press import published_by
from nabat.demo.web import serve
from nabat.errors import CommandError

PATIENCE = timedelta(minutes=10)  # a pass takes seconds where the machine is free
# What the demo leaves behind, the config last: it tells whose the rest is.
_FILES = ("nabat.db", "nabat.db-wal", "nabat.db-shm", "alert.html", "chart.png", "nabat.toml")
_TELEGRAM = """
[[notifier]]
kind = "telegram"
token = "env:NABAT_TELEGRAM_TOKEN"

[[recipient]]
name = "Чат"
channel = "telegram"
address = "{chat}"
"""


def demo(
    folder: Annotated[Path, typer.Argument(help="Where its config and database go.")] = Path(
        "demo"
    ),
) -> None:
    """Show the whole path on a loopback web of sources: real HTTP, SQLite and SMTP.

    Set NABAT_TELEGRAM_TOKEN and NABAT_TELEGRAM_CHAT to get the alert by Telegram too.
    """
    with _explained(folder):
        _clear(folder)
    pieces = published_by(clock.now())
    typer.echo(
        f"A web of seven sources on loopback: {len(pieces)} texts of four weeks; one is dead.\n"
    )
    with serve(pieces) as site, receive() as mailbox:
        with _explained(folder):
            config = _write_config(folder, site, mailbox.port)
        typer.echo(f"$ nabat tick --config {config}")
        _nabat("tick", config)
        typer.echo(
            f"\n$ nabat tick --config {config}      # again: nothing is stored or sent twice"
        )
        _nabat("tick", config)
        letters = list(mailbox.letters)
    if not letters:
        message = f"no alert came; look at `nabat incidents --config {config}`"
        raise CommandError(message)
    with _explained(folder):
        page = _keep(letters[0], folder)
    typer.echo(f"\nThe e-mail arrived: «{letters[0]['Subject']}»; its page and chart are {page}.")
    typer.echo(
        f"What to try next: `.venv/bin/nabat mentions --negative --config {config}`, "
        f"`.venv/bin/nabat incident 1 why --config {config}`, "
        "then `.venv/bin/nabat init` for your own brand."
    )


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot use the folder {folder}: {error.strerror}; name another"
        raise CommandError(message) from error


def _clear(folder: Path) -> None:
    """Take away what an earlier demo left; refuse where these names are somebody else's files."""
    folder.mkdir(parents=True, exist_ok=True)
    there = [folder / name for name in _FILES if (folder / name).exists()]
    if there and not _is_ours(folder / "nabat.toml"):
        message = (
            f"{there[-1]} is there already, and the demo did not write it; name another folder"
        )
        raise CommandError(message)
    for path in there:
        path.unlink()


def _is_ours(config: Path) -> bool:
    first_line = _template().split("\n", 1)[0].encode()
    return config.is_file() and config.read_bytes().startswith(first_line)


def _template() -> str:
    return (files("nabat") / "data" / "demo.toml").read_text(encoding="utf-8")


def _write_config(folder: Path, site: str, port: int) -> Path:
    telegram = ""
    if variable("NABAT_TELEGRAM_TOKEN") and (chat := variable("NABAT_TELEGRAM_CHAT")):
        telegram = _TELEGRAM.format(chat=chat)
    template = _template()
    values = {
        "{folder}": folder.as_posix(),
        "{site}": site,
        "{port}": str(port),
        "{telegram}": telegram,
    }
    for name, value in values.items():
        template = template.replace(name, value)
    path = folder / "nabat.toml"
    path.write_text(template, encoding="utf-8")
    return path


def _nabat(command: str, config: Path) -> None:
    words = [sys.executable, "-m", "nabat", command, "--config", str(config)]
    try:
        done = subprocess.run(words, check=False, timeout=PATIENCE.total_seconds())
    except subprocess.TimeoutExpired as error:
        message = f"nabat {command} took longer than {PATIENCE}; is the machine very busy?"
        raise CommandError(message) from error
    if done.returncode:
        message = f"nabat {command} ended with {done.returncode}; its own message is above"
        raise CommandError(message)


def _keep(letter: EmailMessage, folder: Path) -> Path:
    """Keep the letter's page and chart where a browser can open them."""
    page = folder / "alert.html"
    body = letter.get_body(("html", "plain"))
    html = body.get_content() if body is not None else ""
    for part in letter.walk():
        if part.get_content_type() == "image/png":
            (folder / "chart.png").write_bytes(part.get_content())
            html = html.replace(f"cid:{str(part['Content-ID']).strip('<>')}", "chart.png")
    page.write_text(html, encoding="utf-8")
    return page
