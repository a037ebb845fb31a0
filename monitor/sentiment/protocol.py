"""What a judge of tone is: the words every backend speaks.

A backend is one file in this folder: a frozen dataclass with ``kind``, its
options as fields, a ``version`` that is stored with every judgement, and
``judge``. It answers for every string there is; where the passage of a text
should be cut is left to ``monitor.sentiment.passages``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from storage.records import Tone

LABELS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text to be judged toward its characters ``[start, end)``, or as a whole."""

    text: str
    start: int | None = None  # None, or offsets that do not fit: the text as a whole
    end: int | None = None
    lang: str = ""

    @property
    def span(self) -> tuple[int, int] | None:
        """Where the target stands; None when there is none or the offsets cannot be right."""
        if self.start is None or self.end is None:
            return None
        if not 0 <= self.start < self.end <= len(self.text):
            return None
        return self.start, self.end


class SentimentBackend(Protocol):
    """Judges passages; the same passage gets the same tone from the same version."""

    kind: ClassVar[str]

    @property
    def version(self) -> str:
        """Name and version of the model, stored with each tone it gave."""
        ...

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage, in order; never raises over what a passage says."""
        ...
