"""A second look at doubtful names by natasha, which tells people, companies and places apart.

It reads Russian some hundred times slower than names are found, so it is asked only where a
name is also a town or an ordinary word. The extra ``ner`` brings it; without it nothing here
is loaded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from crawler.dictionary import is_place
from crawler.document import Document, Occurrence
from crawler.folding import spelling

_MOST = 600  # characters on either side that are looked at, of a text without full stops
_MODEL = Path("model", "slovnet_ner_news_v1.tar")
_WORDS = Path("emb", "navec_news_v1_1B_250K_300d_100q.tar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A stretch of a sentence that means somebody or something."""

    start: int
    end: int
    kind: str  # "person" | "company" | "place"


class Entities(Protocol):
    """Finds who and what a sentence speaks of."""

    def find(self, sentence: str) -> Sequence[Entity]:
        """Those named in it, in any order."""


class EntitiesError(Exception):
    """The second look was asked for and cannot be had; says the mend."""


class NatashaEntities:
    """natasha's recogniser of names, without the rest of natasha."""

    def __init__(self) -> None:
        """Load its weights: about two seconds and 200 MB."""
        self._recognise = _opened()

    def find(self, sentence: str) -> Sequence[Entity]:
        """Those named in it."""
        readable = sentence.encode("utf-8", "replace").decode()  # of the same length
        return [
            Entity(start=span.start, end=span.stop, kind=_KINDS[span.type])
            for span in self._recognise(readable).spans
            if span.type in _KINDS
        ]


def unlikely(document: Document, kind: str, place: Occurrence, entities: Entities) -> bool:
    """Whether a doubtful name of a brand or person is somebody or something else here.

    A person has to be recognised as one; a brand only must not be a person or a place.
    """
    written = document.characters[place.start : place.end]
    if not place.gated and not is_place(spelling(written)):
        return False
    start, end = _around(document, place)
    named = entities.find(document.characters[start:end])
    first, last = place.start - start, place.end - start
    kinds = {one.kind for one in named if one.start <= first and last <= one.end}
    if kind == "person":
        return "person" not in kinds
    return bool(kinds) and "company" not in kinds


def _around(document: Document, place: Occurrence) -> tuple[int, int]:
    """The sentence of a name, or what of it is near."""
    starts = document.sentence_starts
    number = document.sentence_at(place.start)
    end = starts[number] if number < len(starts) else len(document.characters)
    return max(starts[number - 1], place.start - _MOST), min(end, place.end + _MOST)


_KINDS = {"PER": "person", "ORG": "company", "LOC": "place"}


@lru_cache(1)
def _opened() -> Any:
    # Here and not above: only those who installed the extra have them.
    try:
        from navec import Navec
        from slovnet import NER
    except ImportError as error:
        raise EntitiesError("run `pip install nabat[ner]` for a second look") from error

    folder = _data()
    recogniser = NER.load(folder / _MODEL)
    recogniser.navec(Navec.load(folder / _WORDS))
    return recogniser


def _data() -> Path:
    """Where natasha keeps its weights; itself it is not loaded, for it needs old packages."""
    found = find_spec("natasha")
    places: Iterator[str] = iter(found.submodule_search_locations or ()) if found else iter(())
    for place in places:
        return Path(place, "data")
    raise EntitiesError("run `pip install nabat[ner]` for a second look")
