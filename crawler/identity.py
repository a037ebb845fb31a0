"""Is this the same story: exact copies, reprints, and parts of one another.

Pure and in memory: a window of texts is held as sketches, rebuilt from stored articles
after a restart. Two texts are one story when the smaller one's runs of words stand in
the larger one, so a reprint folds though it was cut, headed anew or set into a digest.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
import numpy.typing as npt

from crawler.folding import fold
from crawler.postings import Numbers, Postings
from crawler.shingles import LEVELS, Sketch, Stems, level_sizes, sketch, stems_shared

Scores = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

_SHARED_BY = 60  # texts; a run of words in more of them is a site's boilerplate
_SHORT, _BRIEF = 20, 60  # words; the shorter the text, the more of it has to agree
_CONTAINED = (0.85, 0.55, 0.3)  # share of the smaller text: short, brief, any longer one
_LEAST = (8, 5, 4)  # runs of words that have to agree at least
_FAINT, _FAINTLY_SHARED = 0.04, 2  # a few runs agree: a rewrite, when most of the words do
_SAME_WORDS = 0.57
_LOOKED_AT = 6  # faint likenesses examined for each text, best first
_NEAR = 0.8  # so much alike that a further copy adds nothing to look for
_PART = 0.6  # a text with less of a story than this holds other stories too


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Where a text belongs."""

    story: int  # key of the story: the article that began it, or what ``restore`` was told
    kind: str  # "new" | "exact" | "reprint"
    of: int | None = None  # the article it was found to repeat
    score: float = 1.0  # share of the smaller text found in the larger
    is_earliest: bool = False  # no text of the story known so far has an earlier date


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is remembered of a text beside its sketch."""

    article_id: int
    story: int
    stems: bytes  # the sketch's, without what an array takes beside its numbers


def content_hash(title: str, text: str) -> str:
    """The same for texts that differ in case, spacing, punctuation and marks only."""
    return _hash_of(_folded(title, text))


class StoryIndex:
    """The texts of the last days, and which story each belongs to."""

    def __init__(
        self, window: timedelta = timedelta(days=14), *, most_texts: int = 150_000
    ) -> None:
        """Fold texts no further apart than the window, and hold no more than so many."""
        self._window = window.total_seconds()
        self._most_texts = most_texts
        self._postings = Postings(shared_by=_SHARED_BY)
        self._kept: list[_Kept] = []
        self._at = np.zeros(1_024)
        self._sizes = np.zeros((1_024, LEVELS), np.int32)
        self._traits = np.zeros((1_024, 3), np.int32)  # level, words, holds other stories too
        self._exact: dict[int, int] = {}  # by half of the hash, which takes little room
        self._earliest: dict[int, float] = {}

    def __len__(self) -> int:
        """How many different texts are held."""
        return len(self._kept)

    def holds(self, story: int) -> bool:
        """Whether a text may still be folded into the story that goes by this key."""
        return story in self._earliest

    def add(self, article_id: int, title: str, text: str, at: datetime) -> Folded:
        """Fold a text into the story it repeats, or begin a story with it."""
        return self._fold(article_id, title, text, at.timestamp(), story=None)

    def restore(self, article_id: int, title: str, text: str, at: datetime, *, story: int) -> None:
        """Take back a text whose story is known, as after a restart."""
        self._fold(article_id, title, text, at.timestamp(), story=story)

    def _fold(
        self, article_id: int, title: str, text: str, at: float, *, story: int | None
    ) -> Folded:
        folded_text = _folded(title, text)
        taken = sketch(folded_text)
        if not taken.words:  # nothing can repeat it, so nothing is kept of it
            return Folded(
                story=article_id if story is None else story, kind="new", is_earliest=True
            )
        fingerprint = int(_hash_of(folded_text)[:16], 16)
        twin = self._exact.get(fingerprint)
        if twin is not None and abs(self._at[twin] - at) <= self._window:
            return self._folded(story, "exact", twin, 1.0, at)
        self._make_room()  # before anything is said of the stories held
        number, score, likeness = self._closest(taken, at)
        known = number is not None
        folded = (
            self._folded(story, "reprint", number, score, at)
            if number is not None
            else self._begun(article_id if story is None else story, at)
        )
        if number is not None and likeness >= _NEAR:
            self._remember(fingerprint, number)
        else:
            kept = _Kept(article_id, folded.story, taken.stems.tobytes())
            kept_as = self._keep(kept, taken, at, part=known and likeness < _PART)
            self._remember(fingerprint, kept_as)
        return folded

    def _remember(self, fingerprint: int, number: int) -> None:
        """Know an exact copy from now on; of very many variants, the latest."""
        self._exact[fingerprint] = number
        if len(self._exact) > 2 * self._most_texts:
            self._exact = dict(islice(self._exact.items(), self._most_texts, None))

    def _folded(self, story: int | None, kind: str, number: int, score: float, at: float) -> Folded:
        kept = self._kept[number]
        story = kept.story if story is None else story
        is_earliest = at < self._earliest.get(story, np.inf)
        if is_earliest:
            self._earliest[story] = at
        return Folded(
            story=story, kind=kind, of=kept.article_id, score=score, is_earliest=is_earliest
        )

    def _begun(self, story: int, at: float) -> Folded:
        self._earliest[story] = min(at, self._earliest.get(story, np.inf))
        return Folded(story=story, kind="new", is_earliest=True)

    def _closest(self, taken: Sketch, at: float) -> tuple[int | None, float, float]:
        """The text that holds most of this one or is held by it, how much, and how alike."""
        numbers, skipped = self._postings.find(taken.hashes)
        if not len(numbers):
            return None, 0.0, 0.0
        texts, shared = np.unique(numbers, return_counts=True)
        sizes = np.array(taken.sizes) - level_sizes(skipped)
        level = np.maximum(self._traits[texts, 0], taken.level)
        own, other = np.maximum(1, sizes[level]), np.maximum(1, self._sizes[texts, level])
        likeness = np.minimum(1.0, shared / np.maximum(own, other))
        holds_more = self._traits[texts, 2] > 0
        score = np.minimum(1.0, shared / np.minimum(own, other))
        score = np.where(holds_more & (likeness < _PART), 0.0, score)
        score[np.abs(self._at[texts] - at) > self._window] = 0.0
        enough = _enough(score, shared, np.minimum(self._traits[texts, 1], taken.words))
        if not enough.any():
            enough = self._rewrites(taken, texts, score, shared)
        if not enough.any():
            return None, 0.0, 0.0
        best = int(np.argmax(np.where(enough, score + likeness, -1.0)))
        return int(texts[best]), float(score[best]), float(likeness[best])

    def _rewrites(
        self, taken: Sketch, texts: Numbers, score: Scores, shared: Counts
    ) -> npt.NDArray[np.bool_]:
        """Which of the faint likenesses use the same words, though in other runs."""
        found = np.zeros(len(texts), bool)
        faint = np.flatnonzero((score >= _FAINT) & (shared >= _FAINTLY_SHARED))
        for place in faint[np.argsort(-score[faint])[:_LOOKED_AT]].tolist():
            theirs: Stems = np.frombuffer(self._kept[texts[place]].stems, np.uint32)
            found[place] = stems_shared(taken.stems, theirs) >= _SAME_WORDS
        return found

    def _keep(self, kept: _Kept, taken: Sketch, at: float, *, part: bool) -> int:
        number = len(self._kept)
        if number >= len(self._at):
            self._at = np.resize(self._at, 2 * number)
            self._sizes = np.resize(self._sizes, (2 * number, LEVELS))
            self._traits = np.resize(self._traits, (2 * number, 3))
        self._kept.append(kept)
        self._at[number] = at
        self._sizes[number] = taken.sizes
        self._traits[number] = (taken.level, taken.words, part)
        self._postings.add(number, taken.hashes)
        return number

    def _make_room(self) -> None:
        """Drop the oldest quarter once no place is left; the others get new numbers in order."""
        count = len(self._kept)
        if count < self._most_texts:
            return
        staying = np.sort(np.argsort(self._at[:count], kind="stable")[count // 4 :])
        renumbered = np.full(count, -1, np.int64)
        renumbered[staying] = np.arange(len(staying))
        self._postings.keep(renumbered)
        self._kept = [self._kept[number] for number in staying.tolist()]
        for table in (self._at, self._sizes, self._traits):
            table[: len(staying)] = table[staying]
        moved = {text: int(renumbered[number]) for text, number in self._exact.items()}
        self._exact = {text: number for text, number in moved.items() if number >= 0}
        stories = {kept.story for kept in self._kept}
        self._earliest = {story: at for story, at in self._earliest.items() if story in stories}


def _folded(title: str, text: str) -> bytes:
    return fold(f"{title}\n{text}").folded


def _hash_of(folded: bytes) -> str:
    return hashlib.sha256(b" ".join(folded.split())).hexdigest()[:32]


def _enough(score: Scores, shared: Counts, words: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Whether so much agreement makes one story, given the length of the smaller text."""

    def by_length(values: Sequence[float]) -> npt.NDArray[np.float64]:
        return np.select([words < _SHORT, words < _BRIEF], values[:2], values[2])

    return (score >= by_length(_CONTAINED)) & (shared >= by_length(_LEAST))
