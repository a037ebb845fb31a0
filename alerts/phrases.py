"""The phrases and nouns of each language, out of the files that translators edit.

``alerts/data/words_ru.toml`` and its sisters hold the same keys; the tests see to it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's words."""

    nouns: Mapping[str, tuple[str, str, str]]  # one, few, many
    phrases: Mapping[str, str]  # with {names} of values to be put in


@cache
def words(language: str) -> Words:
    """The words of the language; there is a file for each that ``alerts.texts`` knows."""
    path = _FOLDER / f"words_{language}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    nouns = {noun: (one, few, many) for noun, (one, few, many) in tables["nouns"].items()}
    return Words(nouns=nouns, phrases=tables["phrases"])
