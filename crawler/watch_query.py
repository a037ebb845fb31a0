"""Judge documents by a watch of the watch language.

A watch is compiled once: its words become names with all their forms, and the rarest
part gives the anchors, folded words without one of which no text can match. Only texts
with an anchor are judged, each word of the language at most once for each text.
"""

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crawler.document import Document, Found, Occurrence
from crawler.folding import fold_words, spelling
from crawler.names import Name, brand_name, person_name, phrase, spelling_kept
from crawler.occurrences import accept
from crawler.persons import choose_person
from crawler.watch_language import parse
from crawler.watch_tree import (
    And,
    Field,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Word,
    can_be_found,
)
from crawler.word_forms import word_forms

_RARITY = {"name": 0, "brand": 0, "exact": 2, "forms": 3, "beginning": 4}
_FREQUENT = 5  # rank of words of three letters and fewer: «не», "the"
_GENDERS = {"m": "m", "м": "m", "f": "f", "ж": "f"}
_ANY_CASE = "any"
_LONGEST_PHRASE = 20  # words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Term:
    """A word or phrase of a watch: any of its names will do."""

    names: tuple[tuple[Name, frozenset[bytes]], ...]  # each with its folded words
    keys: frozenset[bytes]  # the folded words of all; a beginning ends with ``*``
    beginning: str = ""  # instead of names: how a word has to begin
    capital: bool = False
    rank: int = 3  # how rare it is; the rarest part of a watch is looked for first


class Scene:
    """A document with everything that terms of watches found in it."""

    def __init__(self, document: Document, found: Iterable[Found]) -> None:
        """Sort what was found by its folded word."""
        self.document = document
        self._found: dict[bytes, list[Found]] = defaultdict(list)
        self._places: dict[Term, list[Occurrence]] = {}
        for one in found:
            self._found[one.key].append(one)

    def places(self, term: Term) -> list[Occurrence]:
        """Where a term stands, in order; worked out once."""
        if (places := self._places.get(term)) is None:
            places = [] if term.keys.isdisjoint(self._found) else list(self._look(term))
            if len(places) > 1:
                places.sort(key=lambda place: place.start)
            self._places[term] = places
        return places

    def _look(self, term: Term) -> Iterator[Occurrence]:
        if term.beginning:
            accepted = self._begun(term)
        else:
            accepted = (place for name, keys in term.names for place in self._named(name, keys))
        for place in accepted:
            if not term.capital or self.document.characters[place.start].isupper():
                yield place

    def _named(self, name: Name, keys: frozenset[bytes]) -> list[Occurrence]:
        places = [
            place
            for key in self._found.keys() & keys
            for found in self._found[key]
            if (place := accept(name, self.document, found)) is not None
        ]
        return choose_person(name, self.document, places, brand_named=False)

    def _begun(self, term: Term) -> Iterator[Occurrence]:
        for key in term.keys:
            for found in self._found.get(key, ()):
                if found.spelled.startswith(term.beginning):
                    yield Occurrence(found.start, found.end, found.mixed)


