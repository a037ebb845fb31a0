"""Train the embedded model and write ``monitor/sentiment/data/embedded.npz``.

Usage: python -m training.embedded [--check]; about 15 minutes on one free core.

Learns from the frozen lower layers' output, which is computed once for each
text. A twelfth of all groups is held out: it sets the temperatures and gives
the figures that are printed; the corpus's test part and the public test parts
are never read here.
"""

import argparse
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from monitor.sentiment.encoding import Encoded, batches, encode, padded
from monitor.sentiment.protocol import Passage
from monitor.sentiment.unigram import Unigram
from training.network import Network
from training.packing import pack
from training.scores import best_temperature, score
from training.starting_weights import StartingWeights, read_starting_weights
from training.texts import PUBLIC_SETS, Example, read_corpus, read_public, share_of
from training.vocabulary import choose_pieces

SEED = 1
HELD_OUT = 1 / 12
LONGEST = 64
PIECES_A_STEP = 1024
HEAD_SPEED = 5.0
WARM_UP = 0.06
SMOOTHING = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One stretch of training: how many rows of each set, how often, how fast."""

    rows: dict[str, int]
    epochs: int
    learning_rate: float


# Nearly neutral or repetitive sets would drown the others, so each has its share. The
# second stretch reads more of the public sets once, and the corpus with both views.
STRETCHES = (
    Stretch(
        rows={
            "rusentne": 3000, "newsmtsc": 2200, "brand_synth": 300, "cedr": 900,
            "brighter_ru": 500, "brighter_uk": 1200, "corpus": 10**6,
        },
        epochs=2,
        learning_rate=2e-4,
    ),
    Stretch(
        rows={
            "rusentne": 4000, "newsmtsc": 3500, "cedr": 1500, "brighter_ru": 500,
            "brighter_uk": 2000, "corpus": 10**6,
        },
        epochs=1,
        learning_rate=1.2e-4,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An example as the upper layers read it: pieces, and the lower layers' output."""

    example: Example
    encoded: Encoded
    lower: Tensor


def main() -> None:
    """Train, calibrate, print figures on held-out groups, write the weights."""
    parser = argparse.ArgumentParser(description="Train the embedded model.")
    parser.add_argument("--check", action="store_true", help="a small trial; write nothing")
    parser.add_argument("--resume", action="store_true", help="go on behind the first stretch")
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder for checkpoints")
    arguments = parser.parse_args()
    arguments.work.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    random.seed(SEED)
    examples = [row for name in PUBLIC_SETS for row in read_public(name)] + read_corpus("train")
    train = [row for row in examples if share_of(row.group) >= HELD_OUT]
    held_out = [row for row in examples if share_of(row.group) < HELD_OUT]
    if arguments.check:
        train, held_out = random.sample(train, 600), held_out[::10]
    checkpoint = arguments.work / "first.pt"
    if not arguments.resume:
        unigram, network = _begun(train)
        _train(network, _prepared(network, unigram, train, 0), STRETCHES[0])
        state = {"pieces": unigram.pieces, "state": network.state_dict()}
        torch.save(state, checkpoint)
    unigram, network = _resumed(checkpoint)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    rows = _prepared(network, unigram, train, 1)
    _train(network, rows, STRETCHES[1])
    torch.save(network.state_dict(), arguments.work / "second.pt")
    network.load_state_dict(_between(before, network.state_dict()))
    temperatures = _report(network, unigram, held_out)
    if not arguments.check:
        samples = [row.encoded for row in random.sample(rows, 1000)]
        pack(network, unigram, temperatures=temperatures, samples=samples)


