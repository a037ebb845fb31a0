"""Train the network of whole texts and write ``monitor/sentiment/data/whole.npz``.

Usage: python -m training.whole [--check]

Seven layers of E5-small that read texts labelled as a whole alone (docs/decisions/0021).
Vocabulary, embeddings and the two lowest layers are those of the network toward a target,
which ``python -m training.embedded`` writes first. The same twelfth of all groups is
held out: it sets the temperature and gives the figures that are printed.
"""

import argparse
import random

import torch

from monitor.sentiment.encoding import encode
from monitor.sentiment.weights import shipped_weights
from training.calibration import TEMPLATES, calibrate
from training.embedded import SAMPLES, SEED, network_over
from training.learning import learn
from training.mixture import Stage, passage_of, views_of
from training.packing import pack
from training.texts import PUBLIC_SETS, read_corpus, read_public, split

LAYERS = 7
STAGE = Stage(
    passes={"brighter_uk": 6, "cedr": 1.5, "brighter_ru": 1, "brighter_en": 0.3, "posts": 0.5},
    first_rate=1.5e-4,
    last_rate=0.0,
    workers=1,
)


def main() -> None:
    """Train, calibrate, print figures on held-out groups, write the weights."""
    parser = argparse.ArgumentParser(description="Train the network of whole texts.")
    parser.add_argument("--check", action="store_true", help="a small trial; write nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    random.seed(SEED)
    examples = [row for name in PUBLIC_SETS for row in read_public(name)] + read_corpus("train")
    rows = [row for row in examples if not row.targeted and row.source != TEMPLATES]
    train, held_out = split(rows)
    if arguments.check:
        train, held_out = random.sample(train, 400), held_out[::10]
    unigram = shipped_weights("toward").unigram
    network = network_over(unigram.pieces, LAYERS)
    learn(network, views_of(STAGE, SEED, train, unigram), STAGE, SEED)
    temperature = calibrate(network, unigram, held_out, "whole")
    if not arguments.check:
        chosen = random.Random(SEED).sample(train, SAMPLES)
        samples = [encode(passage_of(row), unigram, masked=False) for row in chosen]
        pack(network.cpu(), unigram, "whole", temperature=temperature, samples=samples)


if __name__ == "__main__":
    main()
