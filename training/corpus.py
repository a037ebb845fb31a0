"""Check the brand corpus and build its published files.

Usage: python -m training.corpus [--check]

Reads ``corpus/raw/*.tsv`` (lang, label, kind, sector, story, target, text; the
target is empty where the label is that of the whole text), refuses lines that
break the rules with their place and the mend, finds the offsets of each target,
and writes ``corpus/train.jsonl``,
``corpus/test.jsonl`` and the check set of the package. A story, with all its
contrast pairs and reprints, falls into one part whole, and into the same one
however much is added later.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from training.texts import CORPUS, ROOT, share_of

LANGUAGES = ("ru", "uk", "en")
LABELS = {"neg": "negative", "neu": "neutral", "pos": "positive"}
TEST_SHARE = 0.15
CHECK = ROOT / "monitor" / "sentiment" / "data" / "check.json"
CHECK_ROWS = 1200
LONGEST_TEXT = 2000
GROUPS = ("deep", "wide", "close", "bare", "blunt")  # beginnings of files; the others are plain
COLUMNS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled mention, ``text[start:end] == target``, or a text labelled as a whole."""

    lang: str
    label: str
    kind: str
    sector: str
    story: str
    target: str
    start: int | None  # None: the label is that of the whole text
    end: int | None
    text: str


class LineError(ValueError):
    """A raw line that can not be taken; says what is wrong and the mend."""


def main() -> None:
    """Build the corpus; exit 1 when a raw line was refused."""
    parser = argparse.ArgumentParser(description="Check and build the brand corpus.")
    parser.add_argument("--check", action="store_true", help="only check; write nothing")
    arguments = parser.parse_args()
    rows, errors = read(sorted((CORPUS / "raw").glob("*.tsv")))
    for error in errors:
        print(error, file=sys.stderr)
    if not arguments.check:
        _write(rows)
    for line in _summary(rows):
        print(line)
    sys.exit(1 if errors else 0)


def read(paths: list[Path]) -> tuple[list[Row], list[str]]:
    """The good rows of the files, each once, and what is wrong with the others."""
    rows: dict[tuple[str, str, int | None], Row] = {}
    errors: list[str] = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                row = parse_line(line)
            except LineError as error:
                errors.append(f"{path.name}:{number}: {error}")
                continue
            known = rows.setdefault((row.text, row.target, row.start), row)
            if known.label != row.label:
                errors.append(
                    f"{path.name}:{number}: the same text and target is {known.label} elsewhere; "
                    "decide which and delete the other"
                )
    return list(rows.values()), errors


def parse_line(line: str) -> Row:
    """The row of one raw line; raises LineError with the mend."""
    cells = [cell.strip() for cell in line.rstrip("\r").split("\t")]
    if len(cells) != COLUMNS:
        raise LineError(f"{len(cells)} columns, expected {COLUMNS}: check the tabs")
    lang, label, kind, sector, story, target, text = cells
    if lang not in LANGUAGES:
        raise LineError(f"unknown lang {lang!r}; known: {', '.join(LANGUAGES)}")
    if label not in LABELS:
        raise LineError(f"unknown label {label!r}; known: {', '.join(LABELS)}")
    if not (kind and sector and story and text):
        raise LineError("an empty column: kind, sector, story and text are all needed")
    if len(text) > LONGEST_TEXT:
        raise LineError(f"text of {len(text)} characters; at most {LONGEST_TEXT}: shorten it")
    start = find_target(text, target) if target else None
    return Row(
        lang=lang,
        label=LABELS[label],
        kind=kind,
        sector=sector,
        story=f"{lang}:{story.removeprefix(f'{lang}-')}",
        target=target,
        start=start,
        end=None if start is None else start + len(target),
        text=text,
    )


def find_target(text: str, target: str) -> int:
    """Where the target first stands as a word of its own, else where it first stands."""
    whole = re.search(rf"(?<!\w){re.escape(target)}(?!\w)", text)
    start = whole.start() if whole else text.find(target)
    if start < 0:
        raise LineError(
            f"target {target!r} does not occur in the text: write it as it stands there"
        )
    return start


def group_of(path: Path) -> str:
    """Which group of rows a raw file holds: "plain" or one of ``GROUPS``."""
    return next((name for name in GROUPS if path.name.startswith(name)), "plain")


def is_test(row: Row) -> bool:
    """Whether the row's story belongs to the part that no model is trained on."""
    return share_of(f"test {row.story}") < TEST_SHARE


def _write(rows: list[Row]) -> None:
    """Write both parts, and the check set that ships with the package: some targeted test rows."""
    for name, wanted in (("train", False), ("test", True)):
        lines = [
            json.dumps(asdict(row), ensure_ascii=False) for row in rows if is_test(row) == wanted
        ]
        (CORPUS / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tests = [row for row in rows if is_test(row) and row.target]
    tests.sort(key=lambda row: share_of(f"check {row.story}"))
    checks = [
        {name: getattr(row, name) for name in ("text", "start", "end", "lang", "label")}
        for row in tests[:CHECK_ROWS]
    ]
    text = json.dumps(checks, ensure_ascii=False, indent=0)
    CHECK.write_text(text + "\n", encoding="utf-8")


def _summary(rows: list[Row]) -> Iterator[str]:
    """How many rows there are of each language, label and kind."""
    tests = sum(is_test(row) for row in rows)
    whole = sum(not row.target for row in rows)
    yield f"{len(rows)} rows, {tests} of them test, {whole} without a target"
    yield f"{len({row.story for row in rows})} stories"
    for title, counts in (
        ("lang and label", Counter(f"{row.lang} {row.label}" for row in rows)),
        ("kind", Counter(row.kind for row in rows)),
        ("sector", Counter(row.sector for row in rows)),
    ):
        shown = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        yield f"{title}: {shown}"


if __name__ == "__main__":
    main()
