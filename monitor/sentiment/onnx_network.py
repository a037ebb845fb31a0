"""The embedded network on onnxruntime: 8-bit matrix products, the rest in 32 bits.

Activations are quantised by ranges measured in training, not by those of the
batch at hand, so that a passage gets the same tone whatever it is judged with.
Inputs are evened out against the weights behind them, lest loud ones drown the
quiet; where that is not enough, the loudest few are multiplied in 32 bits.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.sentiment.encoding import Ints
from monitor.sentiment.onnx_model import MICROSOFT, Graph
from monitor.sentiment.onnx_runtime import load_runtime
from monitor.sentiment.sampling import sampled
from monitor.sentiment.verdict import Floats
from monitor.sentiment.weights import HEADS, EmbeddedWeights

EVENNESS = 0.6  # share of the spread that moves from activations to weights
WEIGHT_STEPS = 63  # 7 bits: products of pairs stay in 16 bits on processors without VNNI
ZERO = 128
LOUD = 8  # inputs of a block's last matrix that are multiplied in 32 bits
QUIETEST = np.float32(1e-3)


@dataclass(frozen=True, slots=True)
class OnnxNetwork:
    """Pooled features of padded batches."""

    weights: EmbeddedWeights
    session: Any

    def pooled(self, ids: Ints, flags: Ints, attention: Floats) -> Floats:
        """Mean of the text beside mean of the target (of the text where there is none)."""
        sample = sampled(flags, attention)
        inputs = {
            "x": self.weights.embed(ids, flags),
            "pointed": (flags > 0).astype(np.float32)[..., None],
            "keep": attention.astype(np.int32),
            "read": sample.places,
            "below": sample.below[:, None, :],
            "text": sample.text[:, None, :],
            "target": sample.target[:, None, :],
        }
        return np.asarray(self.session.run(None, inputs)[0], dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bytes:
    """Names of numbers in bytes, of what a step is worth, and of the byte that means nothing."""

    x: str
    step: str
    zero: str


def open_network(weights: EmbeddedWeights, threads: int) -> OnnxNetwork:
    """A session over the weights, on so many threads."""
    onnxruntime = load_runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        graph_of(weights),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],  # fused, it takes three times as long
    )
    return OnnxNetwork(weights, session)


def graph_of(weights: EmbeddedWeights) -> bytes:
    """The network as an ONNX model."""
    graph = Graph()
    x = "x"
    top = weights.layers - 1
    for layer in range(top):
        if layer == weights.frozen:
            mark = graph.op("Mul", "pointed", graph.constant(weights.tensors["target"]))
            x = graph.op("Add", x, mark)
        x = _layer(graph, weights, x, x, f"layers.{layer}.")
    rows = graph.op("Reshape", x, graph.constant(np.array([-1, weights.width], dtype=np.int64)))
    last = _layer(graph, weights, graph.op("Gather", rows, "read"), x, f"layers.{top}.")
    text = graph.op("Add", graph.op("MatMul", "below", x), graph.op("MatMul", "text", last))
    both = graph.op("Concat", text, graph.op("MatMul", "target", last), axis=2)
    output = graph.op("Squeeze", both, graph.constant(np.array([1], dtype=np.int64)))
    inputs = {"x": ("float32", 3), "pointed": ("float32", 3), "keep": ("int32", 2)}
    pools = dict.fromkeys(("below", "text", "target"), ("float32", 3))
    return graph.model({**inputs, "read": ("int64", 2), **pools}, output)


def _layer(graph: Graph, weights: EmbeddedWeights, x: str, seen: str, name: str) -> str:
    """What the layer makes of the pieces ``x``, which look at those of ``seen``."""
    out, bias = _matrix(weights, name + "out")
    even = _evenness(out, weights.ranges[name + "out"])
    mixed = _attended(graph, weights, x, seen, name, even)
    reach = weights.ranges[name + "out"] / even
    mixed = _product(graph, _in_bytes(graph, mixed, reach), out * even[:, None], bias)
    x = _joined(graph, weights, x, mixed, name + "out_norm")
    return _joined(graph, weights, x, _inner(graph, weights, x, name), name + "down_norm")


def _attended(
    graph: Graph, weights: EmbeddedWeights, x: str, seen: str, name: str, even: Floats
) -> str:
    """Queries, keys, values and attention; the values evened out for the matrix behind it.

    Three products and one operation for attention: the one operation for all of it
    (QAttention) makes a product of each head by itself, which takes longer.
    """
    matrix, bias = _matrix(weights, name + "qkv")
    divisor = np.concatenate([np.ones(2 * len(even), dtype=np.float32), even])
    matrix, bias = matrix / divisor, bias / divisor
    tiny, inputs = _evened(graph, seen, matrix, weights.ranges[name + "qkv"])
    asking = tiny if x == seen else _evened(graph, x, matrix, weights.ranges[name + "qkv"])[0]
    columns = np.split(matrix * inputs[:, None], 3, axis=1)
    parts = [
        _product(graph, *each)
        for each in zip((asking, tiny, tiny), columns, np.split(bias, 3), strict=True)
    ]
    return graph.op("MultiHeadAttention", *parts, "", "keep", domain=MICROSOFT, num_heads=HEADS)


def _inner(graph: Graph, weights: EmbeddedWeights, x: str, name: str) -> str:
    """A block's two last products: the loudest between them, far louder than others, apart."""
    up, up_bias = _matrix(weights, name + "up")
    down, down_bias = _matrix(weights, name + "down")
    reach = np.maximum(weights.ranges[name + "down"], QUIETEST)
    loud = np.argsort(-reach * np.abs(down).max(axis=1))[:LOUD]
    few = graph.op("MatMul", x, graph.constant(up[:, loud]))
    few = _bent(graph, graph.op("Add", few, graph.constant(up_bias[loud])))
    apart = graph.op("MatMul", few, graph.constant(down[loud]))
    rest = down.copy()
    rest[loud] = 0
    reach[loud] = QUIETEST
    inner = _bent(graph, _evened_product(graph, x, up, weights.ranges[name + "up"], up_bias))
    return graph.op("Add", _evened_product(graph, inner, rest, reach, down_bias), apart)


