"""The fast tier: a linear judgement over hashed n-grams, in plain numpy.

For machines without room for the embedded model, and for thousands a second. Its
weights come from ``python -m training.linear`` and ship with the package.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.features import BUCKETS, Features, Hasher
from monitor.sentiment.protocol import Passage
from monitor.sentiment.verdict import Floats, softmax, tones_of
from storage.records import Tone

BATCH = 512
HEADS = ("toward", "whole")  # toward a target; of a text as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearWeights:
    """The trained numbers: a table of three columns for each head."""

    tables: dict[str, NDArray[np.float32]]  # head -> (BUCKETS, 3)
    biases: dict[str, NDArray[np.float32]]  # head -> (3,), the calibrated offsets
    # Logits are already divided by the temperature found on held-out texts.

    def logits(self, head: str, features: Features, count: int) -> Floats:
        """Calibrated logits of each of ``count`` passages."""
        table = self.tables[head]
        columns = [
            np.bincount(
                features.rows,
                weights=features.values * table[features.buckets, column],
                minlength=count,
            )
            for column in range(3)
        ]
        return np.asarray(np.stack(columns, axis=1) + self.biases[head], dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearSentiment:
    """Judges thousands of passages a second; knows words, not meaning."""

    kind: ClassVar[str] = "linear"
    _hasher: Hasher = field(default_factory=Hasher, init=False, repr=False, compare=False)

    @property
    def version(self) -> str:
        """Which training the shipped weights come from."""
        return linear_version()

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage toward its target, or as a whole where it has none."""
        tones: list[Tone] = []
        for first in range(0, len(passages), BATCH):
            batch = passages[first : first + BATCH]
            tones.extend(tones_of(self.probabilities(batch), model=self.version))
        return tones

    def probabilities(self, passages: Sequence[Passage]) -> Floats:
        """Negative, neutral and positive probability of each passage."""
        weights = shipped_weights()
        result = np.zeros((len(passages), 3), dtype=np.float32)
        targeted = np.array([passage.span is not None for passage in passages], dtype=bool)
        for head, chosen in zip(HEADS, (targeted, ~targeted), strict=True):
            places = np.flatnonzero(chosen).tolist()
            if places:
                features = self._hasher.features([passages[place] for place in places])
                result[places] = softmax(weights.logits(head, features, len(places)))
        return result


@cache
def linear_version() -> str:
    """The version of the shipped weights, without unpacking them."""
    with (files("monitor.sentiment") / "data" / "linear.npz").open("rb") as stream:
        return str(np.load(stream)["version"])


@cache
def shipped_weights() -> LinearWeights:
    """The weights of the package, read once."""
    with (files("monitor.sentiment") / "data" / "linear.npz").open("rb") as stream:
        stored = np.load(stream)
        return LinearWeights(
            tables={head: _unpacked(stored, head) for head in HEADS},
            biases={head: stored[f"{head}_bias"].astype(np.float32) for head in HEADS},
        )


def _unpacked(stored: "np.lib.npyio.NpzFile", head: str) -> NDArray[np.float32]:
    table = stored[f"{head}_table"].astype(np.float32) * stored[f"{head}_scale"]
    if table.shape != (BUCKETS, 3):
        raise ValueError(f"linear.npz: table of shape {table.shape}, expected ({BUCKETS}, 3)")
    return np.asarray(table, dtype=np.float32)
