"""Texts as JSON Lines: what ``nabat match`` and ``nabat fold`` read and answer.

One line in, one line out, in order, nothing kept in between. A line that cannot be read
is answered with an error that names it, and the stream goes on.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_READABLE = json.JSONEncoder(ensure_ascii=False)  # kept: making one takes longer than a line


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One text of the input; the id is whatever JSON value the caller gave."""

    id: Any
    title: str
    text: str
    lang: str
    published_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineError:
    """A line of the input that is no text, and what is wrong with it."""

    id: Any
    error: str


def read_texts(lines: Iterable[str]) -> Iterator[TextLine | LineError]:
    """Each line as a text, or as the error that names it by number."""
    for number, line in enumerate(lines, start=1):
        yield _read(line, number)


def answer(record: object) -> str:
    """A record as one line of JSON, in readable letters where UTF-8 can carry them."""
    line = _READABLE.encode(record)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(record)
    return line


def complain(error: LineError) -> str:
    """An error as one line of JSON."""
    return answer({"id": error.id, "error": error.error})


def _read(line: str, number: int) -> TextLine | LineError:
    try:
        record = json.loads(line)
    except RecursionError:
        return LineError(id=None, error=f"line {number}: nested too deeply")
    except ValueError as error:
        reason = f"not JSON: {error}" if line.strip() else "empty line"
        return LineError(id=None, error=f"line {number}: {reason}")
    if not isinstance(record, dict):
        return LineError(id=None, error=f'line {number}: expected an object like {{"text": "…"}}')
    texts = {key: record.get(key) or "" for key in ("title", "lang", "published_at")} | {
        "text": record.get("text")
    }
    for key, value in texts.items():
        if not isinstance(value, str):
            given = "is missing" if key not in record else "must be a string"
            return LineError(id=record.get("id"), error=f'line {number}: "{key}" {given}')
    return TextLine(id=record.get("id"), **texts)
