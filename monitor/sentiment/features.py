"""Turn passages into hashed features for the linear backend.

Pure. Words, negated words, word pairs and character quadruples of the whole
text, and the words standing next to the target by side and distance. The
target's own characters give no feature, so a brand can not be learnt to be bad.
Where there is a target a feature counts once, lest a word written ten times decide alone.

Each word is hashed once and remembered; all that depends on position is
arithmetic on arrays, which is what makes the tier fast in plain Python.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.protocol import Passage
from monitor.sentiment.spelling import in_one_script, visible

BITS = 18
BUCKETS = 1 << BITS
REACH = 7  # words on each side of the target that count as its neighbours
WINDOW = 420  # characters kept on each side of the target; of a whole text twice that
NEGATION_REACH = 3
CACHED_WORDS = 50_000
LONGEST_WORD = 40

_NOISE = re.compile(r"(?P<link>https?://\S+|www\.\S+)|@\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*|\d+|[!?)(:;]+|[^\w\s]")
_NEGATORS = frozenset(
    {"не", "ни", "нет", "без", "нету", "никогда", "ні", "немає", "нема", "жодного"}
    | {"never", "not", "no", "cannot", "without", "nor"}
)
_TARGET = 0x7A17
_SALTS = {
    name: np.uint32(0x9E3779B1 * number & 0xFFFFFFFF)
    for number, name in enumerate(("word", "pair", "left", "right", "near", "around"), start=1)
}

Hashes = NDArray[np.uint32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Hashed features of a batch: which bucket, of which passage, with which value."""

    buckets: Places
    rows: Places
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Word:
    """What is remembered of a word: hashes of its stem and of its quadruples."""

    stem: int
    pieces: tuple[int, ...]
    negates: bool


@dataclass(slots=True)
class Hasher:
    """Turns passages into features; remembers words between calls, up to a bound."""

    _words: dict[str, _Word] = field(default_factory=dict)

    def features(self, passages: Sequence[Passage]) -> Features:
        """The features of each passage; a passage without a word has none."""
        stems: list[int] = []
        negators: list[bool] = []
        lengths: list[int] = []
        targets: list[int] = []
        pieces: list[int] = []
        piece_counts: list[int] = []
        for passage in passages:
            words, target = self._read(passage)
            targets.append(len(stems) + target if target >= 0 else -1)
            lengths.append(len(words))
            before = len(pieces)
            for word in words:
                stems.append(word.stem)
                negators.append(word.negates)
                pieces.extend(word.pieces)
            piece_counts.append(len(pieces) - before)
        rows = np.repeat(np.arange(len(passages)), lengths)
        stem_hashes = np.asarray(stems, dtype=np.uint32)
        negated = _negated(np.asarray(negators, dtype=bool), rows)
        whole = _whole_text(stem_hashes, negated, rows)
        whole.append(
            (np.asarray(pieces, dtype=np.uint32), np.repeat(np.arange(len(passages)), piece_counts))
        )
        places = np.asarray(targets, dtype=np.int64)
        around = _around_target(stem_hashes, negated, rows, places)
        return _joined(whole, around, places >= 0)

    def _read(self, passage: Passage) -> tuple[list[_Word], int]:
        """The words of the passage and the place of its target among them, or -1."""
        span = passage.span
        if span is None:
            return self._split(passage.text[: 2 * WINDOW]), -1
        start, end = span
        left = self._split(passage.text[max(0, start - WINDOW) : start])
        right = self._split(passage.text[end : end + WINDOW])
        return [*left, _Word(_TARGET, (), False), *right], len(left)

    def _split(self, text: str) -> list[_Word]:
        seen = in_one_script(visible(text.lower()))
        clean = _NOISE.sub(lambda found: " url " if found["link"] else " user ", seen)
        return [self._words.get(word) or self._learn(word) for word in _WORD.findall(clean)]

    def _learn(self, word: str) -> _Word:
        if len(self._words) >= CACHED_WORDS:
            self._words.clear()
        word = word[:LONGEST_WORD].replace("ё", "е")
        framed = f"<{word}>"
        stop = len(framed) - 3 if len(word) > 3 else 0
        learnt = _Word(
            _hashed(_stem(word)),
            tuple(_hashed("#" + framed[place : place + 4]) for place in range(stop)),
            word in _NEGATORS,
        )
        self._words[word] = learnt
        return learnt