def _bent(graph: Graph, x: str) -> str:
    """GELU by its tanh formula (Hendrycks & Gimpel 2016), a third quicker and off by 0.0005."""
    return graph.op("FastGelu", x, domain=MICROSOFT)


def _joined(graph: Graph, weights: EmbeddedWeights, x: str, change: str, norm: str) -> str:
    return graph.op(
        "LayerNormalization",
        graph.op("Add", x, change),
        graph.constant(weights.tensors[norm + ".weight"]),
        graph.constant(weights.tensors[norm + ".bias"]),
        axis=2,
        epsilon=1e-12,
    )


def _matrix(weights: EmbeddedWeights, name: str) -> tuple[Floats, Floats]:
    return weights.tensors[name + ".weight"], weights.tensors[name + ".bias"]


def _evenness(matrix: Floats, reach: Floats) -> Floats:
    """What each input is divided by, and its weights multiplied with."""
    largest = np.maximum(np.abs(matrix).max(axis=1), 1e-6)
    even = np.maximum(reach, QUIETEST) ** EVENNESS / largest ** (1 - EVENNESS)
    return np.asarray(np.where(matrix.any(axis=1), even, np.median(even)), dtype=np.float32)


def _evened_product(graph: Graph, x: str, matrix: Floats, reach: Floats, bias: Floats) -> str:
    tiny, even = _evened(graph, x, matrix, reach)
    return _product(graph, tiny, matrix * even[:, None], bias)


def _evened(graph: Graph, x: str, matrix: Floats, reach: Floats) -> tuple[_Bytes, Floats]:
    """The inputs of a product, evened out and in bytes, and what each was divided by."""
    even = _evenness(matrix, reach)
    evened = graph.op("Mul", x, graph.constant(np.reciprocal(even)))
    return _in_bytes(graph, evened, reach / even), even


def _in_bytes(graph: Graph, x: str, reach: Floats) -> _Bytes:
    step = graph.constant(np.array(reach.max() / (ZERO - 1), dtype=np.float32))
    zero = graph.constant(np.array(ZERO, dtype=np.uint8))
    return _Bytes(x=graph.op("QuantizeLinear", x, step, zero), step=step, zero=zero)


def _product(graph: Graph, tiny: _Bytes, matrix: Floats, bias: Floats) -> str:
    """A matrix product in bytes, answered in 32-bit numbers with the bias added."""
    scale = np.maximum(np.abs(matrix).max(axis=0) / WEIGHT_STEPS, 1e-12).astype(np.float32)
    return graph.op(
        "MatMulIntegerToFloat",
        tiny.x,
        graph.constant(np.round(matrix / scale).astype(np.int8)),
        tiny.step,
        graph.constant(scale),
        tiny.zero,
        "",
        graph.constant(bias),
        domain=MICROSOFT,
    )
