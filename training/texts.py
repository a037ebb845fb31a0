"""Read the labelled texts that models are trained on.

The public sets lie beside the repository in ``../shared/data/sentiment`` (their
licences allow training; see docs/model-card.md), our own brand corpus in
``corpus/``. Splitting is by text or story, never by row: rows of one text in
both halves flatter every figure.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PUBLIC = ROOT.parent / "shared" / "data" / "sentiment"
CORPUS = ROOT / "corpus"
PUBLIC_SETS = ("rusentne", "newsmtsc", "brand_synth", "cedr", "brighter")
HELD_OUT = 1 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled text: 0 negative, 1 neutral, 2 positive, toward the target or as a whole."""

    source: str
    lang: str
    label: int
    text: str
    start: int | None
    end: int | None
    group: str  # rows of one group stay in one half of every split
    kind: str = ""
    given: tuple[float, ...] | None = None  # a teacher's probabilities, where nobody gave a label

    @property
    def targeted(self) -> bool:
        """Whether it says toward what the label is."""
        return self.start is not None


def read_public(name: str) -> list[Example]:
    """The training rows of a public set; empty where the data is not there."""
    path = PUBLIC / f"{name}.jsonl"
    if not path.exists():
        return []
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [_example(row) for row in rows if row["split"] == "train"]


def read_corpus(part: str) -> list[Example]:
    """Rows of our own corpus, ``part`` train or test; those without a target are "posts"."""
    path = CORPUS / f"{part}.jsonl"
    if not path.exists():
        return []
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [
        Example(
            source="corpus" if row["target"] else "posts",
            lang=row["lang"],
            label=("negative", "neutral", "positive").index(row["label"]),
            text=row["text"],
            start=row["start"],
            end=row["end"],
            group=f"corpus {row['story']}",
            kind=row["kind"],
        )
        for row in rows
    ]


def split(examples: Iterable[Example]) -> tuple[list[Example], list[Example]]:
    """What is learned from and what is held out; a group falls on the same side every time."""
    train: list[Example] = []
    held_out: list[Example] = []
    for example in examples:
        (held_out if share_of(example.group) < HELD_OUT else train).append(example)
    return train, held_out


def share_of(group: str) -> float:
    """A number in [0, 1) that depends on the group alone."""
    return int.from_bytes(sha256(group.encode()).digest()[:6], "big") / 2**48


def _example(row: dict[str, object]) -> Example:
    start, end = row.get("start"), row.get("end")
    targeted = isinstance(start, int) and isinstance(end, int) and start >= 0
    text = str(row["text"])
    return Example(
        source=str(row["set"]),
        lang=str(row["lang"]),
        label=int(str(row["label"])) + 1,
        text=text,
        start=int(str(start)) if targeted else None,
        end=int(str(end)) if targeted else None,
        group=text,
    )
