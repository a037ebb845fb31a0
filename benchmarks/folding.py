"""Measure reprint folding: texts a second with many in the window, memory, and wrong folds.

    python -m benchmarks.folding [texts]        (100000 unless told)

Texts are made of the words of ``corpus/train.jsonl``, drawn so that every text is its own;
one in five is an edited copy of an earlier one. Rates are of processor time, beside a plain
dictionary of all runs of four words that ``re.findall`` sees, filled in the same run with the
tenth of the texts that come last, once the window is full.
"""

import random
import re
import resource
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.identity import StoryIndex

CORPUS = Path(__file__).parent.parent / "corpus" / "train.jsonl"
AT = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = 350  # of one text: about 2.5 kB
LEAST_RATE, MOST_MEMORY = 900, 400  # texts a second; MB added by the index


def main(count: int) -> None:
    """Fill the window, then print the rate of the last tenth and the memory."""
    vocabulary = sorted({word for word in CORPUS.read_text("utf-8").split() if word.isalpha()})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    index, plain = StoryIndex(), PlainIndex()
    spent, theirs = 0.0, 0.0
    copies = found = wrong = 0
    for number in range(count + count // 10):
        text, original = made_text(number, vocabulary)
        is_last = number >= count
        began = time.process_time()
        folded = index.add(number, "", text, AT + timedelta(seconds=number))
        spent += (time.process_time() - began) * is_last
        copies += original is not None
        found += original is not None and folded.story == original
        wrong += folded.kind != "new" and folded.story != original
        if number == count - 1:
            memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        if is_last:
            began = time.process_time()
            plain.add(number, text)
            theirs += time.process_time() - began
    print(f"{count} texts in the window: {count // 10 / spent:,.0f} texts/s, limit {LEAST_RATE}")
    print(
        f"x{theirs / spent:.1f} of a plain dictionary of runs of words, with a tenth of the texts"
    )
    print(f"memory {memory:.0f} MB, limit {MOST_MEMORY}")
    print(f"copies found {found}/{copies}, wrong folds {wrong}/{number + 1}")


class PlainIndex:
    """What one would write first: every run of four words in a dictionary."""

    def __init__(self) -> None:
        """Begin empty."""
        self._texts: dict[str, list[int]] = {}

    def add(self, number: int, text: str) -> int | None:
        """The text that shares most runs with this one; then keep this one's."""
        words = re.findall(r"\w+", text.lower())
        runs = {" ".join(words[start : start + 4]) for start in range(len(words) - 3)}
        shared = Counter(held for run in runs for held in self._texts.get(run, ()))
        for run in runs:
            self._texts.setdefault(run, []).append(number)
        return max(shared, key=shared.__getitem__, default=None)


def made_text(number: int, vocabulary: list[str]) -> tuple[str, int | None]:
    """A text of its own, or a copy of an earlier one with a tenth of its words changed."""
    original = number - number % 5 - 5 if number % 5 == 4 and number >= 10 else None
    words = random.Random(number if original is None else original).choices(vocabulary, k=WORDS)
    if original is not None:
        change = random.Random(-number)
        for place in change.sample(range(WORDS), WORDS // 10):
            words[place] = change.choice(vocabulary)
    return " ".join(words), original


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