def _stem(word: str) -> str:
    return word if len(word) < 6 else word[: max(5, len(word) - 3)]


def _hashed(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def _mixed(hashes: Hashes, salt: np.uint32) -> Hashes:
    """The hashes as another family of features; the low bits depend on all of them."""
    mixed = (hashes ^ salt) * np.uint32(0x85EBCA6B)
    return np.asarray(mixed ^ (mixed >> np.uint32(13)), dtype=np.uint32)


def _negated(negators: NDArray[np.bool_], rows: Places) -> NDArray[np.bool_]:
    """Which words stand within reach behind a negator of the same passage."""
    negated = np.zeros(len(negators), dtype=bool)
    for step in range(1, NEGATION_REACH + 1):
        negated[step:] |= negators[:-step] & (rows[step:] == rows[:-step])
    return negated & ~negators


def _whole_text(
    stems: Hashes, negated: NDArray[np.bool_], rows: Places
) -> list[tuple[Hashes, Places]]:
    """Words with the sign of their negation, and pairs of neighbours."""
    signed = stems + negated.astype(np.uint32)
    together = rows[1:] == rows[:-1]
    pairs = stems[:-1] * np.uint32(31) + stems[1:]
    return [
        (_mixed(signed, _SALTS["word"]), rows),
        (_mixed(pairs[together], _SALTS["pair"]), rows[1:][together]),
    ]


def _around_target(
    stems: Hashes, negated: NDArray[np.bool_], rows: Places, targets: Places
) -> list[tuple[Hashes, Places]]:
    """Words beside the target by side, the nearest of them by distance as well."""
    if not len(stems):
        return []
    places = np.arange(len(stems))
    distance = places - targets[rows]
    has_target = targets[rows] >= 0
    signed = stems + negated.astype(np.uint32)
    found: list[tuple[Hashes, Places]] = []
    for side, chosen in (
        ("left", has_target & (distance < 0) & (distance >= -REACH)),
        ("right", has_target & (distance > 0) & (distance <= REACH)),
    ):
        near = np.minimum(np.abs(distance[chosen]) - 1, 2).astype(np.uint32)
        hashes = _mixed(signed[chosen], _SALTS[side])
        found.append((hashes, rows[chosen]))
        found.append((_mixed(hashes + near, _SALTS["near"]), rows[chosen]))
    inner = np.flatnonzero(has_target & (distance == 0))
    inner = inner[(inner > 0) & (inner < len(stems) - 1)]
    inner = inner[(rows[inner - 1] == rows[inner]) & (rows[inner + 1] == rows[inner])]
    beside = stems[inner - 1] * np.uint32(31) + stems[inner + 1]
    found.append((_mixed(beside, _SALTS["around"]), rows[inner]))
    return found


def _joined(
    whole: list[tuple[Hashes, Places]], around: list[tuple[Hashes, Places]], once: NDArray[np.bool_]
) -> Features:
    """Both families as one list; each family of a passage has length one together.

    Where ``once`` says so, a feature counts once however often the passage repeats it.
    """
    buckets, rows, values = [], [], []
    for family in (whole, around):
        if not family:
            continue
        keys = np.concatenate(
            [places << BITS | (hashes & np.uint32(BUCKETS - 1)) for hashes, places in family]
        )
        distinct, times = np.unique(keys, return_counts=True)
        family_rows = distinct >> BITS
        strength = np.where(once[family_rows], 1, times)
        sizes = np.bincount(family_rows, weights=strength, minlength=len(once))
        buckets.append(distinct & (BUCKETS - 1))
        rows.append(family_rows)
        values.append(strength / np.sqrt(sizes)[family_rows])
    return Features(
        buckets=np.concatenate(buckets),
        rows=np.concatenate(rows),
        values=np.concatenate(values).astype(np.float32),
    )
