"""How many passages of about 40 pieces a core judges in a second, tier by tier.

Usage: python -m benchmarks.tone [--rows 400]

First the passages that were written apart from the corpus, as the streams of
brands bring them, then as many of the corpus's test part, which is hard on purpose;
neither judge was trained on any. All tiers read the same ones in one process and
are timed in turns, by the processor time of one thread. With torch installed
(extra ``train``) the same network in eager 32-bit torch, which reads every passage,
is the mark that the shipped path is held against, with its first look by the linear
judge and without. Exit code 1 when the linear tier is below its limit.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec

from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.encoding import encode
from monitor.sentiment.linear import LinearSentiment
from monitor.sentiment.protocol import Passage
from monitor.sentiment.weights import shipped_weights
from training.corpus import read
from training.mixture import passage_of
from training.texts import CORPUS, read_corpus

TURNS = 5
LINEAR_FLOOR = 4000
PIECES = (30, 55)


def main() -> None:
    """Print a line for each tier and the ratios, for either kind of passages."""
    parser = argparse.ArgumentParser(description="Time the judges of tone.")
    parser.add_argument("--rows", type=int, default=400, help="passages of each kind at most")
    rows = parser.parse_args().rows
    apart = read([CORPUS / "everyday.tsv", CORPUS / "stream.tsv"])[0]
    kinds = {
        "as streams bring them": [passage_of(row) for row in apart],
        "hard ones of the corpus": [passage_of(row) for row in read_corpus("test") if row.targeted],
    }
    chosen = {name: _chosen(passages, rows) for name, passages in kinds.items()}
    for judge in (LinearSentiment(), EmbeddedSentiment(engine="numpy"), EmbeddedSentiment()):
        for passages in chosen.values():
            judge.judge(passages)
            judge.judge([Passage(text=one.text) for one in passages])  # by the other network
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {memory:.0f} MB at most, all tiers loaded but torch, which is not shipped")
    slowest = min(_compare(name, passages) for name, passages in chosen.items())
    sys.exit(0 if slowest >= LINEAR_FLOOR else 1)


def _compare(name: str, passages: list[Passage]) -> float:
    """Print the rates over these passages; gives that of the linear tier."""
    tiers: dict[str, Callable[[], object]] = {
        "linear": lambda: LinearSentiment().judge(passages),
        "embedded, numpy": lambda: EmbeddedSentiment(engine="numpy").judge(passages),
        "embedded, onnxruntime": lambda: EmbeddedSentiment(engine="onnx").judge(passages),
        "– without a first look": lambda: EmbeddedSentiment(engine="onnx").read(passages),
    }
    if find_spec("torch"):
        from training.eager import eager_judge  # an extra

        tiers["embedded, eager torch"] = eager_judge(passages)
    rates = _rates(tiers, len(passages))
    print(f"{len(passages)} passages, {name}:")
    for tier, rate in rates.items():
        print(f"  {tier:24} {rate:8.0f} a second and core")
    mark = rates.get("embedded, eager torch")
    if mark:
        shipped, alone = rates["embedded, onnxruntime"], rates["– without a first look"]
        print(
            f"  shipped path against eager torch: {shipped / mark:.2f} times "
            f"(without a first look {alone / mark:.2f})"
        )
    return rates["linear"]


def _chosen(passages: Iterable[Passage], most: int) -> list[Passage]:
    """Those that have about 40 pieces, evenly from all of them."""
    unigram = shipped_weights("toward").unigram
    fitting = [
        passage
        for passage in passages
        if PIECES[0] <= len(encode(passage, unigram, masked=False).ids) <= PIECES[1]
    ]
    return fitting[:: -(-len(fitting) // most)]


def _rates(tiers: dict[str, Callable[[], object]], count: int) -> dict[str, float]:
    """The best of several turns of each tier, in passages a second of processor time."""
    best = dict.fromkeys(tiers, float("inf"))
    for judge in tiers.values():
        judge()
    for _ in range(TURNS):
        for name, judge in tiers.items():
            started = time.process_time()
            judge()
            best[name] = min(best[name], time.process_time() - started)
    return {name: count / seconds for name, seconds in best.items()}


if __name__ == "__main__":
    main()
