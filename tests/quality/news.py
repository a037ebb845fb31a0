"""News with marked people and organisations, from outside the repository, ready for measuring."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.full_names import split_full_name

_SPAN = re.compile(r"(\w+) (\d+) .*?(\d+)$")
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A stretch somebody marked, and whom it means."""

    kind: str
    start: int
    end: int
    entity: str = ""  # the same for all marks of one person; empty: not known
    name: str = ""  # in the nominative
    written: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One text with its marks."""

    text: str
    marks: tuple[Marked, ...]

    def is_within(self, kind: str, start: int, end: int) -> bool:
        """Whether a stretch lies in a mark of the kind."""
        return any(m.kind == kind and m.start <= start and end <= m.end for m in self.marks)

    def words_of(self, mark: Marked) -> Iterator[tuple[int, str]]:
        """The words of a mark with their offsets."""
        for word in _WORD.finditer(self.text, mark.start, mark.end):
            yield word.start(), word.group()


def read_news(folder: Path) -> list[News]:
    """Every text of the folder that has a file of marks."""
    return [_news(path) for path in sorted(folder.glob("*.ann"))]


def surname_of(mark: Marked) -> str:
    """The surname of a marked person whose full name is known; else empty."""
    if mark.kind != "PERSON" or not _CYRILLIC.search(mark.name) or "нет данных" in mark.name:
        return ""
    given, surname = split_full_name(mark.name)
    whole = given and all(part[:1].isupper() and len(part) > 1 for part in surname)
    return "-".join(surname) if whole else ""


def one_word_of(mark: Marked) -> str:
    """The name of a marked word when it is one word, too; else empty.

    «МВД Киргизии» linked to «Киргизия» is no mark of a brand of that name.
    """
    name = mark.name.strip('«»"')
    single = len(_WORD.findall(mark.written)) == 1 and " " not in name
    return name if single and name[:1].isupper() else ""


def is_form_of(word: str, name: str) -> bool:
    """Whether a word is the name but for its ending, judged without any dictionary."""
    word, name = (text.lower().replace("ё", "е") for text in (word, name))
    common = next(
        (n for n, (a, b) in enumerate(zip(word, name, strict=False)) if a != b),
        min(len(word), len(name)),
    )
    slack = 3 if len(name) >= 6 else 2
    return common >= max(2, len(name) - slack) and abs(len(word) - len(name)) <= 3


def _news(path: Path) -> News:
    marks, entities = {}, {}
    for line in path.read_text("utf-8").splitlines():
        fields = line.split("\t")
        if line.startswith("T") and (span := _SPAN.match(fields[1])):
            marks[fields[0]] = (span[1], int(span[2]), int(span[3]), fields[2])
        elif line.startswith("N") and len(fields) > 2:
            _, mark, entity = fields[1].split()
            entities[mark] = (entity, fields[2])
    return News(
        text=path.with_suffix(".txt").read_text("utf-8"),
        marks=tuple(
            Marked(
                kind=kind,
                start=start,
                end=end,
                entity=entities.get(key, ("", ""))[0],
                name=entities.get(key, ("", ""))[1],
                written=written,
            )
            for key, (kind, start, end, written) in marks.items()
        ),
    )
