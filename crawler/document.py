"""One text being matched: its folded words, its sentences, and the way back to its fields.

Everything is computed when first asked for; most texts name nobody and cost one look.
"""

import bisect
import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crawler.folding import fold, fold_spellings, fold_words, script, spelling, word_spans
from crawler.lookup import Hit, WordLookup

_GAP = "\n\n"  # between title and text: ends a sentence, no phrase crosses it
_SENTENCE_END = re.compile(  # begins with a set of letters: that is what ``re`` finds fast
    r"[.!?…\n](?:(?<=\n)\n*+"
    r"|(?<![.!?…][.!?…])[.!?…]*+[\"»”)\]]*+\s++(?=[\"«“(—–-]*+\s*+[A-ZА-ЯЁІЇЄҐ0-9]))"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(«\"])(?:[A-ZА-ЯЁІЇЄҐ]|г|ул|им|ім|вул|стр|рис|тыс|тис|млн|млрд|руб|грн|коп|проф|акад|"
    r"зам|см|ср|т\.\s?[екдп]|п|д|к|кв|обл|пос|просп|св|mr|mrs|ms|dr|st|jr|inc|ltd|co)\.$",
    re.IGNORECASE,
)
LONG_SENTENCE = 500  # characters; words further apart are in no sentence together
_OPENING = "«\"“„(—–- '\u00a0\u2009\u202f"
_HASHTAG = re.compile(r"#\w{1,100}+(?!\w)")
_CAMEL = re.compile(r"[A-ZА-ЯЁІЇЄҐ]?[a-zа-яёіїєґ0-9]+|[A-ZА-ЯЁІЇЄҐ]+(?![a-zа-яёіїєґ])")
_DIGIT_INSIDE = re.compile(r"[^\W\d][03][^\W\d]|^[03][^\W\d]{2}")  # Г0зпром, 0zon


class Found(NamedTuple):  # made by the dozen a text: a dataclass takes four times as long
    """A known folded word at [start, end) of the document, as it is spelled there."""

    key: bytes
    start: int
    end: int
    spelled: str
    mixed: bool  # two scripts or a digit inside: a disguise, or Latin with a Cyrillic ending
    word: int = 0  # its number in the document; parts of a tag share one


class Occurrence(NamedTuple):
    """A name at [start, end) of the document."""

    start: int
    end: int
    disguised: bool = False  # written with letters of another script
    gated: bool = False  # also an ordinary word: its capital alone speaks for it
    first: int = 0  # the numbers of its first and last words
    last: int = 0


class Document:
    """Title and text as one stretch of characters."""

    def __init__(self, title: str, text: str) -> None:
        """Fold it at once: everything else starts from the folded bytes."""
        self.characters = f"{title}{_GAP}{text}" if title else text
        self.text_start = len(title) + len(_GAP) if title else 0
        self.folded = fold(self.characters)
        self._ends: Sequence[int] = ()
        self._sentence_ends: dict[int, int] = {}  # by place, as far as asked
        self._looks: dict[int, tuple[str, bytes]] = {}  # of words by number, as far as asked

    def hits(self, lookup: WordLookup) -> list[Hit]:
        """The numbers of known words, each with its [start, end) of the document.

        Parts of #CamelCase tags are among them.
        """
        plain = lookup.find(self.folded.folded)
        tagged = lookup.find(self._tags.folded.folded) if "#" in self.characters else []
        if self.folded.is_shifted:
            span = self.folded.span
            hits = [(number, *span(start + 1, end - 1)) for number, start, end in plain]
        else:
            hits = [(number, start, end - 2) for number, start, end in plain]
        return hits + [(n, *self._tags.span(start + 1, end - 1)) for n, start, end in tagged]

    @functools.cached_property
    def starts(self) -> Sequence[int]:
        """Where each word starts."""
        starts, ends = word_spans(self.folded)
        self._ends = ends.data  # few are asked for
        listed: list[int] = starts.tolist()
        return listed

    def end_of(self, number: int) -> int:
        """Where a word ends, of those that start somewhere; few are asked for theirs."""
        return self._ends[number]

    @functools.cached_property
    def sentence_starts(self) -> list[int]:
        """Where each sentence starts, the first at 0."""
        stops = _SENTENCE_END.finditer(self.characters)
        return [0, *(stop.end() for stop in stops if self._ends_sentence(stop.start()))]

    def begins_sentence(self, offset: int) -> bool:
        """Whether a word is the first of its sentence, however quoted."""
        before = self.characters[max(0, offset - 40) : offset].rstrip(_OPENING)
        return (
            not before.strip()
            or "\n" in before[len(before.rstrip()) :]
            or (
                before.rstrip()[-1] in ".!?…"
                and _ABBREVIATION.search(before.rstrip()[-12:]) is None
            )
        )

    def sentence_at(self, offset: int) -> int:
        """The number of the sentence that holds the character."""
        return bisect.bisect_right(self.sentence_starts, offset)

    def sentence_end(self, start: int) -> int:
        """Where the sentence of a word that starts there ends, no further away than a long one."""
        if (known := self._sentence_ends.get(start)) is None:
            known = furthest = start + LONG_SENTENCE + 1
            for stop in _SENTENCE_END.finditer(self.characters, start, furthest):
                if self._ends_sentence(stop.start()):
                    known = stop.end()
                    break
            self._sentence_ends[start] = known
        return known

    def word(self, number: int) -> str:
        """A word as it is written; "" outside the document."""
        starts = self.starts
        if not 0 <= number < len(starts):
            return ""
        return self.characters[starts[number] : self._ends[number]]

    def spelled(self, number: int) -> str:
        """The spelling of a word."""
        return self._look(number)[0]

    def is_any(self, number: int, spellings: frozenset[str]) -> bool:
        """Whether a word is spelled in one of these ways, or looks so in letters of two scripts."""
        spelled, disguise = self._look(number)
        return spelled in spellings or (disguise != b"" and disguise in fold_spellings(spellings))

    def between(self, number: int) -> str:
        """What stands between a word and the next one."""
        starts = self.starts
        if not 0 <= number < len(starts) - 1:
            return "\n"
        return self.characters[self._ends[number] : starts[number + 1]]

    def adjoins(self, number: int) -> bool:
        """Whether a word and the next one stand on one line with nothing but space between."""
        between = self.between(number)
        return between == " " or (between.isspace() and "\n" not in between)

    def field_span(self, start: int, end: int) -> tuple[str, int, int]:
        """The field a stretch lies in, and its offsets there."""
        if start < self.text_start:
            return "title", start, end
        return "text", start - self.text_start, end - self.text_start

    @functools.cached_property
    def _tags(self) -> "_Tags":
        return _Tags(self.characters)

    def _look(self, number: int) -> tuple[str, bytes]:
        """The spelling of a word, and what it is folded to when that is a disguise.

        Kept: many names may ask for the same neighbour.
        """
        if (known := self._looks.get(number)) is None:
            word = self.word(number)
            spelled, mixed = looks(word)
            known = self._looks[number] = spelled, b"".join(fold_words(word)) if mixed else b""
        return known

    def _ends_sentence(self, stop: int) -> bool:
        """Whether what may end a sentence does: it is no dot of an abbreviation."""
        head = self.characters[max(0, stop - 12) : stop + 1]
        return not (head.endswith(".") and _ABBREVIATION.search(head))


class _Tags:
    """The words of a document's #CamelCase tags, put apart for one look at all of them."""

    def __init__(self, characters: str) -> None:
        """Fold them together, and keep where each stands."""
        parts = list(_parts_of_tags(characters))
        self.folded = fold(" ".join(part for _, part in parts))
        self._offsets = [offset for offset, _ in parts]
        self._starts = list(itertools.accumulate((len(part) + 1 for _, part in parts), initial=0))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The document's [start, end) of a stretch of the folded tags."""
        first, last = self.folded.span(start, end)
        number = bisect.bisect_right(self._starts, first) - 1
        shift = self._offsets[number] - self._starts[number]
        return first + shift, last + shift


def _parts_of_tags(characters: str) -> Iterator[tuple[int, str]]:
    for tag in _HASHTAG.finditer(characters):
        name = tag.group()[1:]
        for part in _CAMEL.finditer(name):
            if part.group() != name:
                yield tag.start() + 1 + part.start(), part.group()


@functools.lru_cache(50_000)
def looks(raw: str) -> tuple[str, bool]:
    """The spelling of a word, and whether it is written in two scripts."""
    return spelling(raw), script(raw) == "mixed" or bool(_DIGIT_INSIDE.search(raw))
