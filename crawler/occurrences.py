"""Decide what found words are: this name, somebody else's, or an ordinary word.

A look-up tells that a word of the right letters stands somewhere; here its spelling,
capital, quotes and neighbours are judged.
"""

import re

from crawler.document import Document, Found, Occurrence
from crawler.folding import script
from crawler.known_brands import is_english_word
from crawler.marks import is_address, is_marked
from crawler.names import Name
from crawler.persons import is_no_surname_here

_NEAR = 3  # words
_BREAK = re.compile(r"[!?;:]|\n\n|\n\s*\n")


def accept(name: Name, document: Document, found: Found) -> Occurrence | None:
    """The occurrence that a found word belongs to, when it is the name."""
    _, start, end, spelled, mixed, word = found
    disguised = spelled not in name.words[name.anchor]
    if disguised and not mixed:
        return None
    if len(name.words) > 1:
        return _accept_phrase(name, document, found, disguised=disguised)
    gate = name.gate
    if spelled in gate.learning:
        _count(name, document, found)
    gated = spelled in gate.shut
    if gated:
        if not (_stands_out(document, start, end, name) or _is_foreign(document, found)):
            return None
        gated = not is_marked(document.characters, start, end)
    if name.is_surname and is_no_surname_here(name, document, found, gated=gated):
        return None
    return Occurrence(start, end, disguised, gated, word, word)


def _count(name: Name, document: Document, found: Found) -> None:
    """Remember how a form that is also an ordinary word is written inside a sentence."""
    written = document.characters[found.start : found.end]
    telling = len(written) > 1 and (written.islower() or written[1:].islower())
    if (
        name.gate.habits
        and telling
        and not document.begins_sentence(found.start)
        and not is_marked(document.characters, found.start, found.end)
    ):
        name.gate.habits.see(found.spelled, capital=written[0].isupper())


def _accept_phrase(
    name: Name, document: Document, found: Found, *, disguised: bool
) -> Occurrence | None:
    first = found.word - name.anchor
    last = first + len(name.words) - 1
    if first < 0 or last >= len(document.starts):
        return None
    for offset, allowed in enumerate(name.words):
        if offset == name.anchor:
            continue
        if not document.is_any(first + offset, allowed):
            return None
        disguised = disguised or document.spelled(first + offset) not in allowed
    for number in range(first, last):
        if _breaks(document, number):
            return None
    start, end = document.starts[first], document.end_of(last)
    if name.gate.shut and not _stands_out(document, start, end, name):
        return None
    return Occurrence(start, end, disguised, False, first, last)


def _breaks(document: Document, number: int) -> bool:
    between = document.between(number)
    if between == " ":
        return False
    if len(between) > 6 or _BREAK.search(between):
        return True
    return ". " in between and len(document.word(number)) > 2


def _is_foreign(document: Document, found: Found) -> bool:
    """Whether an English word stands among Cyrillic ones, where it is no ordinary word.

    One that is gated because it is short may be anything there: «по it-части».
    """
    near = range(found.word - _NEAR, found.word + _NEAR + 1)
    return is_english_word(found.spelled) and any(
        script(document.word(number)) == "cyrillic" for number in near
    )


def _stands_out(document: Document, start: int, end: int, name: Name) -> bool:
    """Whether a name that is also an ordinary word is written as a name."""
    characters = document.characters
    written = characters[start:end]
    if name.shouted and not is_address(characters, start, end):
        return written[:2].isupper()  # ПИКе, too
    if len(name.words) == 1 and written[0].isdigit() and not written.isdigit():
        return True  # 5ka has no capital to be written with
    return written[0].isupper() or is_marked(characters, start, end)
