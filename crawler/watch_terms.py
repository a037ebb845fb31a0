"""The words of watches: how they are looked for, and where they stand in a text.

A word or phrase becomes a term, shared by all watches that use it; in each text it is
looked for at most once.
"""

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crawler.document import Document, Found, Occurrence
from crawler.folding import fold_words, spelling
from crawler.names import Name, brand_name, person_name, phrase, spelling_kept
from crawler.occurrences import accept
from crawler.persons import choose_person
from crawler.watch_tree import Phrase, Word
from crawler.word_forms import word_forms

_RARITY = {"name": 0, "brand": 0, "exact": 2, "forms": 3, "beginning": 4}
_FREQUENT = 5  # rank of words of three letters and fewer: «не», "the"
_GENDERS = {"m": "m", "м": "m", "f": "f", "ж": "f"}
_ANY_CASE = "any"
_start = operator.attrgetter("start")

Likely = tuple[Found, Name | None]  # a word, and the name that it may be; a beginning is None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Term:
    """A word or phrase of a watch: any of its names will do. Or any of other terms."""

    holders: Mapping[bytes, tuple[Name, ...]]  # folded words; of a beginning one with ``*``
    beginning: str = ""  # instead of names: how a word has to begin
    either: tuple["Term", ...] = ()  # instead of both
    capital: bool = False
    rank: int = 3  # how rare it is; the rarest part of a watch is looked for first

    def names(self, key: bytes, spelled: str, *, mixed: bool) -> Sequence[Name | None]:
        """Those names that a found word may be by its spelling; for a beginning that is None."""
        if self.beginning:
            return [None] if mixed or spelled.startswith(self.beginning) else []
        return [name for name in self.holders[key] if name.may_be(spelled, mixed=mixed)]


class Scene:
    """A document with what the words found in it may be of the terms of watches."""

    def __init__(self, document: Document, found: Mapping[Term, Sequence[Likely]]) -> None:
        """Take the words that may be each term."""
        self.document = document
        self.found = found
        self._places: dict[Term, list[Occurrence]] = {}

    def places(self, term: Term) -> list[Occurrence]:
        """Where a term stands, in order; worked out once."""
        if (places := self._places.get(term)) is None:
            places = self._places[term] = self._look(term)
        return places

    def _look(self, term: Term) -> list[Occurrence]:
        if term.either:
            found_terms = self.found
            return _in_order(
                [
                    place
                    for part in term.either
                    if part in found_terms
                    for place in self.places(part)
                ]
            )
        if (found := self.found.get(term)) is None:
            return []
        accepted = _begun(found) if term.beginning else self._named(found)
        if term.capital:
            characters = self.document.characters
            accepted = [place for place in accepted if characters[place.start].isupper()]
        return _in_order(accepted)

    def _named(self, all_found: Iterable[Likely]) -> list[Occurrence]:
        accepted: dict[Name, list[Occurrence]] = {}
        for found, name in all_found:
            if name and (place := accept(name, self.document, found)) is not None:
                accepted.setdefault(name, []).append(place)
        return [
            place
            for name, places in accepted.items()
            for place in choose_person(name, self.document, places, brand_named=False)
        ]


def _begun(all_found: Iterable[Likely]) -> list[Occurrence]:
    return [
        Occurrence(found.start, found.end, found.mixed, False, found.word, found.word)
        for found, _ in all_found
    ]


def _in_order(places: list[Occurrence]) -> list[Occurrence]:
    return sorted(places, key=_start) if len(places) > 1 else places


def compiled(node: Word | Phrase) -> Term:
    """The term of a word or phrase of a watch."""
    if isinstance(node, Phrase):
        return _term([_phrase(node)], capital=node.capital, rank=1)
    rank = _RARITY[node.mode]
    if node.mode in ("exact", "forms") and len(node.text) <= 3 and node.text.islower():
        rank = _FREQUENT
    if node.mode == "beginning":
        keys = [key + b"*" for key in fold_words(node.text)[:1]]
        beginning = spelling(node.text)
        return Term(
            holders=dict.fromkeys(keys, ()), beginning=beginning, capital=node.capital, rank=rank
        )
    return _term(_names(node), capital=node.capital, rank=rank)


def _term(names: Iterable[Name], *, capital: bool, rank: int) -> Term:
    holders: dict[bytes, tuple[Name, ...]] = {}
    for name in names:
        for key in name.folded():
            holders[key] = (*holders.get(key, ()), name)
    return Term(holders=holders, capital=capital, rank=rank)


def _names(node: Word) -> Iterator[Name]:
    any_case = _ANY_CASE in node.options or node.capital
    match node.mode:
        case "brand":
            spellings = [node.text, *(option for option in node.options if option != _ANY_CASE)]
            for text in spellings:
                if name := brand_name(text, any_case=any_case, kind="watch"):
                    yield name
        case "name":
            gender = next((_GENDERS[option] for option in node.options if option in _GENDERS), None)
            if name := person_name(node.text, gender=gender, kind="watch", any_case=any_case):
                yield name
        case "exact":
            yield _single(node.text, frozenset({spelling(node.text)}))
        case _:
            forms = word_forms(spelling_kept(node.text))
            yield _single(node.text, frozenset(spelling(form) for form in forms))


def _single(text: str, forms: frozenset[str]) -> Name:
    return Name(term=text, kind="watch", words=(forms,), anchor=0)


def _phrase(node: Phrase) -> Name:
    text = " ".join(node.parts)
    if node.mode == "forms" and (found := phrase(text, kind="watch")):
        return found
    return Name(
        term=text,
        kind="watch",
        words=tuple(frozenset({spelling(part)}) for part in node.parts),
        anchor=max(range(len(node.parts)), key=lambda index: len(node.parts[index])),
    )
