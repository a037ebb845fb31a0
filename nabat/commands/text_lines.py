"""Texts as JSON Lines: what ``nabat match`` and ``nabat fold`` read and answer.

One line in, one line out, in order, nothing kept in between. A line that cannot be read
is answered with an error that names it, and the stream goes on.
"""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

_EXACT = (str, int, bool, type(None))  # ids that orjson reads as they are written


class TextLine(NamedTuple):
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


def read_texts(lines: Iterable[str | bytes]) -> Iterator[TextLine | LineError]:
    """Each line as a text, or as the error that names it by number.

    Bytes that are no UTF-8 come as the sign for an unreadable letter.
    """
    for number, line in enumerate(lines, start=1):
        yield _read(line, number)


def parse(line: str) -> Any:
    """What a line of JSON says, to ``nabat tone`` too; ValueError for a number no JSON can hold."""
    return json.loads(line, parse_float=_finite, parse_constant=_finite)


def answer(record: object) -> str:
    """A record as one line of JSON, in readable letters where UTF-8 can carry them."""
    try:
        return orjson.dumps(record).decode()
    except TypeError:  # half a character, or a number beyond 64 bits
        return json.dumps(record)


def complain(error: LineError) -> str:
    """An error as one line of JSON."""
    return answer({"id": error.id, "error": error.error})


def _read(line: str | bytes, number: int) -> TextLine | LineError:
    try:
        record = _parsed(line)
    except RecursionError:
        return LineError(id=None, error=f"line {number}: nested too deeply")
    except ValueError as error:
        reason = f"not JSON: {error}" if line.strip() else "empty line"
        return LineError(id=None, error=f"line {number}: {reason}")
    if not isinstance(record, dict):
        return LineError(id=None, error=f'line {number}: expected an object like {{"text": "…"}}')
    read = record.get
    title, lang, date = read("title") or "", read("lang") or "", read("published_at") or ""
    text: Any = read("text")
    for key, value in (("title", title), ("lang", lang), ("published_at", date), ("text", text)):
        if not isinstance(value, str):
            given = "is missing" if key not in record else "must be a string"
            return LineError(id=read("id"), error=f'line {number}: "{key}" {given}')
    return TextLine(id=read("id"), title=title, text=text, lang=lang, published_at=date)


def _parsed(line: str | bytes) -> Any:
    """What a line says; by the slower parser where the faster one refuses or is not exact."""
    try:
        record = orjson.loads(line)
        if not isinstance(record, dict) or isinstance(record.get("id"), _EXACT):
            return record
    except ValueError:
        pass
    return parse(line if isinstance(line, str) else line.decode("utf-8", errors="replace"))


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        message = f"{written[:40]} is none of its numbers"
        raise ValueError(message)
    return number
