"""What a first look by the linear tier saves, and what it costs, bound by bound.

Usage: python -m benchmarks.cascade

The corpus's test part and the texts written apart from it, judged by both tiers:
where the linear one is surer than a bound of negative or neutral its answer stands,
the others go on to both. For each bound: how many texts that decides, the F1 of
negative and positive, and the processor time against no first look. The bound in use
is ``SURE``.
"""

import time

import numpy as np

from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.linear import LinearSentiment
from monitor.sentiment.protocol import LABELS, Passage
from monitor.sentiment.verdict import softmax
from training.corpus import read
from training.mixture import passage_of
from training.scores import Labels, score
from training.texts import CORPUS, read_corpus

BOUNDS = (0.95, 0.9, 0.85, 0.8, 0.7)
MOST = 3000  # rows of the test part: a few minutes of a core


def main() -> None:
    """Print a line for each bound."""
    passages, labels = _texts()
    linear, embedded = LinearSentiment(), EmbeddedSentiment()
    embedded.read(passages[:100])
    begun = time.process_time()
    first = linear.probabilities(passages)
    between = time.process_time()
    last = softmax(embedded.read(passages).logits)
    cost = [between - begun, time.process_time() - between]
    print(f"no first look: F1 {100 * score(labels, last).f1_polar:.1f} of {len(labels)} texts")
    for bound in BOUNDS:
        sure = first[:, :2].max(axis=1) >= bound
        both = np.where(sure[:, None], first, last)
        spent = (cost[0] + cost[1] * (1 - sure.mean())) / cost[1]
        print(
            f"linear where it is at least {bound:.2f} sure: decides {100 * sure.mean():4.1f} %, "
            f"F1 {100 * score(labels, both).f1_polar:.1f}, {spent:.2f} of the time"
        )


def _texts() -> tuple[list[Passage], Labels]:
    tested = [row for row in read_corpus("test") if row.targeted]
    tested = tested[:: max(1, len(tested) // MOST)]
    apart = read([CORPUS / "everyday.tsv", CORPUS / "stream.tsv"])[0]
    passages = [passage_of(row) for row in (*tested, *apart)]
    labels = [row.label for row in tested] + [LABELS.index(row.label) for row in apart]
    return passages, np.array(labels)


if __name__ == "__main__":
    main()
