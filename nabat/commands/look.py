"""Look at records: mentions, counts, incidents, sources, outbox."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from alerts.gaps import judge
from crawler.folding import words
from crawler.word_forms import asked_forms
from monitor.sentiment.protocol import SentimentBackend
from nabat import assembly, clock
from nabat.commands.arguments import (
    LARGEST,
    AsJson,
    Brand,
    Config,
    FileForm,
    Form,
    Limit,
    Output,
    Since,
    Until,
    known_brand,
    opened,
    settings_of,
)
from nabat.commands.why import explained, lines_of
from nabat.errors import CommandError, nearest
from nabat.output import show, show_parts
from storage import frames
from storage.database import Database
from storage.mention_filter import MentionFilter
from storage.parts import mention_views
from storage.records import MentionView, Source, SourceFailure

MENTION_COLUMNS = (
    "id",
    "happened_at",
    "brand",
    "label",
    "publisher",
    "title",
    "crisis",
    "url",
)
SOURCE_COLUMNS = (
    "key",
    "state",
    "publisher",
    "last_success_at",
    "last_item_at",
    "failures",
    "failed_pages",
    "last_error",
)
INCIDENT_COLUMNS = (
    "id",
    "brand",
    "level",
    "state",
    "situation",
    "opened_at",
    "resolved_at",
    "peak",
    "taken_by",
    "lead_id",
)
OUTBOX_COLUMNS = (
    "id",
    "created_at",
    "recipient",
    "channel",
    "kind",
    "state",
    "attempts",
    "sent_at",
    "last_error",
)

MENTION_NAMES = (
    "id", "happened_at", "brand", "label", "negative", "unsure", "model", "corrected", "kind",
    "matched", "crisis", "publisher", "source", "author", "lang", "title", "snippet", "url",
    "published_at", "seen_at", "story_id", "article_id", "excluded_by",
)  # fmt: skip
SOURCE_NAMES = (
    "key", "kind", "address", "publisher", "state", "failures", "last_error", "last_error_at",
    "last_success_at", "last_item_at", "next_due_at", "failed_pages",
)  # fmt: skip
OUTBOX_NAMES = (
    "id", "created_at", "key", "incident_id", "recipient", "channel", "address", "kind",
    "revision", "state", "attempts", "not_before", "sent_at", "provider_id", "last_error",
)  # fmt: skip

STATES = ("pending", "sending", "sent", "unknown", "merged", "dead", "expired")


def _state_given(value: str | None) -> str | None:
    if value is not None and value not in STATES:
        message = f"unknown state {value!r}; known: {', '.join(STATES)}"
        raise typer.BadParameter(message)
    return value


def mentions(
    config: Config = None,
    brand: Brand = None,
    since: Since = None,
    until: Until = None,
    negative: Annotated[bool, typer.Option("--negative", help="Only the negative ones.")] = False,
    unsure: Annotated[
        bool,
        typer.Option("--unsure", help="Only those the model is unsure of and nobody has marked."),
    ] = False,
    source: Annotated[str | None, typer.Option(help="Of this source key or publisher.")] = None,
    search: Annotated[
        str | None, typer.Option(help="Title or text has all these words, in any form.")
    ] = None,
    excluded: Annotated[
        bool, typer.Option("--excluded", help='Also those marked "not us".')
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Judge anew; show each passage and its share in the tone.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, max=LARGEST, help="At most so many; unless said 50 in a table, else all."
        ),
    ] = None,
    form: Form = "table",
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Show mentions, newest first."""
    settings = settings_of(config)
    database = opened(settings)
    known_brand(database, brand)
    with database.read() as tx:
        _refuse_unknown(source, tx.feeds.all())
    form = "jsonl" if as_json else form
    which = MentionFilter(
        brand=brand,
        since=since,
        until=until,
        negative=negative,
        unsure=unsure,
        source=source,
        search=_in_all_forms(search or ""),
        excluded=excluded,
        limit=limit if limit or form != "table" or output else 50,
    )
    backend = assembly.backend(settings) if why else None
    if backend is not None and form == "table" and output is None:
        _explain(mention_views(database, which), backend)
        return
    parts: Iterator[pd.DataFrame] = map(_mentions, frames.found_parts(database, which))
    if backend is not None:
        parts = (_with_reasons(part, database, backend) for part in parts)
    show_parts(parts, form=form, output=output, columns=MENTION_COLUMNS, beneath="url")


def _explain(found: Iterable[list[MentionView]], backend: SentimentBackend) -> None:
    for views in found:
        for text in lines_of(views, backend):
            typer.echo(text)


def _mentions(part: pd.DataFrame) -> pd.DataFrame:
    """The columns that are shown; of what was found in a text, its words alone."""
    words = {
        name: part[name].map(lambda terms, key=key: [term[key] for term in terms])
        for name, key in (("matched", "text"), ("crisis", "term"))
    }
    return part.assign(**words)[list(MENTION_NAMES)]


def _with_reasons(
    part: pd.DataFrame, database: Database, backend: SentimentBackend
) -> pd.DataFrame:
    with database.read() as tx:
        views = tx.mentions.in_order(part["id"].to_list())
    reasons = {
        view.mention.id: why for view, why in zip(views, explained(views, backend), strict=True)
    }
    found = [reasons.get(key) for key in part["id"]]  # none where it was let go meanwhile
    return part.assign(why=pd.Series(found, part.index, dtype="object"))


