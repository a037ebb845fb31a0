"""How good probabilities are: F1, calibration, a line to print, pairs and shares of brands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.gate import calibration_error

BINS = 15

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Figures of one test; all are shares of one."""

    rows: int
    f1: tuple[float, float, float]
    negative_precision: float
    negative_recall: float
    calibration_error: float

    @property
    def f1_polar(self) -> float:
        """Mean F1 of negative and positive: the measure of RuSentNE and SentiRuEval."""
        return (self.f1[0] + self.f1[2]) / 2

    @property
    def f1_macro(self) -> float:
        """Mean F1 of the three classes."""
        return sum(self.f1) / 3

    def __str__(self) -> str:
        """The figures in per cent, on one line."""
        return (
            f"F1pn {100 * self.f1_polar:5.1f}  macro {100 * self.f1_macro:5.1f}  "
            f"neg P/R/F {100 * self.negative_precision:.0f}/{100 * self.negative_recall:.0f}/"
            f"{100 * self.f1[0]:.1f}  pos F {100 * self.f1[2]:.1f}  "
            f"ECE {self.calibration_error:.3f}  n {self.rows}"
        )


def score(labels: Labels, probabilities: Probabilities) -> Score:
    """Figures of the most probable label against the true one."""
    guessed = probabilities.argmax(axis=1)
    parts = [_precision_recall(labels, guessed, label) for label in range(3)]
    f1 = [2 * p * r / (p + r) if p + r else 0.0 for p, r in parts]
    return Score(
        rows=len(labels),
        f1=(f1[0], f1[1], f1[2]),
        negative_precision=parts[0][0],
        negative_recall=parts[0][1],
        calibration_error=calibration_error(labels, probabilities, BINS),
    )


def contrasts(
    texts: Sequence[str], labels: Labels, probabilities: Probabilities
) -> list[tuple[float, float]]:
    """How probably negative a harmed and a praised brand of one text are told to be, each pair."""
    by_text: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for text, label, negative in zip(texts, labels, probabilities[:, 0], strict=True):
        by_text[text].append((int(label), float(negative)))
    return [
        (harmed, praised)
        for found in by_text.values()
        for label, harmed in found
        for other, praised in found
        if label == 0 and other == 2
    ]


def share_correlation(brands: Sequence[str], labels: Labels, probabilities: Probabilities) -> float:
    """Pearson's, over brands, of the true negative share and the mean probability of it."""
    names = np.array(brands)
    shares = [
        ((labels[names == one] == 0).mean(), probabilities[names == one, 0].mean())
        for one in np.unique(names)
    ]
    return float(np.corrcoef(np.array(shares).T)[0, 1])


def best_temperature(labels: Labels, logits: Probabilities, sets: NDArray[np.str_]) -> float:
    """The temperature under which the true labels are most probable, each set counting alike."""
    candidates = np.geomspace(0.3, 4.0, 80)
    parts = [sets == name for name in np.unique(sets)]
    losses = [
        sum(_loss(labels[part], logits[part] / temperature) for part in parts)
        for temperature in candidates
    ]
    return float(candidates[int(np.argmin(losses))])


def _loss(labels: Labels, logits: Probabilities) -> float:
    top = logits.max(axis=1, keepdims=True)
    normal = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return float((normal - logits[np.arange(len(labels)), labels]).mean())


def _precision_recall(labels: Labels, guessed: Labels, label: int) -> tuple[float, float]:
    hits = int(((labels == label) & (guessed == label)).sum())
    return hits / max(int((guessed == label).sum()), 1), hits / max(int((labels == label).sum()), 1)
