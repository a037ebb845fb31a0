"""``nabat fold``: try reprint folding on texts without storing anything."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from crawler.identity import StoryIndex
from nabat.commands.text_lines import LineError, answer, complain, read_texts

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def fold_lines(lines: Iterable[str]) -> Iterator[str]:
    """The story of each text, named by the id of the first text of it, line for line.

    Texts without a date count as published with the text before them.
    """
    index = StoryIndex()
    ids: dict[int, Any] = {}
    at = _UNDATED
    for number, line in enumerate(read_texts(lines)):
        if isinstance(line, LineError):
            yield complain(line)
            continue
        at = _moment(line.published_at) or at
        folded = index.add(number, line.title, line.text, at)
        if folded.kind == "new":
            ids[number] = line.id
        yield answer({"id": line.id, "story": ids[folded.story]})


def _moment(published_at: str) -> datetime | None:
    """A date as ISO 8601 writes it, without a zone in UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(published_at)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
