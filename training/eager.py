"""The shipped network toward a target in eager 32-bit torch: the mark for the benchmark."""

from collections.abc import Callable, Sequence

import torch

from monitor.sentiment.embedded import PIECES_A_BATCH
from monitor.sentiment.encoding import batches, encode, padded
from monitor.sentiment.protocol import Passage
from monitor.sentiment.weights import EmbeddedWeights, shipped_weights
from training.network import Network
from training.starting_weights import read_starting_weights


def eager_judge(passages: Sequence[Passage]) -> Callable[[], None]:
    """A function that judges the passages once, batched as the shipped path batches them."""
    weights = shipped_weights("toward")
    network = shipped_network(weights)
    torch.set_num_threads(1)

    @torch.no_grad()
    def judge() -> None:
        encoded = [encode(passage, weights.unigram, masked=False) for passage in passages]
        for places in batches([len(one.ids) for one in encoded], pieces=PIECES_A_BATCH):
            arrays = padded([encoded[place] for place in places])
            ids, flags, attention = map(torch.from_numpy, arrays)
            lower = network.lower(ids, flags, attention)
            network.toward(network.upper(lower, flags, attention)).softmax(dim=1)

    return judge


def shipped_network(weights: EmbeddedWeights) -> Network:
    """A torch network with the shipped layers; its word embeddings do not matter for time."""
    start = read_starting_weights()
    network = Network(start, list(range(len(weights.word_scale))), 1).eval()
    state = network.state_dict()
    for stored, values in weights.tensors.items():
        name = stored.replace("head.", "toward.")
        tensor = torch.from_numpy(values.T if values.ndim == 2 and name != "position" else values)
        if state[name].shape == tensor.shape:
            state[name].copy_(tensor)
    return network
