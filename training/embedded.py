"""Train the network toward a target and write ``monitor/sentiment/data/embedded.npz``.

Usage: python -m training.embedded [--check] [--from N] [--work FOLDER]

First every set about once. From there two ways, both at a speed that falls to nothing:
over all but the posts several times; and over less of them and over news that the first
way has labelled (Hinton et al. 2015, arXiv 1503.02531; Xie et al. 2020, arXiv 1911.04252).
The mean of both weights ships (Wortsman et al. 2022, arXiv 2203.05482), with neutral a little
less likely, as F1 of negative and positive wants it (docs/decisions/0015). Each stage leaves
a checkpoint; beginning at one gives what the whole gives. Whole texts are read beside the
others, through a head that is not kept: ``training.whole`` trains the network for them. A
twelfth of all groups is held out: it sets the temperature and gives the figures that are
printed; the corpus's test part and the public test parts are never read here.
"""

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from monitor.sentiment.encoding import encode
from monitor.sentiment.unigram import Unigram
from monitor.sentiment.verdict import softmax
from training.calibration import calibrate, logits_of
from training.learning import half_precision, learn
from training.mixture import Stage, passage_of, views_of
from training.network import Network
from training.news import read_news
from training.packing import pack
from training.scores import best_temperature
from training.starting_weights import StartingWeights, read_starting_weights
from training.texts import PUBLIC_SETS, Example, read_corpus, read_public, split
from training.vocabulary import choose_pieces

SEED = 1
SAMPLES = 1000  # texts that tell how large activations become
STAGES = (
    Stage(
        passes={
            "rusentne": 1, "newsmtsc": 1, "cedr": 0.6, "brighter_ru": 0.5, "brighter_uk": 1,
            "brighter_en": 0.3, "brand_synth": 0.1, "corpus": 1, "posts": 0.5,
        },
        first_rate=2.0e-4,
        last_rate=1.4e-4,
    ),
    Stage(
        passes={
            "rusentne": 5, "newsmtsc": 3.5, "cedr": 2, "brighter_ru": 0.6, "brighter_uk": 5,
            "brighter_en": 0.2, "corpus": 4.5,
        },
        first_rate=1.5e-4,
        last_rate=0.0,
        steps_alone=50,
        after=0,
    ),
    Stage(
        passes={
            "rusentne": 4, "newsmtsc": 3, "cedr": 2, "brighter_ru": 0.6, "brighter_uk": 4,
            "brighter_en": 0.2, "corpus": 3, "news": 3,
        },
        first_rate=1.5e-4,
        last_rate=0.0,
        steps_alone=50,
        after=0,
        teacher=1,
    ),
)  # fmt: skip
_BEGUN = time.perf_counter()
SHIPPED = (1, 2)  # the stages whose mean is the model


def main() -> None:
    """Train, calibrate, print figures on held-out groups, write the weights."""
    parser = argparse.ArgumentParser(description="Train the embedded model.")
    parser.add_argument("--check", action="store_true", help="a small trial; write nothing")
    parser.add_argument("--from", dest="first", type=int, default=0, help="begin at this stage")
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder for checkpoints")
    arguments = parser.parse_args()
    arguments.work.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    random.seed(SEED)
    examples = [row for name in PUBLIC_SETS for row in read_public(name)] + read_corpus("train")
    train, held_out = split(examples)
    news = read_news(train, held_out)
    if arguments.check:
        train, held_out, news = random.sample(train, 400), held_out[::10], news[::100]
    for number in range(arguments.first, len(STAGES)):
        unigram, network = begun(train, arguments.work, number)
        rows = train + _taught(STAGES[number].teacher, news, held_out, arguments.work)
        _learn_stage(network, unigram, rows, number, arguments.work)
    unigram, network = left(arguments.work, *SHIPPED)
    temperature = calibrate(network, unigram, [row for row in held_out if row.targeted], "toward")
    if not arguments.check:
        chosen = random.Random(SEED).sample(train, SAMPLES)
        samples = [encode(passage_of(row), unigram, masked=False) for row in chosen]
        pack(network.cpu(), unigram, "toward", temperature=temperature, samples=samples)


