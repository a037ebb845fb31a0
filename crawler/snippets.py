"""The few words of a text that show why it was matched."""

import bisect
from collections.abc import Sequence

from crawler.matching import Match
from storage.records import MatchedTerm


def snippet(title: str, text: str, match: Match, width: int = 300) -> str:
    """About ``width`` characters of the text around its strongest occurrence.

    The strongest is the one nearest to a crisis word, else the first in the text; a name
    that stands only in the title gives the title.
    """
    crisis = {
        field: [word.start for word in match.crisis if word.field == field]
        for field in ("title", "text")
    }
    strongest = min(match.matched, key=lambda term: _weakness(term, crisis[term.field]))
    whole = title if strongest.field == "title" else text
    room = max(0, width - (strongest.end - strongest.start))
    start = max(0, strongest.start - room // 2)
    end = min(len(whole), start + width)
    start = max(0, min(start, end - width))
    return _trimmed(whole, start, end)


def _weakness(term: MatchedTerm, crisis: Sequence[int]) -> tuple[int, bool, int]:
    """By the nearest of the crisis words in its field, given by where they start, in order."""
    after = bisect.bisect_left(crisis, term.start)
    distances = [abs(start - term.start) for start in crisis[max(0, after - 1) : after + 1]]
    return min(distances, default=10_000), term.field == "title", term.start


def _trimmed(whole: str, start: int, end: int) -> str:
    """A stretch cut at spaces where it has any, with dots for what was left out."""
    piece = whole[start:end]
    if start and " " in piece[:40]:
        piece = piece[piece.index(" ", 0, 40) + 1 :]
    if end < len(whole) and " " in piece[-40:]:
        piece = piece[: piece.rindex(" ")]
    piece = " ".join(piece.split())
    return f"{'…' if start else ''}{piece}{'…' if end < len(whole) else ''}"
