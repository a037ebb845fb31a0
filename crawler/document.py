"""One text being matched: its folded words, its sentences, and the way back to its fields.

Everything is computed when first asked for; most texts name nobody and cost one look.
"""

import bisect
import functools
import itertools
import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from crawler.folding import fold, script, spelling, word_spans
from crawler.lookup import WordLookup

_GAP = "\n\n"  # between title and text: ends a sentence, no phrase crosses it
_SENTENCE_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"»”)\]]*+\s++(?=[\"«“(—–-]*+\s*+[A-ZА-ЯЁІЇЄҐ0-9])|\n++"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(«\"])(?:[A-ZА-ЯЁІЇЄҐ]|г|ул|им|ім|вул|стр|рис|тыс|тис|млн|млрд|руб|грн|коп|проф|акад|"
    r"зам|см|ср|т\.\s?[екдп]|п|д|к|кв|обл|пос|просп|св|mr|mrs|ms|dr|st|jr|inc|ltd|co)\.$",
    re.IGNORECASE,
)
_OPENING = "«\"“„(—–- '"
_HASHTAG = re.compile(r"#\w{1,100}+(?!\w)")
_CAMEL = re.compile(r"[A-ZА-ЯЁІЇЄҐ]?[a-zа-яёіїєґ0-9]+|[A-ZА-ЯЁІЇЄҐ]+(?![a-zа-яёіїєґ])")
_DIGIT_INSIDE = re.compile(r"[^\W\d][03][^\W\d]|^[03][^\W\d]{2}")  # Г0зпром, 0zon


class Found(NamedTuple):  # made by the hundred a text: a dataclass takes four times as long
    """A known folded word at [start, end) of the document, as it is spelled there."""

    key: bytes
    start: int
    end: int
    spelled: str
    mixed: bool  # two scripts or a digit inside: a disguise, or Latin with a Cyrillic ending


class Occurrence(NamedTuple):
    """A name at [start, end) of the document."""

    start: int
    end: int
    disguised: bool = False  # written with letters of another script
    gated: bool = False  # also an ordinary word: its capital alone speaks for it


class Document:
    """Title and text as one stretch of characters."""

    def __init__(self, title: str, text: str) -> None:
        """Fold it at once: everything else starts from the folded bytes."""
        self.characters = f"{title}{_GAP}{text}" if title else text
        self.text_start = len(title) + len(_GAP) if title else 0
        self.folded = fold(self.characters)

    def find(self, lookup: WordLookup, *, among: Container[bytes] | None = None) -> list[Found]:
        """The known words in the document, parts of #CamelCase tags included.

        Nothing at all when none of them is one of those ``among`` which one is asked for.
        """
        hits = lookup.find(self.folded.folded)
        tagged = lookup.find(self._tags.folded.folded) if "#" in self.characters else []
        if among is not None and not any(key in among for key, _, _ in (*hits, *tagged)):
            return []
        span = self.folded.span
        found = [self._found(key, *span(start, end)) for key, start, end in hits]
        return found + [self._found(key, *self._tags.span(s, e)) for key, s, e in tagged]

    @functools.cached_property
    def words(self) -> tuple[list[int], list[int]]:
        """Starts and ends of all words."""
        return word_spans(self.folded)

    @functools.cached_property
    def sentence_starts(self) -> list[int]:
        """Where each sentence starts, the first at 0."""
        starts = [0]
        for match in _SENTENCE_END.finditer(self.characters):
            if self._ends_sentence(match):
                starts.append(match.end())
        return starts

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

    def word_at(self, offset: int) -> int:
        """The number of the word that holds the character."""
        return bisect.bisect_right(self.words[0], offset) - 1

    def sentence_at(self, offset: int) -> int:
        """The number of the sentence that holds the character."""
        return bisect.bisect_right(self.sentence_starts, offset)

    def same_sentence(self, one: int, other: int) -> bool:
        """Whether no sentence ends between two characters; looks at nothing else."""
        start, end = sorted((one, other))
        return not any(
            self._ends_sentence(m) for m in _SENTENCE_END.finditer(self.characters, start, end + 1)
        )

    def word(self, number: int) -> str:
        """A word as it is written; "" outside the document."""
        starts, ends = self.words
        if not 0 <= number < len(starts):
            return ""
        return self.characters[starts[number] : ends[number]]

    def between(self, number: int) -> str:
        """What stands between a word and the next one."""
        starts, ends = self.words
        if not 0 <= number < len(starts) - 1:
            return "\n"
        return self.characters[ends[number] : starts[number + 1]]

    def field_span(self, start: int, end: int) -> tuple[str, int, int]:
        """The field a stretch lies in, and its offsets there."""
        if start < self.text_start:
            return "title", start, end
        return "text", start - self.text_start, end - self.text_start

    @functools.cached_property
    def _tags(self) -> "_Tags":
        return _Tags(self.characters)

    def _ends_sentence(self, match: re.Match[str]) -> bool:
        head = self.characters[max(0, match.start() - 12) : match.start() + 1]
        return not (head.endswith(".") and _ABBREVIATION.search(head))

    def _found(self, key: bytes, start: int, end: int) -> Found:
        return Found(key, start, end, *_looks(self.characters[start:end]))


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
def _looks(raw: str) -> tuple[str, bool]:
    """The spelling of a word, and whether it is written in two scripts."""
    return spelling(raw), script(raw) == "mixed" or bool(_DIGIT_INSIDE.search(raw))
