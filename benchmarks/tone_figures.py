"""How right the judges of tone are: the figures of the model card, set by set.

Usage: python -m benchmarks.tone_figures [--network]

Our corpus's test part by language, group and kind, the texts written apart from it,
and, where ``../shared/data`` is present, the held-out groups of the public sets, all
through the shipped path. ``--network`` leaves out the linear judge. Some minutes of a core.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.linear import HEADS, LinearSentiment
from monitor.sentiment.numpy_network import head_logits
from monitor.sentiment.protocol import LABELS, Passage
from monitor.sentiment.verdict import Floats, softmax
from monitor.sentiment.weights import shipped_weights
from training.corpus import Row, group_of, is_test, read
from training.mixture import passage_of
from training.scores import contrasts, score, share_correlation
from training.texts import CORPUS, PUBLIC_SETS, read_corpus, read_public, split

COMMON = 50  # rows of a kind that make a figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A passage, its label, and the sets whose figures it counts in."""

    passage: Passage
    label: int
    sets: tuple[str, ...]
    brand: str = ""  # of the texts written apart: trade and brand


def main() -> None:
    """Print a line for each set, then accuracy by kind and the pairs of two brands."""
    parser = argparse.ArgumentParser(description="Figures of the judges of tone.")
    parser.add_argument("--network", action="store_true", help="the network alone")
    judge = _network_alone if parser.parse_args().network else EmbeddedSentiment().probabilities
    corpus, kinds = _corpus()
    apart = _apart()
    probabilities = judge([row.passage for row in corpus])
    _report(corpus, probabilities)
    _report_kinds(corpus, probabilities, kinds)
    _report_pairs(corpus, probabilities)
    for rows in (apart, _held_out()):
        _report(rows, judge([row.passage for row in rows]))
    _report_shares(apart, judge([row.passage for row in apart]))
    for rows in (corpus, apart):
        _report(rows, LinearSentiment().probabilities([row.passage for row in rows]), "linear: ")


def _network_alone(passages: list[Passage]) -> Floats:
    reading = EmbeddedSentiment().read(passages)
    toward, whole = (head_logits(shipped_weights(head), reading.features) for head in HEADS)
    return softmax(np.where(reading.targeted[:, None], toward, whole))


def _corpus() -> tuple[list[Labelled], list[str]]:
    """The test part; a group is the beginning of its file's name."""
    found, kinds = [], []
    for path in sorted((CORPUS / "raw").glob("*.tsv")):
        for row in filter(is_test, read([path])[0]):
            group = f"{group_of(path)} {row.lang}"
            sets = ("corpus", f"corpus {row.lang}", group) if row.target else ("posts",)
            found.append(_labelled(row, *sets))
            kinds.append(row.kind if row.target else "posts")
    return found, kinds


def _apart() -> list[Labelled]:
    return [
        _labelled(row, f"{name} {row.lang}", brand=f"{row.sector} {row.story.partition('-')[0]}")
        for name in ("everyday", "stream")
        for row in read([CORPUS / f"{name}.tsv"])[0]
    ]


def _labelled(row: Row, *sets: str, brand: str = "") -> Labelled:
    label = LABELS.index(row.label)
    return Labelled(passage=passage_of(row), label=label, sets=sets, brand=brand)


def _held_out() -> list[Labelled]:
    public = [row for name in PUBLIC_SETS for row in read_public(name)]
    return [
        Labelled(passage=passage_of(row), label=row.label, sets=(f"held out: {row.source}",))
        for row in split(public + read_corpus("train"))[1]
    ]


def _report(rows: list[Labelled], probabilities: Floats, prefix: str = "") -> None:
    places = defaultdict(list)
    for place, row in enumerate(rows):
        for name in row.sets:
            places[name].append(place)
    labels = np.array([row.label for row in rows])
    for name, chosen in sorted(places.items()):
        print(f"{prefix}{name:24} {score(labels[chosen], probabilities[chosen])}", flush=True)


def _report_kinds(rows: list[Labelled], probabilities: Floats, kinds: list[str]) -> None:
    right = probabilities.argmax(axis=1) == np.array([row.label for row in rows])
    each: NDArray[np.str_] = np.array(kinds)
    common = [kind for kind in np.unique(each) if (each == kind).sum() >= COMMON]
    shares = {str(kind): 100 * right[each == kind].mean() for kind in common}
    for kind, share in sorted(shares.items(), key=lambda pair: -pair[1]):
        print(f"accuracy, {kind:24} {share:5.1f}  n {(each == kind).sum()}")


def _report_pairs(rows: list[Labelled], probabilities: Floats) -> None:
    labels = np.array([row.label for row in rows])
    pairs = contrasts([row.passage.text for row in rows], labels, probabilities)
    told = 100 * np.mean([harmed > praised for harmed, praised in pairs])
    print(f"of two brands the harmed one told: {told:.0f} % of {len(pairs)} pairs")


def _report_shares(rows: list[Labelled], probabilities: Floats) -> None:
    """Correlation of the true and the told negative share over the brands of a trade."""
    for trade in ("bank", "operator"):
        of_it = [row.sets == ("stream ru",) and row.brand.startswith(trade) for row in rows]
        chosen = np.flatnonzero(of_it)
        brands, labels = [rows[n].brand for n in chosen], np.array([rows[n].label for n in chosen])
        found = share_correlation(brands, labels, probabilities[chosen])
        print(f"shares, {trade}: correlation {found:.2f}")


if __name__ == "__main__":
    main()
