"""Writes the reference pages from the code: ``python -m tools.reference``, or ``make reference``.

Commands come from the command line itself; keys from the settings, the plug-in classes and
the example configuration; tables and views from a database made for it. What a key or a
column means is read off the comment beside it in the code: one place to say it.
``tests/test_reference.py`` fails when a page is not what this writes now.
"""

import inspect
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import MISSING, fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import typer.main
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import Column

from alerts.recipients import Recipient
from alerts.situations import Reaction, Situation, Step
from crawler.sources.protocol import SourcePlugin
from nabat import plugins
from nabat.cli import app
from nabat.config import Settings
from storage import incident_records, records
from storage.database import Database
from storage.tables import metadata

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
_MADE = "<!-- `make reference` writes this page from the code: change the code, not the page. -->"
_EXAMPLE = (ROOT / "nabat" / "data" / "nabat.toml").read_text(encoding="utf-8")
_RECORDS = {
    "sources": records.Source,
    "source_failures": records.SourceFailure,
    "articles": records.Article,
    "stories": records.Story,
    "brands": records.Brand,
    "mentions": records.Mention,
    "buckets": records.Bucket,
    "incidents": incident_records.Incident,
    "events": incident_records.Event,
    "notifications": incident_records.Notification,
    "silences": incident_records.Silence,
    "acknowledgements": incident_records.Acknowledgement,
}
_KINDS = {"source": plugins.sources, "notifier": plugins.notifiers}
_BY_TABLE = {  # kinds of table that others check than the settings themselves
    "recipient": Recipient,
    "situation": Situation,
    "reaction": Reaction,
}


