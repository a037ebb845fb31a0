"""Arguments that many commands share, and how they are read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nabat import clock
from nabat.config import Settings, default_path, load
from nabat.errors import CommandError, nearest
from storage.database import Database
from storage.durations import DurationError, parse_duration

FILE_FORMATS = ("jsonl", "csv", "xlsx", "parquet")
FORMATS = ("table", *FILE_FORMATS)


def parse_moment(words: str, now: datetime) -> datetime:
    """Read "2026-03-01", "2026-03-01 12:30", an ISO time, or how long ago: "24h", "7 days"."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        try:
            return now - parse_duration(words)
        except DurationError as error:
            message = f"cannot read the time {words!r}; write 2026-03-01, 2026-03-01T12:30 or '24h'"
            raise typer.BadParameter(message) from error
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        message = f"the time {words!r} is outside the calendar; write 2026-03-01 or '24h'"
        raise typer.BadParameter(message) from error


def _moment(words: str) -> datetime:
    return parse_moment(words, clock.now())


def _form(value: str) -> str:
    return _one_of(FORMATS, value)


def _file_form(value: str) -> str:
    return _one_of(FILE_FORMATS, value)


def _one_of(formats: Sequence[str], value: str) -> str:
    if value not in formats:
        message = f"unknown format {value!r}; known: {', '.join(formats)}"
        raise typer.BadParameter(message)
    return value


Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration file; else NABAT_CONFIG, nabat.toml."),
]
Brand = Annotated[str | None, typer.Option("--brand", "-b", help="Only this brand.")]
Since = Annotated[
    datetime | None,
    typer.Option(
        parser=_moment, metavar="TIME", help="From this time on: 2026-03-01, in UTC, or '24h' ago."
    ),
]
Until = Annotated[
    datetime | None, typer.Option(parser=_moment, metavar="TIME", help="Before this time.")
]
LARGEST = 2**31 - 1  # number that every database can look for
Limit = Annotated[int | None, typer.Option(min=1, max=LARGEST, help="At most so many.")]
Form = Annotated[
    str, typer.Option("--format", "-f", callback=_form, help=f"One of: {', '.join(FORMATS)}.")
]
FileForm = Annotated[
    str,
    typer.Option("--format", "-f", callback=_file_form, help=f"One of: {', '.join(FILE_FORMATS)}."),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines: the same as --format jsonl.")]


def settings_of(path: Path | None) -> Settings:
    """Load the configuration a command was given, or the default one."""
    return load(path or default_path())


def opened(settings: Settings) -> Database:
    """Open the configured database; StorageError with the mend when it cannot be used."""
    database = Database(settings.storage.url)
    database.check()
    return database


def known_brand(database: Database, name: str | None) -> None:
    """Refuse a brand that nobody watches or watched."""
    if name is None:
        return
    with database.read() as tx:
        names = [brand.name for brand in tx.brands.all()]
    if name not in names:
        message = f"no brand is named {name!r}{nearest(name, names)}"
        raise CommandError(message)
