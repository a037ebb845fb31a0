"""Judge documents by a watch of the watch language.

A watch is compiled once: its words become names with all their forms, and the rarest
part gives the anchors, terms without one of which no text can match. Only texts
with an anchor are judged, each word of the language at most once for each text.
"""

import bisect
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from crawler.document import Document, Occurrence
from crawler.watch_language import parse
from crawler.watch_terms import Scene, Term, compiled
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

_LONGEST_PHRASE = 20  # words
_Test = Callable[[Scene], list[Occurrence]]


class WatchQuery:
    """A watch ready for judging; terms are shared between watches that use the same words."""

    def __init__(self, source: str, terms: dict[Node, Term]) -> None:
        """Parse and compile; raises WatchError where the watch is wrong."""
        root = parse(source)
        self._terms = terms
        self._texts = {
            terms[node]: node.text if isinstance(node, Word) else " ".join(node.parts)
            for node in self._leaves(root)
        }
        self._needs = self._needed(root)
        self._test = self._made(root)
        self.anchors = self._anchors(root)

    @property
    def terms(self) -> Set[Term]:
        """Every term that judging needs to see."""
        return self._texts.keys()

    def judge(self, scene: Scene) -> list[tuple[str, Occurrence]]:
        """What of the watch stands in the text, each with its word; nothing when it fails."""
        found = scene.found
        for terms in self._needs:  # most texts that have a name have nothing else
            if terms.isdisjoint(found):
                return []
        if not (places := self._test(scene)):
            return []
        spans = {place[:2] for place in places}
        named = {
            span: (text, place)
            for term, text in self._texts.items()
            if term in found
            for place in scene.places(term)
            if (span := place[:2]) in spans
        }
        return [named[span] for span in sorted(named)]

    def _leaves(self, node: Node) -> Iterator[Word | Phrase]:
        match node:
            case Word() | Phrase():
                if node not in self._terms:
                    self._terms[node] = compiled(node)
                yield node
            case And(parts=parts) | Or(parts=parts):
                for part in parts:
                    yield from self._leaves(part)
            case Not(part=part) | Field(part=part):
                yield from self._leaves(part)
            case Near(left=left, right=right):
                yield from self._leaves(left)
                yield from self._leaves(right)

    def _joined(self, node: Or) -> Term | None:
        """Any of some words as one term, so that watches with the same list share it."""
        if node not in self._terms:
            leaves: list[Term] = []
            for part in node.parts:
                if isinstance(part, Word | Phrase):
                    leaves.append(self._terms[part])
                elif isinstance(part, Or) and (inner := self._joined(part)):
                    leaves += inner.either
                else:
                    return None
            self._terms[node] = Term(holders={}, either=tuple(leaves))
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

    def _needed(self, node: Node) -> list[frozenset[Term]]:
        """Sets of terms: of each every matching text has one."""
        match node:
            case Word() | Phrase():
                return [frozenset({self._terms[node]})]
            case Or(parts=parts):
                return [
                    frozenset(self._terms[leaf] for part in parts for leaf in self._leaves(part))
                ]
            case And(parts=parts):
                return [need for part in parts for need in self._needed(part)]
            case Near(left=left, right=right):
                return self._needed(left) + self._needed(right)
            case Field(part=part):
                return self._needed(part)
            case Not():
                return []

    def _anchors(self, node: Node) -> frozenset[Term]:
        """Terms one of which every matching text has."""
        match node:
            case Word() | Phrase():
                return frozenset({self._terms[node]})
            case Or(parts=parts):
                return frozenset(term for part in parts for term in self._anchors(part))
            case And(parts=parts):
                findable = [part for part in parts if can_be_found(part)]
                return self._anchors(min(findable, key=self._rank))
            case Near(left=left, right=right):
                return self._anchors(min((left, right), key=self._rank))
            case Not(part=part) | Field(part=part):
                return self._anchors(part)

    def _made(self, node: Node) -> _Test:
        """What gives the places that make the part true, none when it is not.

        Of NOT those that make it false.
        """
        match node:
            case Word() | Phrase():
                return _one_of(self._terms[node])
            case Or(parts=parts):
                joined = self._joined(node)
                return _one_of(joined) if joined else _any_of([self._made(p) for p in parts])
            case And(parts=parts):
                wanted = [part for part in parts if not isinstance(part, Not)]
                wanted.sort(key=self._rank, reverse=True)
                refused = [self._made(part) for part in parts if isinstance(part, Not)]
                return _all_of([self._made(part) for part in wanted], refused)
            case Near(left=left, right=right):
                sides = self._made(left), self._made(right)
                return _near(node, *sides, right_first=self._rank(left) < self._rank(right))
            case Field(name=name, part=part):
                return _in_field("title" if name == "title" else "text", self._made(part))
            case Not(part=part):
                return self._made(part)


def _one_of(term: Term) -> _Test:
    return operator.methodcaller("places", term)


def _any_of(tests: Sequence[_Test]) -> _Test:
    def test(scene: Scene) -> list[Occurrence]:
        either = [place for one in tests for place in one(scene)]
        return _in_order(either) if len(either) > 1 else either

    return test


def _all_of(wanted: Sequence[_Test], refused: Sequence[_Test]) -> _Test:
    """Frequent words first: the rarest is there, or nobody would ask, but slow to make sure of."""

    def test(scene: Scene) -> list[Occurrence]:
        together: list[Occurrence] = []
        for one in wanted:
            if not (places := one(scene)):
                return []
            together += places
        return [] if any(one(scene) for one in refused) else _in_order(together)

    return test


def _near(node: Near, left: _Test, right: _Test, *, right_first: bool) -> _Test:
    close = _within_reach if node.reach else _in_one_sentence
    one, other = (right, left) if right_first else (left, right)

    def test(scene: Scene) -> list[Occurrence]:
        first = one(scene)
        second = other(scene) if first else first
        if not second:
            return []
        sides = (second, first) if right_first else (first, second)
        return _in_order(close(node, *sides, scene.document))

    return test


def _in_field(field: str, part: _Test) -> _Test:
    def test(scene: Scene) -> list[Occurrence]:
        span = scene.document.field_span
        return [place for place in part(scene) if span(place.start, place.end)[0] == field]

    return test


def _in_one_sentence(
    _: Near, left: Sequence[Occurrence], right: Sequence[Occurrence], document: Document
) -> list[Occurrence]:
    """The places of either side whose sentence has one of the other side too."""
    shared = {document.sentence_at(place.start) for place in left} & {
        document.sentence_at(place.start) for place in right
    }
    return [place for place in (*left, *right) if document.sentence_at(place.start) in shared]


def _within_reach(
    node: Near, left: Sequence[Occurrence], right: Sequence[Occurrence], _: Document
) -> list[Occurrence]:
    """The places of either side that have one of the other side few enough words away."""
    reach = node.reach or 0
    firsts = [place.first for place in right]
    close: list[Occurrence] = []
    for one in left:
        first, last = one.first, one.last
        begin = last + 1 if node.ordered else first - reach - _LONGEST_PHRASE
        near = range(bisect.bisect_left(firsts, begin), bisect.bisect_right(firsts, last + reach))
        for other in (right[index] for index in near):
            after = other.first - last
            before = first - other.last
            if 0 < after <= reach or (not node.ordered and 0 < before <= reach):
                close += (one, other)
    return close


def _in_order(places: Iterable[Occurrence]) -> list[Occurrence]:
    return sorted(set(places), key=lambda place: (place.start, place.end))