def _in_all_forms(search: str) -> tuple[tuple[str, ...], ...]:
    """Each word with its forms; what is no word stays as it is."""
    given = [part for word in search.split() for part in words(word) or [word]]
    return tuple(tuple(sorted(asked_forms(word))) for word in given)


def counts(
    config: Config = None,
    brand: Brand = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    form: Form = "table",
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Show mentions, negative ones and stories by hour (UTC); the newest hours where limited.

    Negative are those labelled so; expected negative is how many the probabilities speak for.
    """
    database = opened(settings_of(config))
    known_brand(database, brand)
    if limit is None:
        frame = frames.counts(database, brand=brand, since=since, until=until)
    else:
        frame = frames.newest_counts(
            database, limit=limit, now=clock.now(), brand=brand, since=since, until=until
        )
    show(frame, form="jsonl" if as_json else form, output=output)


def incidents(
    config: Config = None,
    brand: Brand = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    form: Form = "table",
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Show incidents, the newest last."""
    database = opened(settings_of(config))
    known_brand(database, brand)
    frame = frames.incidents(database, brand=brand, since=since, until=until)
    form = "jsonl" if as_json else form
    show(_last(frame, limit), form=form, output=output, columns=INCIDENT_COLUMNS)


def sources(
    config: Config = None,
    source: Annotated[str | None, typer.Option(help="Only this source key or publisher.")] = None,
    failing: Annotated[
        bool, typer.Option("--failing", help="Only failing or silent ones.")
    ] = False,
    form: Form = "table",
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Show the sources and their health: what failed, where, and why."""
    database = opened(settings_of(config))
    with database.read() as tx:
        known, failures = tx.feeds.active(), tx.feeds.failures()
    _refuse_unknown(source, known)
    pages: dict[int, list[SourceFailure]] = {}
    for failure in failures:
        pages.setdefault(failure.source_id, []).append(failure)
    rows = [
        _source(one, pages.get(one.id, []), clock.now())
        for one in known
        if source in (None, one.key, one.publisher)
        and (not failing or one.failures or one.id in pages or judge(one) != "alive")
    ]
    frame = frames.typed(rows, SOURCE_NAMES)
    form = "jsonl" if as_json else form
    if form == "table" and output is None:
        frame["failed_pages"] = frame["failed_pages"].map(len)
    show(frame, form=form, output=output, columns=SOURCE_COLUMNS, beneath="last_error")


def outbox(
    context: typer.Context,
    config: Config = None,
    state: Annotated[
        str | None, typer.Option(callback=_state_given, help=f"Only: {', '.join(STATES)}.")
    ] = None,
    limit: Limit = 50,
    form: Form = "table",
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Show notifications and their fate, newest first."""
    if context.invoked_subcommand is not None:
        # What was said before the subcommand holds for it too.
        context.default_map = {context.invoked_subcommand: {"config": config}} if config else None
        return
    database = opened(settings_of(config))
    with database.read() as tx:
        found = tx.outbox.listed(states=[state] if state else None, limit=limit)
    rows = [{name: getattr(one, name) for name in OUTBOX_NAMES} for one in found]
    frame = frames.typed(rows, OUTBOX_NAMES)
    form = "jsonl" if as_json else form
    show(frame, form=form, output=output, columns=OUTBOX_COLUMNS, beneath="last_error")


def export(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
    config: Config = None,
    form: FileForm = "parquet",
) -> None:
    """Write mentions, hourly counts and incidents, all of them, one file each."""
    database = opened(settings_of(config))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot make the folder {folder}: {error.strerror}; choose another"
        raise CommandError(message) from error
    named = {
        "mentions": frames.mention_parts(database),
        "hourly": map(frames.counts, [database]),
        "incidents": map(frames.incidents, [database]),
    }
    for name, parts in named.items():
        path, lengths = folder / f"{name}.{form}", list[int]()
        show_parts(_measured(parts, lengths), form=form, output=path)
        typer.echo(f"{path}: {sum(lengths)} rows")


def _measured(parts: Iterable[pd.DataFrame], lengths: list[int]) -> Iterator[pd.DataFrame]:
    for part in parts:
        lengths.append(len(part))
        yield part


def _refuse_unknown(name: str | None, known: list[Source]) -> None:
    names = [*(one.key for one in known), *dict.fromkeys(one.publisher for one in known)]
    if name is not None and name not in names:
        message = f"no source is named {name!r}{nearest(name, names)}"
        raise CommandError(message)


def _last(frame: pd.DataFrame, limit: int | None) -> pd.DataFrame:
    return frame.tail(limit) if limit else frame


def _source(source: Source, pages: list[SourceFailure], now: datetime) -> dict[str, Any]:
    return {
        "key": source.key,
        "kind": source.kind,
        "address": source.address,
        "publisher": source.publisher,
        "state": _state(source, now),
        "failures": source.failures,
        "last_error": source.last_error,
        "last_error_at": source.last_error_at,
        "last_success_at": source.last_success_at,
        "last_item_at": source.last_item_at,
        "next_due_at": source.next_due_at,
        "failed_pages": [{"address": page.address, "reason": page.reason} for page in pages],
    }


def _state(source: Source, now: datetime) -> str:
    if source.last_success_at is None:
        return "failing" if source.failures else "never visited"
    if source.failures:
        return "failing"
    if now - source.last_success_at > 3 * source.interval:
        return "late"
    return judge(source)
