"""Write a model file in ONNX's format: just the parts of it this package needs.

The shipped weights are one file that both engines read; the graph for
onnxruntime is written from them in memory, so neither a second copy of the
weights nor the ``onnx`` package is needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MICROSOFT = "com.microsoft"
_FLOAT = 1
_KINDS = {"float32": _FLOAT, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}
_OPSET = 17
_IR_VERSION = 8

Attribute = int | float
Array = NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.int8] | NDArray[np.int64]


@dataclass(slots=True)
class Graph:
    """Collects nodes and constants, then answers the bytes of the model."""

    _parts: list[bytes] = field(default_factory=list)
    _count: int = 0

    def constant(self, values: Array) -> str:
        """The name under which nodes can use these numbers."""
        name = self._fresh()
        self._parts.append(
            _bytes(
                5,
                _packed(1, values.shape)
                + _number(2, _KINDS[values.dtype.name])
                + _text(8, name)
                + _bytes(9, np.ascontiguousarray(values).tobytes()),
            )
        )
        return name

    def node(
        self,
        kind: str,
        inputs: Sequence[str],
        *,
        outputs: int,
        domain: str = "",
        **attributes: Attribute,
    ) -> list[str]:
        """Add one operation with several outputs; answers their names."""
        names = [self._fresh() for _ in range(outputs)]
        self._parts.append(_node(kind, inputs, names, domain, attributes))
        return names

    def op(self, kind: str, *inputs: str, domain: str = "", **attributes: Attribute) -> str:
        """Add one operation with one output; answers its name."""
        name = self._fresh()
        self._parts.append(_node(kind, inputs, [name], domain, attributes))
        return name

    def model(self, inputs: dict[str, tuple[str, int]], output: str) -> bytes:
        """The model: inputs by name with their kind of number and rank, one output."""
        graph = b"".join(self._parts) + _text(2, "tone")
        for name, (kind, rank) in inputs.items():
            graph += _bytes(11, _value(name, _KINDS[kind], rank))
        graph += _bytes(12, _value(output, _FLOAT, 2))
        opsets = _bytes(8, _text(1, "") + _number(2, _OPSET))
        opsets += _bytes(8, _text(1, MICROSOFT) + _number(2, 1))
        return _number(1, _IR_VERSION) + opsets + _bytes(7, graph)

    def _fresh(self) -> str:
        self._count += 1
        return f"v{self._count}"


def _node(
    kind: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    domain: str,
    attributes: dict[str, Attribute],
) -> bytes:
    body = b"".join(_text(1, name) for name in inputs)
    body += b"".join(_text(2, name) for name in outputs)
    body += _text(4, kind)
    for name, value in attributes.items():
        if isinstance(value, int):
            body += _bytes(5, _text(1, name) + _number(3, value) + _number(20, 2))
        else:
            raw = b"\x15" + np.float32(value).tobytes()
            body += _bytes(5, _text(1, name) + raw + _number(20, 1))
    return _bytes(1, body + _text(7, domain))


def _value(name: str, kind: int, rank: int) -> bytes:
    dimensions = b"".join(_bytes(1, _text(2, f"{name}_{axis}")) for axis in range(rank))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dimensions)))


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _number(place: int, number: int) -> bytes:
    return _varint(place << 3) + _varint(number)


def _packed(place: int, numbers: Iterable[int]) -> bytes:
    return _bytes(place, b"".join(_varint(number) for number in numbers))


def _bytes(place: int, content: bytes) -> bytes:
    return _varint(place << 3 | 2) + _varint(len(content)) + content


def _text(place: int, content: str) -> bytes:
    return _bytes(place, content.encode())
