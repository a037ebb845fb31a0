"""``nabat fold``: try reprint folding on texts without storing anything."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from crawler.identity import StoryIndex
from nabat.commands.text_lines import LineError, answer, complain, read_texts

_MOST_STORIES = 150_000  # heard of last; as many as the index has texts
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def fold_lines(lines: Iterable[str | bytes]) -> Iterator[str]:
    """The story of each text, named by the id of the first text of it, line for line.

    Texts without a date count as published with the text before them.
    """
    index = StoryIndex()
    ids: OrderedDict[int, Any] = OrderedDict()
    at = _UNDATED
    for number, line in enumerate(read_texts(lines)):
        if isinstance(line, LineError):
            yield complain(line)
            continue
        at = _moment(line.published_at) or at
        folded = index.add(number, line.title, line.text, at)
        story = ids.setdefault(folded.story, line.id)
        ids.move_to_end(folded.story)
        if len(ids) > _MOST_STORIES:
            ids.popitem(last=False)
        yield answer({"id": line.id, "story": story})


def _moment(published_at: str) -> datetime | None:
    """A date as ISO 8601 writes it, without a zone in UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(published_at)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
