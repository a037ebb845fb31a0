"""Make what a network says probabilities, by rows held out, and print how right they are."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from monitor.sentiment.encoding import batches, encode, padded
from monitor.sentiment.unigram import Unigram
from monitor.sentiment.verdict import softmax
from training.mixture import passage_of
from training.network import NEUTRAL, Network
from training.scores import best_temperature, score
from training.texts import Example

FEELING = {"toward": 0.35, "whole": 0.2}  # by how much the logit of neutral is lowered
TEMPLATES = "brand_synth"  # surer than anything people write; no measure of doubt


def calibrate(network: Network, unigram: Unigram, rows: Sequence[Example], judged: str) -> float:
    """Lower neutral, print figures of each set; answer the temperature.

    Toward a target each set has its own, and the largest is taken: a stream nobody
    has labelled is less like any of them than they are like each other. The temperature
    is chosen first: fitted to what F1 wants, it would make the model surer.
    """
    labels = np.array([row.label for row in rows])
    sets = np.array([row.source for row in rows])
    logits = logits_of(network, unigram, rows)
    temperature = best_temperature(labels, logits, sets)
    if judged == "toward":
        each = {
            str(name): best_temperature(
                labels[sets == name], logits[sets == name], sets[sets == name]
            )
            for name in np.unique(sets[sets != TEMPLATES])
        }
        print(f"temperatures {each}", flush=True)
        temperature = max(each.values())
    network.lower_neutral(judged, FEELING[judged])
    logits[:, NEUTRAL] -= FEELING[judged]
    shares = softmax(logits / np.float32(temperature))
    keys = np.array(
        [row.source + (f" {row.lang}" if row.source == "corpus" else "") for row in rows]
    )
    for key in sorted(set(keys)):
        print(f"{key:12} {score(labels[keys == key], shares[keys == key])}", flush=True)
    return temperature


@torch.no_grad()
def logits_of(
    network: Network, unigram: Unigram, rows: Sequence[Example], *, masked: bool = False
) -> NDArray[np.float32]:
    """Uncalibrated logits of each row, through the head it has a label for."""
    network.eval()
    views = [encode(passage_of(row), unigram, masked=masked) for row in rows]
    found = np.zeros((len(rows), 3), dtype=np.float32)
    for places in batches([len(one.ids) for one in views], pieces=2048):
        ids, flags, attention = network.on_device(padded([views[place] for place in places]))
        pooled = network.upper(network.lower(ids, flags, attention), flags, attention)
        targeted = torch.tensor([rows[n].targeted for n in places], device=network.device)
        logits = torch.where(targeted[:, None], network.toward(pooled), network.whole(pooled))
        found[places] = logits.float().cpu().numpy()
    return found
