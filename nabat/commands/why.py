"""Why a mention has its tone: ``nabat mentions --why``.

The passages that were judged, the probabilities of each, and its share in the
sum. Judged anew by the model in use, so that what is shown is what it says now.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from monitor.score import explain_mentions
from monitor.sentiment.passages import JudgedPassage, Verdict
from monitor.sentiment.protocol import SentimentBackend
from nabat.terminal import clean
from storage.records import MentionView, Tone

MOST_CHARACTERS = 300  # of a passage shown on a terminal, around its target


def explained(views: Sequence[MentionView], backend: SentimentBackend) -> list[dict[str, Any]]:
    """What ``--why`` adds to each mention's record: model, tone, passages and their shares."""
    return [_record(verdict) for verdict in explain_mentions(backend, views)]


def lines_of(views: Sequence[MentionView], backend: SentimentBackend) -> Iterator[str]:
    """The explanation of each mention, for people."""
    if not views:
        yield "nothing found"
    for view, verdict in zip(views, explain_mentions(backend, views), strict=True):
        yield clean(f"{view.mention.id}  {view.brand}  {view.title}")
        yield f"    {verdict.tone.model}: {_shares(verdict.tone)}{_doubt(verdict.tone)}"
        stored = view.mention.tone
        if stored and stored.model != verdict.tone.model:
            judge = stored.model or "an older look at other words"
            yield f"    stored, by {judge}: {_shares(stored)}"
        if view.mention.corrected:
            yield f"    a person's mark counts instead: {view.mention.corrected}"
        for part in verdict.passages:
            yield f"    {_weight(part)}  {_shares(part.tone)}"
            yield clean(f"         {_shown(part)}")


def _record(verdict: Verdict) -> dict[str, Any]:
    return {
        **_tone(verdict.tone),
        "model": verdict.tone.model,
        "passages": [
            {
                "text": part.passage.text,
                "start": part.passage.start,
                "end": part.passage.end,
                "share": round(part.share, 4),
                **_tone(part.tone),
            }
            for part in verdict.passages
        ],
    }


def _tone(tone: Tone) -> dict[str, Any]:
    shares = {"negative": tone.negative, "neutral": tone.neutral, "positive": tone.positive}
    return {"label": tone.label, "p": shares, "unsure": tone.unsure}


def _shares(tone: Tone) -> str:
    return (
        f"{tone.label} (negative {tone.negative:.2f}, neutral {tone.neutral:.2f}, "
        f"positive {tone.positive:.2f})"
    )


def _doubt(tone: Tone) -> str:
    return ", unsure" if tone.unsure else ""


def _weight(part: JudgedPassage) -> str:
    return f"{part.share:4.0%}" if part.share else "   –"


def _shown(part: JudgedPassage) -> str:
    """The passage on one line, its target in brackets, cut around the target when it is long."""
    text, span = part.passage.text, part.passage.span
    start, end = span or (0, 0)
    low = max(0, min(start - MOST_CHARACTERS // 3, len(text) - MOST_CHARACTERS))
    high = max(end, min(len(text), low + MOST_CHARACTERS))
    before, target, after = text[low:start], text[start:end], text[end:high]
    marked = f"{before}[{target}]{after}" if span else text[low:high]
    cut = f"{'…' if low else ''}{marked}{'…' if high < len(text) else ''}"
    return " ".join(cut.split())
