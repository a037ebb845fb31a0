"""News that nobody has labelled, with the people and bodies in it, for a teacher to label.

NEREL (Russian news with named entities) lies beside the repository in
``../shared/data/matching/nerel_train``. RuSentNE's sentences come from the same
newspapers, so what has a label there is left out, and so is every sentence of a
held-out row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from monitor.sentiment.passages import around
from training.texts import PUBLIC, Example

NEWS = PUBLIC.parent / "matching" / "nerel_train"
KINDS = {"PERSON", "ORGANIZATION", "PROFESSION", "COUNTRY", "NATIONALITY"}
RUN = 25  # letters that two texts share only when one quotes the other
STRIDE = 5  # letters between the runs looked up


def read_news(train: Iterable[Example], held_out: Iterable[Example]) -> list[Example]:
    """Passages around named people and bodies, without a label; empty where the data is not there.

    A passage that shares words with a held-out row is left out, and a target that has a
    label in ``train``.
    """
    secret = {run for row in held_out for run in _runs(_letters(row.text), 1)}
    labelled: dict[str, set[str]] = defaultdict(set)
    for row in train:
        if row.lang == "ru" and row.start is not None:
            for run in _runs(_letters(row.text), 1):
                labelled[run].add(_letters(row.text[row.start : row.end]))
    found = []
    for row in _all_news():
        target = _letters(row.text[row.start : row.end])
        runs = set(_runs(_letters(row.text), STRIDE))
        if not runs & secret and not any(target in labelled.get(run, ()) for run in runs):
            found.append(row)
    return found


def _all_news() -> Iterator[Example]:
    for path in sorted(NEWS.glob("*.ann")):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        seen = set()
        for start, end in _spans(path):
            passage = around(text, start, end, "ru")
            if (passage.text, passage.start) in seen:
                continue
            seen.add((passage.text, passage.start))
            yield Example(
                source="news", lang="ru", label=1, text=passage.text,  # all weigh the same
                start=passage.start, end=passage.end, group=f"news {path.stem}",
            )  # fmt: skip


def _spans(annotations: Path) -> Iterator[tuple[int, int]]:
    """Where the people and bodies stand; a name in two pieces is passed over."""
    for line in annotations.read_text(encoding="utf-8").splitlines():
        parts = line.split("\t")
        if line.startswith("T") and ";" not in parts[1]:
            kind, start, end = parts[1].split()
            if kind in KINDS:
                yield int(start), int(end)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _runs(letters: str, stride: int) -> Iterator[str]:
    for start in range(0, max(1, len(letters) - RUN + 1), stride):
        yield letters[start : start + RUN]
