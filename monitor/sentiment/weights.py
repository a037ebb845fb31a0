"""The numbers of the embedded model as they ship, and its first step: embeddings.

Layers are stored as bytes with a scale for each output, embeddings as 4-bit
blocks; the two engines unpack what they need.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.encoding import MASKED, Ints
from monitor.sentiment.linear import linear_version
from monitor.sentiment.unigram import Unigram
from monitor.sentiment.verdict import Floats

HEADS = 12  # attention heads; not to be seen in the shapes
BLOCK = 32
EPSILON = np.float32(1e-12)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedWeights:
    """Everything the engines need, unpacked but for the embeddings."""

    layers: int
    frozen: int  # the target's mark is added behind so many layers
    temperatures: dict[str, float]  # head -> temperature
    unigram: Unigram
    word_nibbles: NDArray[np.uint8]
    word_scale: NDArray[np.float16]
    tensors: dict[str, Floats]  # matrices as (inputs, outputs)
    ranges: dict[str, Floats]  # largest activation of each input of a matrix

    @property
    def width(self) -> int:
        """Numbers a piece."""
        return len(self.tensors["target"])

    def embed(self, ids: Ints, flags: Ints) -> Floats:
        """What goes into the first layer: word and place of each piece, normalised."""
        nibbles = self.word_nibbles[ids]
        low, high = (nibbles & 15).astype(np.float32), (nibbles >> 4).astype(np.float32)
        blocks = np.concatenate([low, high], axis=-1) - 8
        words = (blocks * self.word_scale[ids].astype(np.float32)[..., None]).reshape(
            *ids.shape, -1
        )
        words[flags == MASKED] = self.tensors["mask"]
        placed = words + self.tensors["position"][: ids.shape[1]]
        return normalised(placed, self.tensors["norm.weight"], self.tensors["norm.bias"])


def normalised(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Layer normalisation over the last axis."""
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + EPSILON)
    return np.asarray(centred / spread * weight + bias, dtype=np.float32)


@cache
def shipped_weights() -> EmbeddedWeights:
    """The weights of the package, read once."""
    with (files("monitor.sentiment") / "data" / "embedded.npz").open("rb") as stream:
        stored = np.load(stream)
        return unpacked({name: stored[name] for name in stored.files})


@cache
def shipped_version() -> str:
    """The versions of the linear judge, which looks first, and of the network; unpacks neither."""
    with (files("monitor.sentiment") / "data" / "embedded.npz").open("rb") as stream:
        return f"{linear_version()}/{np.load(stream)['version']}"


def unpacked(stored: dict[str, NDArray[np.generic]]) -> EmbeddedWeights:
    """The weights from the arrays of the shipped file."""
    tensors: dict[str, Floats] = {}
    for name, values in stored.items():
        family, _, rest = name.partition(".")
        if family == "plain":
            tensors[rest] = values.astype(np.float32)
        elif family == "bytes":
            scale = stored[f"scale.{rest}"].astype(np.float32)
            tensors[rest] = np.ascontiguousarray((values.astype(np.float32) * scale[:, None]).T)
    layers, frozen = (int(number) for number in stored["layers"])
    toward, whole = (float(number) for number in stored["temperatures"])
    pieces = stored["pieces"].tobytes().decode().split("\n")
    return EmbeddedWeights(
        layers=layers,
        frozen=frozen,
        temperatures={"toward": toward, "whole": whole},
        unigram=Unigram(pieces, stored["scores"].astype(np.float32).tolist()),
        word_nibbles=stored["word_nibbles"].astype(np.uint8),
        word_scale=stored["word_scale"].astype(np.float16),
        tensors=tensors,
        ranges={
            name.partition(".")[2]: values.astype(np.float32)
            for name, values in stored.items()
            if name.startswith("range.")
        },
    )
