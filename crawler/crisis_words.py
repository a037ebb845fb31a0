"""The words of trouble, by family, and where they stand near a watched name.

A family is a headword with the nouns, verbs, adjectives and participles of its root.
Families for Russian, Ukrainian and English ship in ``crisis_words.txt`` beside this
module; a brand's own crisis words are found by the matcher like names.
"""

import bisect
import functools
import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from importlib import resources
from typing import NamedTuple

from crawler.dictionary import lexeme
from crawler.document import LONG_SENTENCE, Document, Occurrence
from crawler.folding import fold_words, spelling
from crawler.word_forms import english_forms
from storage.records import CrisisTerm

_FILE = "crisis_words.txt"
_NEVER = "never"  # the part of the file that takes forms away again
_REACH = 15  # words between a name and a crisis word of another sentence


class CrisisPlace(NamedTuple):
    """A crisis word at [start, end) of a document."""

    start: int
    end: int
    headword: str
    word: int = 0  # its number in the document


class CrisisWords:
    """Forms of crisis words, ready to be found in documents."""

    def __init__(self, families: Mapping[str, Iterable[str]]) -> None:
        """Take each headword with all forms of its family; ``keys`` are what to look for."""
        self._headwords: dict[str, str] = {}
        self._spellings: dict[bytes, str] = {}
        for headword, forms in families.items():
            for form in sorted(forms):
                spelled = spelling(form)
                self._headwords.setdefault(spelled, headword)
                for key in fold_words(form)[:1]:
                    self._spellings.setdefault(key, spelled)
        self.keys = frozenset(self._spellings)
        digest = hashlib.sha256(repr(sorted(self._headwords.items())).encode())
        self.version = digest.hexdigest()[:16]

    @property
    def headwords(self) -> frozenset[str]:
        """The names of the families, as the crisis map asks for them."""
        return frozenset(self._headwords.values())

    def headword(self, key: bytes, spelled: str, *, mixed: bool) -> str | None:
        """The family of a found word; of a disguised one that which it looks like."""
        if (likely := self._spellings.get(key)) is None:
            return None
        return self._headwords.get(spelled) or (self._headwords[likely] if mixed else None)


def near(
    document: Document,
    names: Sequence[Occurrence],
    places: Iterable[CrisisPlace],
    *,
    always: Container[CrisisPlace] = (),
) -> tuple[CrisisTerm, ...]:
    """The crisis words in a sentence with a name, or within fifteen words of one.

    The names are in order. Some of the places may be told to be near.
    """
    return tuple(
        [
            _crisis_term(document, one)
            for one in places
            if one in always or _is_near(document, names, one)
        ]
    )


@functools.cache
def shipped_crisis_words() -> CrisisWords:
    """The families that come with the product."""
    text = resources.files(__package__).joinpath(_FILE).read_text("utf-8")
    families: dict[str, frozenset[str]] = defaultdict(frozenset)
    never = set()
    for lang, headword, word in parse_families(text):
        if lang == _NEVER:
            never.add(word)
        else:
            families[headword] |= english_forms(word) if lang == "en" else lexeme(word, lang)
    return CrisisWords({headword: forms - never for headword, forms in families.items()})


def parse_families(text: str) -> list[tuple[str, str, str]]:
    """Language, headword and word for each word of a file of families."""
    parsed, lang = [], ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            lang = line.strip("[]")
        elif line and not line.startswith("#"):
            headword, _, others = line.partition(":")
            parsed += [(lang, headword, word) for word in (headword, *others.split())]
    return parsed


def _is_near(document: Document, names: Sequence[Occurrence], place: CrisisPlace) -> bool:
    """Whether the next name before or after is near; part of a name is no crisis word."""
    start, end, _, word = place
    after = bisect.bisect_left(names, (end, 0))
    if after:
        before = names[after - 1]
        if before.end > start:
            return False
        if start - before.start <= LONG_SENTENCE and (
            word - before.first <= _REACH or start < document.sentence_end(before.start)
        ):
            return True
    if after == len(names):
        return False
    name = names[after]
    return name.start - start <= LONG_SENTENCE and (
        name.first - word <= _REACH or name.start < document.sentence_end(start)
    )


def _crisis_term(document: Document, place: CrisisPlace) -> CrisisTerm:
    start, end, headword, _ = place
    text = document.characters[start:end]
    field, shift = ("title", 0) if start < document.text_start else ("text", document.text_start)
    return CrisisTerm(
        start=start - shift,
        end=end - shift,
        text=text,
        term=headword,
        field=field,
    )