def _taught(
    teacher: int | None, news: list[Example], held_out: list[Example], work: Path
) -> list[Example]:
    """The news with the probability of each label that a stage's network gives it.

    Probabilities are as sure as those of RuSentNE's held-out rows may be: its sentences
    are of the same kind.
    """
    doubted = [row for row in held_out if row.source == "rusentne"]
    if teacher is None or not news or not doubted:
        return []
    unigram, network = left(work, teacher)
    temperature = best_temperature(
        np.array([row.label for row in doubted]),
        _both_views(network, unigram, doubted),
        np.array([row.source for row in doubted]),
    )
    given = softmax(_both_views(network, unigram, news) / np.float32(temperature))
    _log(f"{len(news)} of the news, temperature {temperature:.2f}, mean {given.mean(axis=0)}")
    return [replace(row, given=tuple(each)) for row, each in zip(news, given.tolist(), strict=True)]


def _both_views(network: Network, unigram: Unigram, rows: list[Example]) -> NDArray[np.float32]:
    """The mean of the logits with the target shown and with it masked."""
    device = network.device
    with torch.autocast(device.type, torch.bfloat16, enabled=half_precision(device)):
        shown = logits_of(network, unigram, rows)
        hidden = logits_of(network, unigram, rows, masked=True)
    return np.asarray((shown + hidden) / 2, dtype=np.float32)


def _learn_stage(
    network: Network, unigram: Unigram, train: list[Example], number: int, work: Path
) -> None:
    """Train one stage and leave its checkpoint."""
    stage = STAGES[number]
    views = views_of(stage, number, train, unigram)
    _log(f"stage {number}: {len(views)} views, {sum(len(v.encoded.ids) for v in views)} pieces")
    learn(network, views, stage, SEED + number)
    save(network, unigram, work / f"stage{number}.pt")


def begun(train: list[Example], work: Path, number: int) -> tuple[Unigram, Network]:
    """The vocabulary and the network before a stage: from the start, or as one left it."""
    if STAGES[number].after >= 0:
        return left(work, STAGES[number].after)
    start = read_starting_weights()
    full = Unigram(start.pieces, start.scores.tolist())
    kept = choose_pieces(full, [row.text for row in train])
    return _trimmed(start, kept), Network(start, kept, SEED).to(_device())


def left(work: Path, *numbers: int) -> tuple[Unigram, Network]:
    """The vocabulary and the network as a stage left them, or the mean of several."""
    stored = [torch.load(work / f"stage{number}.pt", map_location="cpu") for number in numbers]
    start, kept = _kept(stored[0]["pieces"])
    network = Network(start, kept, SEED)
    states = [one["state"] for one in stored]
    mean = {name: sum(one[name] for one in states) / len(states) for name in states[0]}
    network.load_state_dict(mean)
    return _trimmed(start, kept), network.to(_device())


def network_over(pieces: Sequence[str], layers: int) -> Network:
    """An untrained network of so many layers over a vocabulary."""
    start, kept = _kept(pieces)
    return Network(start, kept, SEED, layers).to(_device())


def _kept(pieces: Sequence[str]) -> tuple[StartingWeights, list[int]]:
    start = read_starting_weights()
    places = {piece: place for place, piece in enumerate(start.pieces)}
    return start, [places[piece] for piece in pieces]


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def save(network: Network, unigram: Unigram, path: Path) -> None:
    """Keep the network as it is; a kill in between leaves the one before."""
    fresh = path.with_suffix(".new")
    torch.save({"pieces": unigram.pieces, "state": network.state_dict()}, fresh)
    fresh.replace(path)


def _trimmed(start: StartingWeights, kept: list[int]) -> Unigram:
    return Unigram([start.pieces[n] for n in kept], [float(start.scores[n]) for n in kept])


def _log(what: str) -> None:
    print(f"[{time.perf_counter() - _BEGUN:.0f} s] {what}", flush=True)


if __name__ == "__main__":
    main()
