"""How many passages of about 40 pieces a core judges in a second, tier by tier.

Usage: python -m benchmarks.tone [--rows 600]

All tiers read the same passages in one process and are timed in turns, by the
processor time of one thread. With torch installed (extra ``train``) the same
network in eager 32-bit torch is the mark that the shipped path is held against.
Exit code 1 when the linear tier is below its limit.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.encoding import encode
from monitor.sentiment.linear import LinearSentiment
from monitor.sentiment.protocol import Passage
from monitor.sentiment.weights import shipped_weights

ROWS = Path(__file__).resolve().parent.parent / "corpus" / "train.jsonl"
TURNS = 5
LINEAR_FLOOR = 4000
PIECES = (30, 55)


def main() -> None:
    """Print a line for each tier and the ratios."""
    parser = argparse.ArgumentParser(description="Time the judges of tone.")
    parser.add_argument("--rows", type=int, default=600)
    passages = _passages(parser.parse_args().rows)
    tiers: dict[str, Callable[[], object]] = {
        "linear": lambda: LinearSentiment().judge(passages),
        "embedded, numpy": lambda: EmbeddedSentiment(engine="numpy").judge(passages),
        "embedded, onnxruntime": lambda: EmbeddedSentiment(engine="onnx").judge(passages),
    }
    for judge in tiers.values():
        judge()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # torch is not shipped
    if find_spec("torch"):
        from training.eager import eager_judge  # an extra

        tiers["embedded, eager torch"] = eager_judge(passages)
    rates = _rates(tiers, len(passages))
    for name, rate in rates.items():
        print(f"{name:24} {rate:8.0f} passages a second and core")
    mark = rates.get("embedded, eager torch")
    if mark:
        print(
            f"shipped path against eager torch: {rates['embedded, onnxruntime'] / mark:.2f} times"
        )
    print(f"memory: {memory:.0f} MB at most, all tiers but torch loaded")
    sys.exit(0 if rates["linear"] >= LINEAR_FLOOR else 1)


def _passages(count: int) -> list[Passage]:
    """Passages of our corpus that have about 40 pieces."""
    unigram = shipped_weights().unigram
    found: list[Passage] = []
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row["target"]:
            continue
        passage = Passage(text=row["text"], start=row["start"], end=row["end"], lang=row["lang"])
        if PIECES[0] <= len(encode(passage, unigram, masked=False).ids) <= PIECES[1]:
            found.append(passage)
        if len(found) == count:
            break
    return found


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
