"""The numbers of the embedded model as they ship, and its first step: embeddings.

Two networks: one judges toward a target, one the text as a whole, which begins as the
other does. Layers are stored as bytes with a scale for each output, embeddings as 4-bit
blocks; the two engines unpack what they need.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import IO

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.encoding import MASKED, Ints
from monitor.sentiment.linear import linear_version
from monitor.sentiment.unigram import Unigram
from monitor.sentiment.verdict import Floats

HEADS = 12  # attention heads; not to be seen in the shapes
FILES = {"toward": "embedded.npz", "whole": "whole.npz"}
BLOCK = 32
EPSILON = np.float32(1e-12)

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedWeights:
    """Everything the engines need of one network, unpacked but for the embeddings."""

    layers: int
    frozen: int  # so many layers both networks have; the target's mark is added behind them
    temperature: float
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
def shipped_weights(judged: str) -> EmbeddedWeights:
    """The weights of the network for ``toward`` or ``whole``, read once."""
    with _opened(judged) as stream:
        stored = np.load(stream)
        arrays = {name: stored[name] for name in stored.files}
    if judged == "toward":
        return unpacked(arrays)
    return branched(shipped_weights("toward"), arrays)


@cache
def shipped_version() -> str:
    """The versions of the linear judge, which looks first, and of both networks; unpacks none."""
    return f"{toward_version()}/{_version('whole')}"


@cache
def toward_version() -> str:
    """Those of the judges toward a target alone, on whose answers a correction builds."""
    return f"{linear_version()}/{_version('toward')}"


def unpacked(stored: Arrays) -> EmbeddedWeights:
    """The first network from the arrays of its file."""
    layers, frozen = (int(number) for number in stored["layers"])
    pieces = stored["pieces"].tobytes().decode().split("\n")
    return EmbeddedWeights(
        layers=layers,
        frozen=frozen,
        temperature=float(stored["temperature"]),
        unigram=Unigram(pieces, stored["scores"].astype(np.float32).tolist()),
        word_nibbles=stored["word_nibbles"].astype(np.uint8),
        word_scale=stored["word_scale"].astype(np.float16),
        tensors=_tensors(stored),
        ranges=_ranges(stored),
    )


def branched(stem: EmbeddedWeights, stored: Arrays) -> EmbeddedWeights:
    """Another network from what it shares with the stem, and the arrays of its file."""
    shared = {name: it for name, it in stem.tensors.items() if is_shared(name, stem.frozen)}
    ranges = {name: it for name, it in stem.ranges.items() if is_shared(name, stem.frozen)}
    return replace(
        stem,
        layers=int(stored["layers"][0]),
        temperature=float(stored["temperature"]),
        tensors={**shared, **_tensors(stored)},
        ranges={**ranges, **_ranges(stored)},
    )


def is_shared(name: str, frozen: int) -> bool:
    """Whether both networks have this tensor: no head, nor a layer that learnt."""
    part, _, rest = name.partition(".")
    return part != "head" and not (part == "layers" and int(rest.partition(".")[0]) >= frozen)


def _version(judged: str) -> str:
    with _opened(judged) as stream:
        return str(np.load(stream)["version"])


def _opened(judged: str) -> IO[bytes]:
    return (files("monitor.sentiment") / "data" / FILES[judged]).open("rb")


def _tensors(stored: Arrays) -> dict[str, Floats]:
    tensors: dict[str, Floats] = {}
    for name, values in stored.items():
        family, _, rest = name.partition(".")
        if family == "plain":
            tensors[rest] = values.astype(np.float32)
        elif family == "bytes":
            scale = stored[f"scale.{rest}"].astype(np.float32)
            tensors[rest] = np.ascontiguousarray((values.astype(np.float32) * scale[:, None]).T)
    return tensors


def _ranges(stored: Arrays) -> dict[str, Floats]:
    return {
        name.partition(".")[2]: values.astype(np.float32)
        for name, values in stored.items()
        if name.startswith("range.")
    }
