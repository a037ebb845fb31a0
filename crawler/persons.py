"""Tell a person from others: is this word a surname here, and whose?

A surname is also a town, an adjective, half of another surname, part of a link. A person
known by full name is accepted in a text that also has the first name, its initial, the
office or the brand; beside somebody else's first name never.
"""

import re
from collections.abc import Sequence

from crawler.companies import choose_company
from crawler.dictionary import agree, is_given_name, is_ordinary_noun, is_place, is_surname
from crawler.document import Document, Found, Occurrence
from crawler.folding import spelling
from crawler.names import Name

_SURNAME_END = re.compile(
    r"(ов|ев|ёв|ин|ын|ск\w\w|цк\w\w|ич|ко|юк|ук|ян|дзе|швили|ова|ева|ина)$", re.IGNORECASE
)
_GENERATION = re.compile(r"(старш|младш|мл$|ст$|молодш)", re.IGNORECASE)  # Буш-старший
_ADDRESS = re.compile(r"://|www\.|\.\w+/")
_INSIDE = frozenset(["в", "во", "из", "под", "у", "із", "з", "до", "біля"])
_TOWN = re.compile(r"(город\w{0,3}|г|пригород\w?|штат\w?|област\w|мэр\w?|міст\w|мер\w?)")
_OFFICE_REACH = 4  # words between an office and the surname


def choose_person(
    name: Name, document: Document, occurrences: Sequence[Occurrence], *, brand_named: bool
) -> list[Occurrence]:
    """The occurrences that are the person, once the document has an anchor; else none.

    A surname beside somebody else's first name or initial is never the person.
    """
    if name.person is None:
        if name.is_company:
            return choose_company(name, document, occurrences)
        return _sure_of_themselves(document, occurrences) if name.is_surname else [*occurrences]
    anchored, kept = brand_named, []
    for occurrence in occurrences:
        beside = _beside(name, document, occurrence)
        if beside == "other":
            continue
        anchored = anchored or beside in ("own", "office")
        kept.append(occurrence)
    return kept if anchored else []


def is_no_surname_here(document: Document, found: Found, *, gated: bool) -> bool:
    """Half of a double name, part of a link, a town, or an adjective with its noun."""
    characters = document.characters
    if _is_part_of_double_name(document, found):
        return True
    if characters[found.start].islower() and _in_address(characters, found):
        return True
    if not gated and not is_place(found.spelled):
        return False
    number = document.word_at(found.start)
    before = spelling(document.word(number - 1)) if document.between(number - 1) == " " else ""
    if _TOWN.fullmatch(before) or (before in _INSIDE and is_place(found.spelled)):
        return True
    return gated and _is_adjective_here(document, number, before)


def _is_adjective_here(document: Document, number: int, before: str) -> bool:
    """«Красной площади», but not «Алексея Красного»."""
    if document.between(number) != " " or is_given_name(before):
        return False
    return agree(spelling(document.word(number)), document.word(number + 1))


def _sure_of_themselves(document: Document, occurrences: Sequence[Occurrence]) -> list[Occurrence]:
    """All of them, unless each is an ordinary word that merely begins a sentence.

    «Адвокат» is not the coach Адвокат there.
    """
    characters = document.characters
    if any(
        not place.gated
        or not document.begins_sentence(place.start)
        or not is_ordinary_noun(spelling(characters[place.start : place.end]))
        for place in occurrences
    ):
        return list(occurrences)
    return []


def _in_address(characters: str, found: Found) -> bool:
    start = characters.rfind(" ", max(0, found.start - 100), found.start) + 1
    return _ADDRESS.search(characters, start, found.start) is not None


def _is_part_of_double_name(document: Document, found: Found) -> bool:
    """Иванов-Петров and Грин-парк are not Иванов and Грин; Буш-старший is Буш."""
    characters = document.characters
    after = characters[found.end : found.end + 1] == "-"
    before = found.start > 0 and characters[found.start - 1] == "-"
    if not after and not before:
        return False
    number = document.word_at(found.start)
    beside = [(number, number + 1)] if after else []
    beside += [(number - 1, number - 1)] if before else []
    return any(
        document.between(gap) == "-" and _belongs_to_another(document.word(word))
        for gap, word in beside
    )


def _belongs_to_another(word: str) -> bool:
    if word.islower():
        return not _GENERATION.search(word)
    known = is_given_name(word.lower()) or is_surname(word.lower())
    return not known or _SURNAME_END.search(word) is not None


def _beside(name: Name, document: Document, occurrence: Occurrence) -> str:
    """Who the words next to a surname say it is: "own", "office", "other" or ""."""
    first = document.word_at(occurrence.start)
    last = first + len(name.words) - 1
    near = _neighbours(document, first, last)
    verdicts = [_given(name, document, number) for number in near]
    if _is_of_another_generation(name, document, last):
        return "other"
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


def _is_of_another_generation(name: Name, document: Document, last: int) -> bool:
    """Буш-старший is not Джордж Буш, unless the watch says «старший»."""
    after = document.word(last + 1) if document.between(last) == "-" else ""
    return bool(_GENERATION.match(after)) and not _GENERATION.search(name.term)


def _neighbours(document: Document, first: int, last: int) -> list[int]:
    """Up to two capitalised words before and after, divided by spaces and dots only."""
    near = []
    for number in (first - 1, first - 2):
        if not document.word(number)[:1].isupper() or not _only_dots(document.between(number)):
            break
        near.append(number)
    for number in (last + 1, last + 2):
        if not document.word(number)[:1].isupper() or not _only_dots(document.between(number - 1)):
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
