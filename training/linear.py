"""Train the fast tier and write ``monitor/sentiment/data/linear.npz``.

Usage: python -m training.linear [--check]; about two minutes on one core.

Domains differ in how often they are negative (15 % in one news set, 38 % in
another), and a linear model pooled over them learns the domain's words instead
of the tone. So every set weighs its labels to one common prior, and gets an
offset of its own that is left out of the shipped weights. Not so for whole texts,
which are posts in nearly every set: there each row counts alike. Features count
the more the fewer texts have them (Spärck Jones 1972). A twelfth of all groups,
the same one as for the embedded model, is held out and sets the temperatures.
"""

import argparse
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression

from monitor.sentiment.features import BUCKETS, Hasher
from monitor.sentiment.protocol import Passage
from training.mixture import passage_of
from training.scores import best_temperature, score
from training.texts import PUBLIC_SETS, ROOT, Example, read_corpus, read_public, split

TARGET = ROOT / "monitor" / "sentiment" / "data" / "linear.npz"
VERSION = "linear-8"
COMMON_PRIOR = (0.36, 0.40, 0.24)
SOURCE_WEIGHT = {"corpus": 3.0, "brand_synth": 0.5}
DOMAIN_SCALE = {"toward": 3.0, "whole": 0.0}
STRENGTH = {"toward": 3.0, "whole": 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A trained table with its offset; logits are ``features @ table + bias``."""

    table: NDArray[np.float32]
    bias: NDArray[np.float32]


def main() -> None:
    """Train both heads on everything, or with --check show figures on held-out groups."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="figures only; write nothing")
    parser.add_argument("--strength", type=float, help="inverse regularisation, with --check")
    arguments = parser.parse_args()
    if arguments.strength:
        STRENGTH.update(toward=arguments.strength, whole=arguments.strength)
    examples = [row for name in PUBLIC_SETS for row in read_public(name)] + read_corpus("train")
    heads = {name: train_head(name, examples) for name in ("toward", "whole")}
    if not arguments.check:
        _write(heads)


def train_head(name: str, examples: list[Example]) -> Head:
    """Fit on the training groups, calibrate on the held-out ones."""
    train, held_out = split(row for row in examples if _fits(name, row))
    judged = [row for row in held_out if row.targeted == (name == "toward")]
    head = _fit(name, train)
    logits = _logits(head, judged)
    labels = np.array([row.label for row in judged])
    temperature = best_temperature(labels, logits, np.full(len(labels), name))
    _report(name, judged, logits / temperature)
    print(f"{name}: {len(train)} rows, temperature {temperature:.2f}", flush=True)
    return Head(table=head.table / temperature, bias=head.bias / temperature)


def _fits(name: str, row: Example) -> bool:
    """Whether a head learns from the row: a text's tone is not its tone toward a brand in it."""
    return row.targeted or row.source == "cedr" if name == "toward" else not row.targeted


def _fit(name: str, rows: list[Example]) -> Head:
    sources = sorted({row.source for row in rows})
    domains = csr_matrix(
        (
            np.full(len(rows), DOMAIN_SCALE[name], dtype=np.float32),
            (np.arange(len(rows)), [sources.index(row.source) for row in rows]),
        ),
        shape=(len(rows), len(sources)),
    )
    matrix = _matrix(name, rows)
    rarity = _rarity(matrix)
    model = LogisticRegression(C=STRENGTH[name], max_iter=300, tol=1e-3)
    model.fit(
        hstack([matrix @ diags(rarity), domains], format="csr"),
        [row.label for row in rows],
        sample_weight=_weights(rows) if name == "toward" else None,
    )
    offsets = DOMAIN_SCALE[name] * model.coef_[:, BUCKETS:].mean(axis=1)
    return Head(
        table=np.ascontiguousarray((model.coef_[:, :BUCKETS] * rarity).T, dtype=np.float32),
        bias=np.asarray(model.intercept_ + offsets, dtype=np.float32),
    )


def _rarity(matrix: csr_matrix) -> NDArray[np.float64]:
    """How much a feature counts: the logarithm of texts over texts that have it, and one."""
    having = np.bincount(matrix.indices, minlength=BUCKETS)
    return np.asarray(np.log((1 + matrix.shape[0]) / (1 + having)) + 1)


def _weights(rows: list[Example]) -> NDArray[np.float64]:
    """Weights under which each set has the common prior and a say that grows slowly."""
    sizes = Counter(row.source for row in rows)
    cells = Counter((row.source, row.label) for row in rows)
    return (
        np.array(
            [
                COMMON_PRIOR[row.label]
                * sizes[row.source] ** 0.75
                / cells[row.source, row.label]
                * SOURCE_WEIGHT.get(row.source, 1.0)
                for row in rows
            ]
        )
        / 10
    )


def _passage(name: str, row: Example) -> Passage:
    if name == "whole":
        return Passage(text=row.text, lang=row.lang)
    return passage_of(row)


def _matrix(name: str, rows: list[Example]) -> csr_matrix:
    found = Hasher().features([_passage(name, row) for row in rows])
    return csr_matrix((found.values, (found.rows, found.buckets)), shape=(len(rows), BUCKETS))


def _logits(head: Head, rows: list[Example]) -> NDArray[np.float32]:
    name = "toward" if rows and rows[0].targeted else "whole"
    return np.asarray(_matrix(name, rows) @ head.table + head.bias, dtype=np.float32)


def _report(name: str, rows: list[Example], logits: NDArray[np.float32]) -> None:
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    keys = np.array(
        [row.source + (f" {row.lang}" if row.source == "corpus" else "") for row in rows]
    )
    for key in np.unique(keys):
        chosen = keys == key
        labels = np.array([row.label for row in rows])[chosen]
        print(f"{name} {key:12} {score(labels, probabilities[chosen])}", flush=True)


def _write(heads: dict[str, Head]) -> None:
    """Store the tables as bytes with a scale for each column."""
    arrays: dict[str, NDArray[np.generic]] = {"version": np.array(VERSION)}
    for name, head in heads.items():
        scale = np.maximum(np.abs(head.table).max(axis=0) / 127, 1e-9).astype(np.float32)
        arrays[f"{name}_table"] = np.round(head.table / scale).astype(np.int8)
        arrays[f"{name}_scale"] = scale
        arrays[f"{name}_bias"] = head.bias
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(TARGET, **arrays)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