class WatchQuery:
    """A watch ready for judging; terms are shared between watches that use the same words."""

    def __init__(self, source: str, terms: dict[Node, Term]) -> None:
        """Parse and compile; raises WatchError where the watch is wrong."""
        self._root = parse(source)
        self._terms = terms
        self._term_at: dict[int, Term] = {}  # by identity: nodes are slow to hash
        self.words = frozenset(self._leaves(self._root))
        self.anchors = self._anchors(self._root)
        self.term_of = {
            name: node.text if isinstance(node, Word) else " ".join(node.parts)
            for node in self.words
            for name in (terms[node],)
        }

    def folded(self) -> frozenset[bytes]:
        """Every folded word that judging needs to see."""
        return frozenset(key for node in self.words for key in self._terms[node].keys)

    def judge(self, scene: Scene) -> list[tuple[str, Occurrence]]:
        """What of the watch stands in the text, each with its word; nothing when it fails."""
        places = self._places(self._root, scene)
        if not places:
            return []
        spans = {(place.start, place.end) for place in places}
        named = {
            (place.start, place.end): (text, place)
            for term, text in self.term_of.items()
            for place in scene.places(term)
            if (place.start, place.end) in spans
        }
        return [named[span] for span in sorted(named)]

    def _leaves(self, node: Node) -> Iterator[Word | Phrase]:
        match node:
            case Word() | Phrase():
                if node not in self._terms:
                    self._terms[node] = _compiled(node)
                self._term_at[id(node)] = self._terms[node]
                yield node
            case And(parts=parts) | Or(parts=parts):
                for part in parts:
                    yield from self._leaves(part)
                if isinstance(node, Or) and (joined := self._joined(node)):
                    self._term_at[id(node)] = joined
            case Not(part=part) | Field(part=part):
                yield from self._leaves(part)
            case Near(left=left, right=right):
                yield from self._leaves(left)
                yield from self._leaves(right)

    def _joined(self, node: Or) -> Term | None:
        """Any of some plain words as one term, so that watches with the same list share it."""
        if node not in self._terms:
            leaves = [self._terms.get(part) for part in node.parts]
            plain = [leaf for leaf in leaves if leaf and not (leaf.beginning or leaf.capital)]
            if len(plain) < len(leaves):
                return None
            names = tuple(name for leaf in plain for name in leaf.names)
            keys = frozenset(key for leaf in plain for key in leaf.keys)
            self._terms[node] = Term(names=names, keys=keys)
        return self._terms[node]

    def _rank(self, node: Node) -> int:
        match node:
            case Word() | Phrase():
                return self._terms[node].rank
            case Or(parts=parts):
                return max(map(self._rank, parts))
            case And(parts=parts):
                return min(self._rank(part) for part in parts if can_be_found(part))
            case Near(left=left, right=right):
                return min(self._rank(left), self._rank(right))
            case Not(part=part) | Field(part=part):
                return self._rank(part)

    def _anchors(self, node: Node) -> frozenset[bytes]:
        """Folded words one of which every matching text has."""
        match node:
            case Word() | Phrase():
                return self._terms[node].keys
            case Or(parts=parts):
                return frozenset(key for part in parts for key in self._anchors(part))
            case And(parts=parts):
                findable = [part for part in parts if can_be_found(part)]
                return self._anchors(min(findable, key=self._rank))
            case Near(left=left, right=right):
                return self._anchors(min((left, right), key=self._rank))
            case Not(part=part) | Field(part=part):
                return self._anchors(part)

    def _places(self, node: Node, scene: Scene) -> list[Occurrence]:
        """The places that make the part true; none when it is not."""
        match node:
            case Word() | Phrase():
                return scene.places(self._term_at[id(node)])
            case Or(parts=parts):
                if joined := self._term_at.get(id(node)):
                    return scene.places(joined)
                either = [place for part in parts for place in self._places(part, scene)]
                return _in_order(either) if len(either) > 1 else either
            case And(parts=parts):
                return self._all(parts, scene)
            case Near():
                return self._near(node, scene)
            case Field(name=name, part=part):
                wanted = "title" if name == "title" else "text"
                return [
                    place
                    for place in self._places(part, scene)
                    if scene.document.field_span(place.start, place.end)[0] == wanted
                ]
            case Not():
                return []

    def _all(self, parts: Sequence[Node], scene: Scene) -> list[Occurrence]:
        together: list[Occurrence] = []
        for part in parts:
            if isinstance(part, Not):
                if self._places(part.part, scene):
                    return []
            elif places := self._places(part, scene):
                together += places
            else:
                return []
        return _in_order(together)

    def _near(self, node: Near, scene: Scene) -> list[Occurrence]:
        left = self._places(node.left, scene)
        right = self._places(node.right, scene) if left else []
        if not right:
            return []
        close = _within_reach if node.reach else _in_one_sentence
        return _in_order(close(node, left, right, scene.document))


def _in_one_sentence(
    _: Near, left: Sequence[Occurrence], right: Sequence[Occurrence], document: Document
) -> list[Occurrence]:
    """The places of either side whose sentence has one of the other side too."""
    shared = {document.sentence_at(place.start) for place in left} & {
        document.sentence_at(place.start) for place in right
    }
    return [place for place in (*left, *right) if document.sentence_at(place.start) in shared]


def _within_reach(
    node: Near, left: Sequence[Occurrence], right: Sequence[Occurrence], document: Document
) -> list[Occurrence]:
    """The places of either side that have one of the other side few enough words away."""
    reach = node.reach or 0
    firsts = [document.word_at(place.start) for place in right]
    close: list[Occurrence] = []
    for one in left:
        first, last = document.word_at(one.start), document.word_at(one.end - 1)
        begin = last + 1 if node.ordered else first - reach - _LONGEST_PHRASE
        near = range(bisect.bisect_left(firsts, begin), bisect.bisect_right(firsts, last + reach))
        for other in (right[index] for index in near):
            after = document.word_at(other.start) - last
            before = first - document.word_at(other.end - 1)
            if 0 < after <= reach or (not node.ordered and 0 < before <= reach):
                close += (one, other)
    return close


def _in_order(places: Iterable[Occurrence]) -> list[Occurrence]:
    return sorted(set(places), key=lambda place: (place.start, place.end))


def _compiled(node: Word | Phrase) -> Term:
    if isinstance(node, Phrase):
        return _term([_phrase(node)], capital=node.capital, rank=1)
    rank = _RARITY[node.mode]
    if node.mode in ("exact", "forms") and len(node.text) <= 3 and node.text.islower():
        rank = _FREQUENT
    if node.mode == "beginning":
        keys = frozenset(key + b"*" for key in fold_words(node.text)[:1])
        beginning = spelling(node.text)
        return Term(names=(), keys=keys, beginning=beginning, capital=node.capital, rank=rank)
    return _term(_names(node), capital=node.capital, rank=rank)


def _term(names: Iterable[Name], *, capital: bool, rank: int) -> Term:
    named = tuple((name, name.folded()) for name in names)
    keys = frozenset(key for _, keys in named for key in keys)
    return Term(names=named, keys=keys, capital=capital, rank=rank)


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
