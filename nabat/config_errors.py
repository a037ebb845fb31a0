"""What is wrong with a configuration, in the words of its file, and the mend."""

import json
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from nabat.errors import nearest

_PLACE = re.compile(r"at line (\d+), column (\d+)")

# What the reader of TOML says, what stands there, and the mend; the first that fits is told.
_MENDS = tuple(
    (re.compile(said), re.compile(there), mend)
    for said, there, mend in (
        ("", r".?[“”„«»‘’‚‹›]", 'write straight quotes: "…"'),
        ("", r".?[^\S \t\r\n]", "this is no ordinary space, though it looks like one: write one"),
        ("Invalid value", r".?(True|False|None|yes|no|да|нет|так|ні)\b", "write true or false"),
        ("Invalid value", r".?\w", 'write a text in quotes: "…"'),
        ("Invalid statement", r".?[^\W_a-zA-Z0-9]", "keys are written in Latin letters"),
        ("Expected '='", r".?\s*:", "write = between a key and its value"),
        (
            "Expected newline",
            r".?\w",
            'the text ends at its second quote: inside it write «…» or \\"',
        ),
        ("Cannot overwrite", "", "the key is there twice: keep one"),
        ("Cannot declare", "", "the table is there twice: put its keys under one"),
        ("Unescaped|Invalid hex", "", "write \\\\ for \\, or the text in single quotes"),
        ("Illegal character '.n'", "", "close the quote on its line"),
        ("Unclosed array", "", "close the list: ]"),
        ("Invalid initial character", "", "what stands in { } stands on one line"),
    )
)


def mend_of(said: str, text: str) -> str:
    """Answer the likely mend for what the reader of TOML says of a text, empty where unknown."""
    place = _PLACE.search(said)
    if place is None:
        return ""
    line, column = int(place[1]), int(place[2])
    there = text.split("\n")[line - 1][max(0, column - 2) :]
    there = there if column > 1 else f" {there}"
    for of_reader, of_text, mend in _MENDS:
        if of_reader.match(said) and of_text.match(there):
            return f"; {mend}"
    return ""


def explain(item: Any, settings: type[BaseModel]) -> str:
    """Answer what one error of pydantic says of the settings: the place, and what to mend."""
    place, model = _place(item["loc"], settings)
    header = ".".join(part for part in item["loc"] if isinstance(part, str))
    if item["type"] == "extra_forbidden" and model is not None:
        key = str(item["loc"][-1])
        return f"{place}: unknown key{nearest(key, model.model_fields)}"
    if item["type"] == "missing":
        return f"{place}: is missing; add it"
    if item["type"] == "tuple_type" and isinstance(item["input"], dict):
        return f"{place}: there may be several; write [[{header}]]"
    if item["type"] == "model_type":
        written = f"[[{header}]]" if isinstance(item["loc"][-1], int) else f"[{header}]"
        return f"{place}: is a table; write its keys under {written}"
    return f"{place}: {reason_of(item)}"


def reason_of(item: Any) -> str:
    """Say in the words of the file why a value was not taken."""
    given = item["input"]
    if item["type"] == "tuple_type":
        return f"is a list; write [{json.dumps(given, ensure_ascii=False, default=str)}]"
    if item["type"] == "string_type" and type(given) in (int, float):
        return f'is a text; write "{given}"'
    reason = str(item["msg"]).removeprefix("Value error, ")
    return f"{reason[:1].lower()}{reason[1:]}"


def _place(
    location: Sequence[str | int], settings: type[BaseModel]
) -> tuple[str, type[BaseModel] | None]:
    words = ""
    model: type[BaseModel] | None = settings
    for part in location:
        if isinstance(part, int):
            words += f"[{part + 1}]"
            continue
        words += f".{part}" if words else part
        model = _inside(model, part) or model
    return words, model


def _inside(model: type[BaseModel] | None, name: str) -> type[BaseModel] | None:
    field = model.model_fields.get(name) if model else None
    if field is None:
        return None
    candidates = (field.annotation, *getattr(field.annotation, "__args__", ()))
    for candidate in candidates:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None