def pages() -> dict[str, str]:
    """Answer every page that is made, by its file's name."""
    return {
        "commands.md": _page("Commands", _commands()),
        "configuration.md": _page("Configuration", _configuration()),
        "tables.md": _page("Tables and views", _records()),
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return "\n".join([_MADE, f"# {title}", "", *lines]).rstrip() + "\n"


def _rows(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
    yield ""


# --- commands ----------------------------------------------------------------------


def _commands() -> Iterator[str]:
    yield "Exit codes: 0 done, 1 something failed and was reported, 2 wrong usage or configuration."
    yield "Long work shows a progress bar on a terminal, and nothing in a pipe."
    yield ""
    panel = ""
    for name, command in typer.main.get_command(app).commands.items():
        if command.rich_help_panel != panel:
            panel = command.rich_help_panel
            yield f"## {panel}"
            yield ""
        yield from _command(f"nabat {name}", command)


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    wanted = [one.name.upper() if one.required else f"[{one.name.upper()}]" for one in arguments]
    yield f"### `{' '.join([name, *wanted])}`"
    yield _plain(command.help)
    yield ""
    told = [(f"`{one.name.upper()}`", one.help or "") for one in arguments]
    told += [
        (", ".join(f"`{way}`" for way in one.opts), _with_default(one.help, one.default))
        for one in options
        if not one.hidden
    ]
    if told:
        yield from _rows(("argument", "what it says"), told)
    for below, inner in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {below}", inner)


def _with_default(words: str | None, default: Any) -> str:
    said = words or ""
    if default in (None, False, "", ()) or callable(default):
        return said
    return f"{said} Otherwise: {default}."


def _plain(help_text: str | None) -> str:
    return re.sub(r"\s+", " ", inspect.cleandoc(help_text or ""))


# --- configuration -----------------------------------------------------------------


def _configuration() -> Iterator[str]:
    yield "TOML. An unknown key is an error that names the nearest known one. Lengths of time carry"
    yield 'their unit: "15 min", "5 days". A secret is named, never written: `env:NAME` or'
    yield "`file:PATH`."
    yield ""
    for head, chosen in tables():
        yield f"## `{head}`"
        # The heading names the table already.
        yield re.sub(r"^``.*?``: (\w)", lambda found: found[1].upper(), _plain(chosen.__doc__))
        yield ""
        rows = [(f"`{key}`", default, meaning) for key, default, meaning in keys(head, chosen)]
        if rows:
            yield from _rows(("key", "default", "what it says"), rows)


def tables() -> Iterator[tuple[str, Any]]:
    """Answer the head of every table of the configuration, and the class that takes it."""
    for name, field in Settings.model_fields.items():
        yield from _tables_of(name, field)


def _tables_of(name: str, field: FieldInfo) -> Iterator[tuple[str, Any]]:
    if name in _BY_TABLE:
        yield f"[[{name}]]", _BY_TABLE[name]
    elif name in _KINDS:
        for kind, chosen in _KINDS[name]().items():
            yield f'[[{name}]] kind = "{kind}"', chosen
    else:
        model = _model_of(field.annotation)
        yield (f"[[{name}]]" if field.default == () else f"[{name}]"), model
        for inner, its in model.model_fields.items():
            if (part := _model_of(its.annotation)) is not None:
                yield f"[[{name}.{inner}]]", part
    if name == "tone":
        for kind, chosen in plugins.backends().items():
            yield f'[tone] backend = "{kind}"', chosen
    if name == "reaction":
        yield "steps", Step


def _model_of(annotation: Any) -> Any:
    for one in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def keys(head: str, chosen: Any) -> Iterator[tuple[str, str, str]]:
    """Answer each key of a table of that head: its name, its default and what it says."""
    name = re.sub(r"[^a-z.]", "", head.split("]")[0])
    for key, default in _defaults(chosen):
        yield key, default, _meaning(name, key, chosen)


def _defaults(chosen: Any) -> Iterator[tuple[str, str]]:
    if is_dataclass(chosen):
        for field in fields(chosen):
            if field.init:
                made = field.default_factory
                default = field.default if made is MISSING else made()
                yield field.name, "needed" if default is MISSING else _shown(default)
        return
    for key, field in chosen.model_fields.items():
        if _model_of(field.annotation) is None:
            yield key, "needed" if field.is_required() else _shown(field.default)


def _shown(value: Any) -> str:
    if value is None or value in ("", (), {}):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, timedelta):
        return f"`{_in_words(value)}`"
    if isinstance(value, ZoneInfo):
        return f"`{value.key}`"
    if isinstance(value, tuple):
        return f"`{list(value)}`"
    return f"`{value}`"


def _in_words(value: timedelta) -> str:
    seconds = value.total_seconds()
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def _meaning(table: str, key: str, chosen: Any) -> str:
    """The comment beside the key: in the class, in the example, or in the protocol."""
    found = _comments(chosen).get(key) or _example().get((table, key))
    if not found and table == "source":
        found = _plain(getattr(getattr(SourcePlugin, key, None), "__doc__", None))
    return found or ""


def _comments(chosen: Any) -> dict[str, str]:
    try:
        source = inspect.getsource(chosen)
    except OSError:
        return {}
    return {
        found[1]: found[2].strip()
        for line in source.splitlines()
        if (found := re.match(r"    (\w+):[^#]*(?:\"[^\"]*\"[^#]*)?#\s*(?!noqa|type:)(.+)$", line))
    }


def _example() -> dict[tuple[str, str], str]:
    said: dict[tuple[str, str], str] = {}
    table = ""
    for line in _EXAMPLE.splitlines():
        bare = line.strip().removeprefix("# ").strip()
        if head := re.match(r"\[+([a-z.]+)\]+", bare):
            table = head[1]
        elif pair := re.match(r"(\w+) = .*?\s#\s(.+)$", bare):
            said.setdefault((table, pair[1]), pair[2])
    return said


# --- tables ------------------------------------------------------------------------


def _records() -> Iterator[str]:
    yield "Times are UTC. Columns may be added; those of the three views stay as they are."
    yield ""
    for name, columns in sorted(_views().items()):
        yield f"## `{name}`"
        yield ", ".join(f"`{column}`" for column in columns)
        yield ""
    for table in metadata.tables.values():
        record = _RECORDS.get(table.name)
        yield f"## `{table.name}`"
        if record is not None:
            yield _plain(record.__doc__)
        yield ""
        comments = _comments(record) if record else {}
        yield from _rows(
            ("column", "type", "what it says"),
            [(f"`{one.name}`", _type(one), _about(one, comments)) for one in table.columns],
        )


def _type(column: Column[Any]) -> str:
    kind = str(column.type.__class__.__name__).lower()
    words = {"utcdatetime": "time", "words": "text", "label": "text", "values": "JSON"}
    return words.get(kind, kind)


def _about(column: Column[Any], comments: dict[str, str]) -> str:
    said = [comments[column.name]] if column.name in comments else []
    said += [f"of `{key.target_fullname}`" for key in column.foreign_keys]
    if column.nullable:
        said.append("may be empty")
    return "; ".join(said)


def _views() -> dict[str, list[str]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "nabat.db"
        database = Database(f"sqlite:///{path}")
        database.upgrade()
        database.close()
        with closing(sqlite3.connect(path)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")
            return {
                name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
                for (name,) in names.fetchall()
            }


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
