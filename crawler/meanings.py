"""What found words may mean for all the watches together.

A word of a text, as it is spelled there, means the same wherever it stands: the names it
may be, the words of queries, the queries worth judging because of it, and trouble. That is
worked out once for each spelling and kept; what stands around a word is judged elsewhere.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

from crawler.crisis_words import CrisisPlace, CrisisWords
from crawler.document import Document, Found, looks
from crawler.lookup import Hit, WordLookup
from crawler.names import Name
from crawler.watch_query import WatchQuery
from crawler.watch_terms import Term

_MOST = 50_000  # spellings; then it starts anew

Asked = tuple[int, WatchQuery]  # the number of a watch, and one of its queries


_Owner = TypeVar("_Owner")  # the number of a watch, or a term


class Holder(NamedTuple, Generic[_Owner]):
    """A name that a word may be, and whose it is."""

    owner: _Owner
    name: Name | None  # None: of a beginning
    step: int  # to the neighbour that a name of several words needs
    beside: frozenset[str] | None  # the neighbour's spellings; None: the word is the whole name

    @classmethod
    def of(cls, owner: _Owner, name: Name | None) -> "Holder[_Owner]":
        """What a name needs beside it is worked out once."""
        return cls(owner, name, *((name and name.neighbour) or (0, None)))


class Meaning(NamedTuple):
    """All that a word spelled in one way may be."""

    key: bytes
    spelled: str
    mixed: bool
    names: tuple[Holder[int], ...]
    terms: tuple[Holder[Term], ...]
    headword: str | None  # of the crisis words


class Meanings:
    """Grows with the watches; ``words`` finds in a text what has a meaning."""

    def __init__(self, crisis: CrisisWords) -> None:
        """Trouble alone has a meaning yet."""
        self._crisis = crisis
        self.words = WordLookup()
        self.rousing: set[int] = set()  # words without one of which a text names nobody
        self.asked: defaultdict[Term, list[Asked]] = defaultdict(list)  # because of an anchor
        self._names: defaultdict[bytes, list[Holder[int]]] = defaultdict(list)
        self._terms: defaultdict[bytes, list[Term]] = defaultdict(list)
        self._known: set[Term] = set()
        self._kept: dict[tuple[int, str], Meaning] = {}

    def add_name(self, watch: int, name: Name) -> set[bytes]:
        """Take a name of a watch; answers with the words to look for, each of which rouses."""
        keys, held = set(name.folded()), Holder.of(watch, name)
        for key in keys:
            self._names[key].append(held)
        return keys

    def add_query(self, watch: int, query: WatchQuery) -> tuple[set[bytes], set[bytes]]:
        """Take a query of a watch; answers with the words to look for, and those that rouse.

        Those of other queries before it are not told again.
        """
        fresh = query.terms - self._known
        for term in fresh:
            for key in term.holders:
                self._terms[key].append(term)
        self._known |= fresh
        newly_rousing = query.anchors - self.asked.keys()
        for term in query.anchors:
            self.asked[term].append((watch, query))
        return (
            {key for term in fresh for key in term.holders},
            {key for term in newly_rousing for key in term.holders},
        )

    def look_for(self, keys: set[bytes], *, rousing: set[bytes]) -> None:
        """Have words looked for from now on; some of them rouse."""
        self.words.add(keys | rousing)
        self.rousing.update(self.words.number(key) for key in rousing if key)
        self._kept.clear()

    def read(self, document: Document, hits: Iterable[Hit]) -> list[tuple[Found, Meaning]]:
        """The words found in a document, each with what it may mean."""
        characters, starts, kept = document.characters, document.starts, self._kept
        read = []
        for number, start, end in hits:
            raw = characters[start:end]
            meaning = kept.get((number, raw)) or self._keep(number, raw)
            word = bisect_right(starts, start) - 1
            key, spelled, mixed = meaning[:3]
            read.append((Found(key, start, end, spelled, mixed, word), meaning))
        return read

    def _keep(self, number: int, raw: str) -> Meaning:
        if len(self._kept) >= _MOST:
            self._kept.clear()
        meaning = self._kept[number, raw] = self._meaning(self.words.words[number], raw)
        return meaning

    def _meaning(self, key: bytes, raw: str) -> Meaning:
        spelled, mixed = looks(raw)
        return Meaning(
            key=key,
            spelled=spelled,
            mixed=mixed,
            names=tuple(
                holder
                for holder in self._names.get(key, ())
                if holder.name and holder.name.may_be(spelled, mixed=mixed)
            ),
            terms=tuple(
                Holder.of(term, name)
                for term in self._terms.get(key, ())
                for name in term.names(key, spelled, mixed=mixed)
            ),
            headword=self._crisis.headword(key, spelled, mixed=mixed),
        )


def trouble(read: Iterable[tuple[Found, Meaning]]) -> list[CrisisPlace]:
    """Those of the words read that tell of trouble, in order; disguised ones too."""
    return sorted(
        [
            CrisisPlace(found.start, found.end, meaning.headword, found.word)
            for found, meaning in read
            if meaning.headword
        ]
    )
