"""Does this text name a watched brand or person, and which crisis words stand near?

Pure: watches and texts in, matches out. A text is folded and looked through once for the
forms of all names together; only watches whose names were seen are judged on it.
"""

import bisect
import gc
import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from crawler.crisis_words import CrisisPlace, CrisisWords, near, shipped_crisis_words
from crawler.document import Document, Found, Occurrence
from crawler.entities import Entities, unlikely
from crawler.full_names import is_person_name
from crawler.habits import Habits
from crawler.meanings import Meaning, Meanings, trouble
from crawler.names import Name, brand_name, person_name, phrase, tag_name
from crawler.occurrences import accept
from crawler.persons import choose_person
from crawler.watch_query import WatchQuery
from crawler.watch_terms import Likely, Scene, Term
from crawler.watch_tree import Node
from storage.records import CrisisTerm, MatchedTerm, Watch

_RULES = "9"  # of what is a mention; a new number has stored articles matched again
_KINDS = ("brand", "person", "watch")  # strongest first
_RANKS = {kind: rank for rank, kind in enumerate(_KINDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a text says of one brand; all offsets are characters of title or text."""

    brand: str
    matched: tuple[MatchedTerm, ...]
    crisis: tuple[CrisisTerm, ...]  # crisis words near the matched names
    kind: str  # strongest of the matched: "brand" | "person" | "watch"
    disguised: bool = False  # a name was written with letters of another script


class Matcher:
    """All watches together, ready for any number of texts."""

    def __init__(
        self,
        watches: Iterable[Watch] = (),
        *,
        crisis_words: CrisisWords | None = None,
        habits: Habits | None = None,
        entities: Entities | None = None,
    ) -> None:
        """Make all forms of all names: some milliseconds a watch.

        What ``habits`` has learned of their writing is used, and what is seen counted there.
        ``entities`` are asked about doubtful names, where there are any.
        Raises WatchError where a watch written in the watch language is wrong.
        """
        crisis = shipped_crisis_words() if crisis_words is None else crisis_words
        self.habits = Habits() if habits is None else habits
        self._entities = entities
        self._watches: list[_Watched] = []
        self._terms: dict[Node, Term] = {}
        self._meanings = Meanings(crisis)
        rules = _RULES if entities is None else f"{_RULES} {type(entities).__name__}"
        self._digest = hashlib.sha256(f"{rules} {crisis.version}".encode())
        keys, rousing = set(crisis.keys), set[bytes]()
        with _no_garbage():
            for watch in watches:
                self._take(watch, keys, rousing)
            self._meanings.look_for(keys, rousing=rousing)

    @property
    def version(self) -> str:
        """A fingerprint of all watches and rules: another one means stored texts may differ."""
        return self._digest.hexdigest()[:16]

    def add(self, watch: Watch) -> None:
        """Look for one more watch from now on; nothing else is built again."""
        keys, rousing = set[bytes](), set[bytes]()
        self._take(watch, keys, rousing)
        self._meanings.look_for(keys, rousing=rousing)

    def learn(self, habits: Mapping[str, tuple[int, int]]) -> None:
        """Judge by what the stream has taught of the names' writing until now."""
        self.habits.renew(habits)
        for watched in self._watches:
            for name in watched.names:
                name.gate.renew()

    def match(self, title: str, text: str, lang: str = "") -> tuple[Match, ...]:
        """One match for each brand the text names, in the order of the watches.

        Any string will do. Forms of all languages are looked for whatever ``lang`` says,
        since people mix them.
        """
        document = Document(title, text)
        hits, rousing = document.hits(self._meanings.words), self._meanings.rousing
        roused = [hit for hit in hits if hit[0] in rousing]
        if not roused:
            return ()
        read = self._meanings.read(document, roused)
        named, likely = _named(document, read), dict[Term, list[Likely]]()
        _add_likely(likely, document, read)
        asked: dict[int, set[WatchQuery]] = {}
        for term in likely:
            for number, query in self._meanings.asked.get(term, ()):
                asked.setdefault(number, set()).add(query)
        if not named and not asked:
            return ()
        others = self._meanings.read(document, [hit for hit in hits if hit[0] not in rousing])
        if asked:
            _add_likely(likely, document, others)
        scene = Scene(document, likely)
        chosen = [
            (number, kept)
            for number in sorted(named.keys() | asked)
            if (
                kept := _judge(
                    self._watches[number], named.get(number, {}), asked.get(number, ()), scene
                )
            )
        ]
        if self._entities is not None:
            looked_at = ((number, self._likely(kept, document)) for number, kept in chosen)
            chosen = [(number, kept) for number, kept in looked_at if kept]
        crisis = trouble(read + others) if chosen else []
        return tuple(
            _match(
                self._watches[number].brand,
                kept,
                document,
                _with_own(crisis, named.get(number, {})),
            )
            for number, kept in chosen
        )

    def _likely(self, chosen: Iterable["_Chosen"], document: Document) -> list["_Chosen"]:
        """Without the names of brands and people that a second look does not confirm."""
        return [
            one
            for one in chosen
            if one.kind == "watch"
            or self._entities is None
            or not unlikely(document, one.kind, one.place, self._entities)
        ]

    def _take(self, watch: Watch, keys: set[bytes], rousing: set[bytes]) -> None:
        """Make a watch ready, and add the words it needs to those to be looked for."""
        watched = _Watched.of(watch, self._terms, self.habits)
        self._digest.update(repr(watch).encode("utf-8", "replace"))
        number = len(self._watches)
        for name in watched.names:
            rousing |= self._meanings.add_name(number, name)
        for query in watched.queries:
            needed, anchors = self._meanings.add_query(number, query)
            keys |= needed
            rousing |= anchors
        self._watches.append(watched)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """A watch made ready."""

    brand: str
    names: tuple[Name, ...]
    queries: tuple[WatchQuery, ...]
    excludes: bool
    forbidding: frozenset[Name]  # excluded phrases without the brand's name: they refuse the text

    @classmethod
    def of(cls, watch: Watch, terms: dict[Node, Term], habits: Habits) -> "_Watched":
        brands = [
            person_name(term)
            if is_person_name(term)
            else brand_name(
                term, any_case=watch.any_case, mistyped=watch.misspellings, habits=habits
            )
            for term in (watch.brand, *watch.aliases)
        ]
        tags = [tag_name(term) for term in (watch.brand, *watch.aliases)]
        persons = [person_name(person.name, person.role) for person in watch.persons]
        excluded = [name for term in watch.exclude if (name := phrase(term, kind="exclude"))]
        crisis = [name for term in watch.crisis_words if (name := phrase(term, kind="crisis"))]
        names = [name for name in (*brands, *tags, *persons) if name is not None]
        spelled = {form for name in names for form in name.words[name.anchor]}
        return cls(
            brand=watch.brand,
            names=(*names, *excluded, *crisis),
            queries=tuple(WatchQuery(source, terms) for source in watch.queries),
            excludes=bool(excluded),
            forbidding=frozenset(
                name for name in excluded if not any(forms & spelled for forms in name.words)
            ),
        )


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Nothing of what is made is thrown away: looking for it takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _named(
    document: Document, read: Iterable[tuple[Found, Meaning]]
) -> dict[int, dict[Name, list[Occurrence]]]:
    """What was accepted of each name, by watch."""
    accepted: dict[int, dict[Name, list[Occurrence]]] = {}
    for found, meaning in read:
        for watch, name, step, beside in meaning.names:
            # Most names of several words are ruled out by one neighbour that many share.
            if beside is not None and not document.is_any(found.word + step, beside):
                continue
            if name and (occurrence := accept(name, document, found)) is not None:
                accepted.setdefault(watch, {}).setdefault(name, []).append(occurrence)
    return accepted


def _add_likely(
    likely: dict[Term, list[Likely]],
    document: Document,
    read: Iterable[tuple[Found, Meaning]],
) -> None:
    """Add the words that may be terms of the queries, as far as their neighbours tell."""
    for found, meaning in read:
        for term, name, step, beside in meaning.terms:
            if beside is None or document.is_any(found.word + step, beside):
                likely.setdefault(term, []).append((found, name))


def _judge(
    watched: _Watched,
    found: dict[Name, list[Occurrence]],
    asked: Container[WatchQuery],
    scene: Scene,
) -> list["_Chosen"]:
    """What of all that was found counts for one watch; nothing when it is no mention."""
    if watched.forbidding and any(name in watched.forbidding for name in found):
        return []
    excluded = _excluded(found) if watched.excludes else []
    chosen = _chosen(found, excluded, scene.document) if found else []
    for query in watched.queries:
        if query in asked:
            chosen += [
                _Chosen(term, "watch", place)
                for term, place in query.judge(scene)
                if not (excluded and _overlaps(place, excluded))
            ]
    return _without_repeats(chosen) if len(chosen) > 1 else chosen


def _excluded(found: dict[Name, list[Occurrence]]) -> list[Occurrence]:
    return sorted(place for name in found if name.kind == "exclude" for place in found[name])


def _match(
    brand: str, chosen: Sequence["_Chosen"], document: Document, crisis: Sequence[CrisisPlace]
) -> Match:
    kinds = {one.kind for one in chosen}
    return Match(
        brand=brand,
        matched=tuple([_matched_term(one, document) for one in chosen]),
        crisis=_crisis(chosen, document, crisis) if crisis else (),
        kind=next(kind for kind in _KINDS if kind in kinds),
        disguised=True in {one.place.disguised for one in chosen},
    )


def _crisis(
    chosen: Sequence["_Chosen"], document: Document, crisis: Sequence[CrisisPlace]
) -> tuple[CrisisTerm, ...]:
    """The crisis words near the names; those that a watch asked for are no names themselves."""
    names, asked = [], set[CrisisPlace]()
    for one in chosen:
        own = _inside(one.place, crisis) if one.kind == "watch" else ()
        asked.update(own)
        if not own:
            names.append(one.place)
    return near(document, names or [one.place for one in chosen], crisis, always=asked)


def _inside(place: Occurrence, crisis: Sequence[CrisisPlace]) -> Sequence[CrisisPlace]:
    first = bisect.bisect_left(crisis, (place.start,))
    return crisis[first : bisect.bisect_left(crisis, (place.end,), lo=first)]


def _with_own(
    crisis: Sequence[CrisisPlace], found: dict[Name, list[Occurrence]]
) -> Sequence[CrisisPlace]:
    """The shipped crisis words and the brand's own, in order, no stretch twice."""
    if "crisis" not in {name.kind for name in found}:
        return crisis
    own = [
        CrisisPlace(place.start, place.end, name.term, place.first)
        for name, places in found.items()
        if name.kind == "crisis"
        for place in places
    ]
    places = {(place.start, place.end): place for place in (*crisis, *own)}
    return [places[span] for span in sorted(places)]


def _chosen(
    found: dict[Name, list[Occurrence]], excluded: Sequence[Occurrence], document: Document
) -> list["_Chosen"]:
    """Brands that are not excluded, and persons who have an anchor."""
    free = [
        (name, [one for one in places if not _overlaps(one, excluded)] if excluded else places)
        for name, places in found.items()
        if name.kind in _KINDS
    ]
    brand_named = "brand" in {name.kind for name, places in free if places}
    return [
        _Chosen(name.term, name.kind, place)
        for name, places in free
        for place in choose_person(name, document, places, brand_named=brand_named)
    ]


class _Chosen(NamedTuple):
    """A place that counts, and what it is."""

    term: str
    kind: str
    place: Occurrence


def _without_repeats(chosen: Iterable[_Chosen]) -> list[_Chosen]:
    """In order; of places within one another the longest, of equal ones the strongest."""
    kept: list[_Chosen] = []
    end = -1
    for one in sorted(chosen, key=lambda one: (one[2][0], -one[2][1], _RANKS[one[1]])):
        if one.place.end > end:
            kept.append(one)
            end = one.place.end
    return kept


def _overlaps(place: Occurrence, others: Sequence[Occurrence]) -> bool:
    """Whether a place touches one of the others, which are in order."""
    after = bisect.bisect_left(others, place.end, key=lambda other: other.start)
    return after > 0 and others[after - 1].end > place.start


def _matched_term(one: _Chosen, document: Document) -> MatchedTerm:
    term, kind, place = one
    start, end = place[:2]
    field, shift = ("title", 0) if start < document.text_start else ("text", document.text_start)
    return MatchedTerm(
        start=start - shift,
        end=end - shift,
        text=document.characters[start:end],
        term=term,
        kind=kind,
        field=field,
    )
