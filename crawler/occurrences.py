"""Decide what found words are: this name, somebody else's, or an ordinary word.

A look-up tells that a word of the right letters stands somewhere; here its spelling,
capital, quotes and neighbours are judged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.dictionary import is_given_name
from crawler.document import Document, Found
from crawler.folding import spelling
from crawler.names import Name

_BREAK = re.compile(r"[!?;:]|\n\n|\n\s*\n")
_OPENING, _CLOSING = "«\"“„‘'(", "»\"”“’')"
_SURNAME_END = re.compile(
    r"(ов|ев|ёв|ин|ын|ск\w\w|цк\w\w|ич|ко|юк|ук|ян|дзе|швили|ова|ева|ина)$", re.IGNORECASE
)
_OFFICE_REACH = 4  # words between an office and the surname


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name at [start, end) of the document."""

    start: int
    end: int
    disguised: bool = False  # written with letters of another script


def accept(name: Name, document: Document, found: Found) -> Occurrence | None:
    """The occurrence that a found word belongs to, when it is the name."""
    if found.spelled not in name.words[name.anchor] and not found.mixed:
        return None
    disguised = found.spelled not in name.words[name.anchor]
    if len(name.words) > 1:
        return _accept_phrase(name, document, found, disguised=disguised)
    if found.spelled in name.gated and not _stands_out(document, found.start, found.end, name):
        return None
    if name.is_surname and _is_part_of_double_name(document, found):
        return None
    return Occurrence(found.start, found.end, disguised)


def choose_person(
    name: Name, document: Document, occurrences: Sequence[Occurrence], *, brand_named: bool
) -> list[Occurrence]:
    """The occurrences that are the person, once the document has an anchor; else none.

    A surname beside somebody else's first name or initial is never the person.
    """
    if name.person is None:
        return list(occurrences)
    anchored, kept = brand_named, []
    for occurrence in occurrences:
        beside = _beside(name, document, occurrence)
        if beside == "other":
            continue
        anchored = anchored or beside in ("own", "office")
        kept.append(occurrence)
    return kept if anchored else []


def _accept_phrase(
    name: Name, document: Document, found: Found, *, disguised: bool
) -> Occurrence | None:
    first = document.word_at(found.start) - name.anchor
    last = first + len(name.words) - 1
    if first < 0 or last >= len(document.words[0]):
        return None
    for offset, allowed in enumerate(name.words):
        if offset != name.anchor and spelling(document.word(first + offset)) not in allowed:
            return None
        if first + offset < last and _breaks(document, first + offset):
            return None
    start, end = document.words[0][first], document.words[1][last]
    if name.gated and not _stands_out(document, start, end, name):
        return None
    return Occurrence(start, end, disguised)


def _breaks(document: Document, number: int) -> bool:
    between = document.between(number)
    if len(between) > 6 or _BREAK.search(between):
        return True
    return ". " in between and len(document.word(number)) > 2


def _stands_out(document: Document, start: int, end: int, name: Name) -> bool:
    """Whether a name that is also an ordinary word is written as a name."""
    characters = document.characters
    before, after = characters[start - 1 : start], characters[end : end + 1]
    if before and before in "@#":
        return True
    quoted = before and after and before in _OPENING and after in _CLOSING
    if name.shouted:
        return characters[start:end].isupper()
    return bool(quoted) or characters[start].isupper()


def _is_part_of_double_name(document: Document, found: Found) -> bool:
    """Иванов-Петров is somebody else than Иванов; Буш-старший is not."""
    characters = document.characters
    after = characters[found.end : found.end + 1] == "-"
    before = found.start > 0 and characters[found.start - 1] == "-"
    if not after and not before:
        return False
    number = document.word_at(found.start)
    neighbours = [document.word(number + 1)] if after else []
    neighbours += [document.word(number - 1)] if before else []
    return any(word[:1].isupper() and _SURNAME_END.search(word) is not None for word in neighbours)


def _beside(name: Name, document: Document, occurrence: Occurrence) -> str:
    """Who the words next to a surname say it is: "own", "office", "other" or ""."""
    first = document.word_at(occurrence.start)
    last = first + len(name.words) - 1
    near = _neighbours(document, first, last)
    verdicts = [_given(name, document, number) for number in near]
    if "own" in verdicts:
        return "own"
    if "other" in verdicts:
        return "other"
    offices = name.person.offices if name.person else frozenset()
    if offices and any(
        spelling(document.word(number)) in offices
        for number in range(max(0, first - _OFFICE_REACH), first)
    ):
        return "office"
    return ""


def _neighbours(document: Document, first: int, last: int) -> list[int]:
    """Up to two words before and after that nothing but spaces and dots separates."""
    near = []
    for number in (first - 1, first - 2):
        if number < 0 or not _only_dots(document.between(number)):
            break
        near.append(number)
    for number in (last + 1, last + 2):
        if not _only_dots(document.between(number - 1)) or not document.word(number):
            break
        near.append(number)
    return near


def _only_dots(between: str) -> bool:
    return len(between) <= 3 and not between.strip(". \u00a0\u202f")


def _given(name: Name, document: Document, number: int) -> str:
    """Whether a word is the person's first name or initial, somebody else's, or neither."""
    word = document.word(number)
    if name.person is None or not word[:1].isupper():
        return ""
    spelled = spelling(word)
    if spelled in name.person.given:
        return "own"
    if len(word) == 1:
        if not document.between(number).startswith("."):
            return ""
        if spelled in name.person.initials:
            return "own"
        second = any(form.startswith(spelled) for form in name.person.given)
        return "" if second else "other"
    return "other" if is_given_name(spelled) else ""
