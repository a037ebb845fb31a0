"""Measure reprint folding: texts a second with many in the window, memory, and wrong folds.

    python -m benchmarks.folding [texts]        (100000 unless told)

Texts are made of the sentences of ``corpus/train.jsonl``, shuffled so that every text is
its own; one in five is an edited copy of an earlier one.
"""

import random
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.identity import StoryIndex

CORPUS = Path(__file__).parent.parent / "corpus" / "train.jsonl"
AT = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = 350  # of one text: about 2.5 kB
LEAST_RATE, MOST_MEMORY = 900, 400  # texts a second; MB added by the index


def main(count: int) -> None:
    """Fill the window, then print the rate of the last tenth and the memory."""
    vocabulary = CORPUS.read_text("utf-8").split()
    vocabulary = sorted({word for line in vocabulary for word in line.split() if word.isalpha()})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    index, spent = StoryIndex(), []
    copies = found = wrong = 0
    for number in range(count):
        text, original = made_text(number, vocabulary)
        began = time.process_time()
        folded = index.add(number, "", text, AT + timedelta(seconds=number))
        spent.append(time.process_time() - began)
        copies += original is not None
        found += original is not None and folded.story == original
        wrong += folded.kind != "new" and folded.story != original
    last = spent[-max(1, count // 10) :]
    rate = len(last) / sum(last)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{count} texts in the window: {rate:,.0f} texts/s, limit {LEAST_RATE}")
    print(f"memory {memory:.0f} MB, limit {MOST_MEMORY}")
    print(f"copies found {found}/{copies}, wrong folds {wrong}/{count}")


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
