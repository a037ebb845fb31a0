"""``nabat match``: try watches on texts without storing anything."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crawler.entities import Entities
from crawler.matching import Match, Matcher
from nabat.commands.text_lines import LineError, answer, complain, read_texts
from storage.records import CrisisTerm, MatchedTerm, Watch


def match_lines(
    lines: Iterable[str | bytes], watches: Sequence[Watch], entities: Entities | None = None
) -> Iterator[str]:
    """The mentions of each text, one line of JSON for each line of JSON, in order."""
    matcher = Matcher(watches, entities=entities)
    gc.freeze()  # the watches stay; going through them for garbage again and again is slow
    for line in read_texts(lines):
        if isinstance(line, LineError):
            yield complain(line)
            continue
        matches = matcher.match(line.title, line.text, line.lang)
        yield answer({"id": line.id, "mentions": [_mention(match) for match in matches]})


def _mention(match: Match) -> dict[str, Any]:
    mention: dict[str, Any] = {
        "brand": match.brand,
        "matched": [_place(term, kind=term.kind) for term in match.matched],
        "crisis": [_place(term) for term in match.crisis],
    }
    if match.disguised:
        mention["disguised"] = True
    return mention


def _place(term: MatchedTerm | CrisisTerm, **more: str) -> dict[str, Any]:
    """A term as the contract has it; only those of the title say which field they are in."""
    if term.field == "title":
        more["field"] = term.field
    return {"start": term.start, "end": term.end, "text": term.text, "term": term.term, **more}
