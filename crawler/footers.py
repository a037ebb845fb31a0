"""Take from the texts of a feed what it writes under nearly every one of them.

Pure. «Читать полностью на сайте» under each of a hundred short complaints would make one
story of them, for they say the same in many words.
"""

from collections import Counter
from collections.abc import Sequence

_ENOUGH = 5  # texts, before anything is taken for a custom
_MOST_LINES = 3  # of a footer


def without_footers(texts: Sequence[str]) -> list[str]:
    """The texts without the last lines that most of them end with; none is left empty."""
    kept = list(texts)
    for _ in range(_MOST_LINES):
        endings = Counter(_last_line(text) for text in set(kept))
        del endings[""]
        if len(set(kept)) < _ENOUGH or not endings:
            return kept
        footer, times = endings.most_common(1)[0]
        if times * 2 <= len(set(kept)):
            return kept
        kept = [
            text[: -len(footer)].rstrip() if _last_line(text) == footer else text for text in kept
        ]
    return kept


def _last_line(text: str) -> str:
    """The last of several lines; of a text of one line nothing may be taken."""
    return text.rpartition("\n")[2] if "\n" in text else ""