def _between(first: dict[str, Tensor], second: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights half way between the two stretches: on held-out groups better than either."""
    return {name: (first[name] + second[name]) / 2 for name in first}


def _begun(train: list[Example]) -> tuple[Unigram, Network]:
    """The vocabulary chosen by the training texts, and the network before training."""
    start = read_starting_weights()
    full = Unigram(start.pieces, start.scores.tolist())
    kept = choose_pieces(full, [row.text for row in train])
    return _trimmed(start, kept), Network(start, kept, SEED)


def _resumed(checkpoint: Path) -> tuple[Unigram, Network]:
    """The vocabulary and the network as the first stretch left them."""
    stored = torch.load(checkpoint)
    start = read_starting_weights()
    places = {piece: place for place, piece in enumerate(start.pieces)}
    kept = [places[piece] for piece in stored["pieces"]]
    network = Network(start, kept, SEED)
    network.load_state_dict(stored["state"])
    return _trimmed(start, kept), network


def _trimmed(start: StartingWeights, kept: list[int]) -> Unigram:
    return Unigram([start.pieces[n] for n in kept], [float(start.scores[n]) for n in kept])


def _chosen(examples: list[Example], wanted: dict[str, int]) -> list[Example]:
    """At most so many rows of each set, the same ones every time."""
    chosen: list[Example] = []
    for source, count in wanted.items():
        own = [row for row in examples if row.source == source]
        own.sort(key=lambda row: share_of(f"order {row.text} {row.start}"))
        chosen.extend(own[:count])
    return chosen


def _passage(row: Example) -> Passage:
    return Passage(text=row.text, start=row.start, end=row.end, lang=row.lang)


def _prepared(
    network: Network, unigram: Unigram, train: list[Example], number: int
) -> list[Prepared]:
    """The rows of a stretch with the lower layers' output; half of the targets are masked.

    From the second stretch on each corpus row comes both ways.
    """
    views: list[tuple[Example, Encoded]] = []
    for row in _chosen(train, STRETCHES[number].rows):
        masked = share_of(f"mask {number} {row.text} {row.start}") < 0.5
        both = number > 0 and row.source == "corpus"
        for hidden in (False, True) if both else (masked,):
            views.append((row, encode(_passage(row), unigram, masked=hidden, longest=LONGEST)))
    _log(f"{len(views)} views, {sum(len(one.ids) for _, one in views)} pieces")
    lower: list[Tensor] = [torch.empty(0)] * len(views)
    network.eval()
    with torch.no_grad():
        for places in batches([len(one.ids) for _, one in views], pieces=2048):
            arrays = map(torch.from_numpy, padded([views[place][1] for place in places]))
            for place, output in zip(places, network.lower(*arrays).half(), strict=True):
                lower[place] = output[: len(views[place][1].ids)].clone()
    _log("lower layers done")
    return [
        Prepared(example=row, encoded=one, lower=output)
        for (row, one), output in zip(views, lower, strict=True)
    ]


def _train(network: Network, rows: list[Prepared], stretch: Stretch) -> None:
    """Train over shuffled batches of like length, warming up and slowing down to nothing."""
    learning = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    heads = [p for name, p in learning if name.startswith(("toward", "whole"))]
    body = [p for name, p in learning if not name.startswith(("toward", "whole"))]
    optimizer = torch.optim.AdamW(
        [
            {"params": body, "lr": stretch.learning_rate},
            {"params": heads, "lr": stretch.learning_rate * HEAD_SPEED},
        ],
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    weights = {head: _label_weights(rows, head) for head in (True, False)}
    plan = [batch for _ in range(stretch.epochs) for batch in _shuffled(rows)]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (WARM_UP * len(plan)), 1) * (1 - step / len(plan))
    )
    losses: list[float] = []
    network.train()
    for batch in plan:
        loss = _loss(network, batch, weights)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in learning], 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if len(losses) % 50 == 0:
            _log(f"step {len(losses)}/{len(plan)} loss {np.mean(losses[-50:]):.3f}")


def _shuffled(rows: list[Prepared]) -> list[list[Prepared]]:
    """Batches of nearly like length in random order."""
    lengths = [len(row.encoded.ids) + random.randrange(8) for row in rows]
    found = [[rows[place] for place in places] for places in batches(lengths, pieces=PIECES_A_STEP)]
    random.shuffle(found)
    return found


def _loss(network: Network, batch: list[Prepared], weights: dict[bool, Tensor]) -> Tensor:
    """Mean smoothed loss of the batch, each row through the head that it has a label for."""
    _, flags, attention = map(torch.from_numpy, padded([row.encoded for row in batch]))
    lower = torch.nn.utils.rnn.pad_sequence([row.lower for row in batch], batch_first=True).float()
    pooled = network.upper(lower, flags, attention)
    targeted = torch.tensor([row.example.targeted for row in batch])
    labels = torch.tensor([row.example.label for row in batch])
    total = torch.zeros(())
    for toward, head in ((True, network.toward), (False, network.whole)):
        chosen = targeted == toward
        if chosen.any():
            total = total + functional.cross_entropy(
                head(pooled[chosen]),
                labels[chosen],
                weight=weights[toward],
                label_smoothing=SMOOTHING,
                reduction="sum",
            )
    return total / len(batch)


def _label_weights(rows: list[Prepared], toward: bool) -> Tensor:
    """Weights that lift rare labels half of the way to evenness."""
    counts = Counter(row.example.label for row in rows if row.example.targeted == toward)
    shares = torch.tensor([float(counts[label] + 1) for label in range(3)])
    weights = (shares.sum() / shares).sqrt()
    return weights / weights.mean()


@torch.no_grad()
def _logits(
    network: Network, unigram: Unigram, rows: list[Example], *, masked: bool
) -> NDArray[np.float32]:
    network.eval()
    views = [encode(_passage(row), unigram, masked=masked) for row in rows]
    found = np.zeros((len(rows), 3), dtype=np.float32)
    for places in batches([len(one.ids) for one in views], pieces=2048):
        ids, flags, attention = map(torch.from_numpy, padded([views[place] for place in places]))
        pooled = network.upper(network.lower(ids, flags, attention), flags, attention)
        targeted = torch.tensor([rows[place].targeted for place in places])[:, None]
        found[places] = torch.where(targeted, network.toward(pooled), network.whole(pooled)).numpy()
    return found


def _report(network: Network, unigram: Unigram, rows: list[Example]) -> tuple[float, float]:
    """Print figures of each set; answer the best temperature of each head."""
    labels = np.array([row.label for row in rows])
    targeted = np.array([row.targeted for row in rows])
    ways = {masked: _logits(network, unigram, rows, masked=masked) for masked in (False, True)}
    both = (ways[False] + ways[True]) / 2
    keys = np.array(
        [row.source + (f" {row.lang}" if row.source == "corpus" else "") for row in rows]
    )
    for name, logits in (("plain", ways[False]), ("masked", ways[True]), ("both", both)):
        for key in sorted(set(keys)):
            chosen = keys == key
            print(
                f"{name:6} {key:12} {score(labels[chosen], _softmax(logits[chosen]))}", flush=True
            )
    temperatures = [
        best_temperature(labels[targeted == head], ways[False][targeted == head])
        for head in (True, False)
    ]
    _log(f"temperatures {temperatures}")
    return temperatures[0], temperatures[1]


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


def _log(what: str) -> None:
    print(f"[{time.perf_counter():.0f} s] {what}", flush=True)


if __name__ == "__main__":
    main()
