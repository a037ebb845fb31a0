"""The embedded network on onnxruntime: 8-bit matrix products, the rest in 32 bits.

Activations are quantised by ranges measured in training, not by those of the
batch at hand, so that a passage gets the same tone whatever it is judged with.
The few loudest inputs of each matrix are multiplied in 32 bits, and the others
evened out against the weights behind them: they would drown the quiet ones.
"""

from dataclasses import dataclass

import numpy as np
import onnxruntime

from monitor.sentiment.encoding import Ints
from monitor.sentiment.onnx_model import MICROSOFT, Graph
from monitor.sentiment.verdict import Floats
from monitor.sentiment.weights import HEADS, EmbeddedWeights

EVENNESS = 0.5  # share of the spread that moves from activations to weights
WEIGHT_STEPS = 63  # 7 bits: products of pairs stay in 16 bits on processors without VNNI
ZERO = 128
LOUD = 8  # inputs of each matrix that are multiplied in 32 bits
QUIETEST = np.float32(1e-3)


@dataclass(frozen=True, slots=True)
class OnnxNetwork:
    """Pooled features of padded batches."""

    weights: EmbeddedWeights
    session: onnxruntime.InferenceSession

    def pooled(self, ids: Ints, flags: Ints, attention: Floats) -> Floats:
        """Mean of the text beside mean of the target (of the text where there is none)."""
        pointed = (flags > 0).astype(np.float32)
        chosen = np.where(pointed.any(axis=1, keepdims=True), pointed, attention)
        inputs = {
            "x": self.weights.embed(ids, flags),
            "pointed": pointed[..., None],
            "keep": attention.astype(np.int32),
            "text": (attention / attention.sum(axis=1, keepdims=True))[:, None, :],
            "chosen": (chosen / chosen.sum(axis=1, keepdims=True))[:, None, :],
        }
        return np.asarray(self.session.run(None, inputs)[0], dtype=np.float32)


def open_network(weights: EmbeddedWeights, threads: int) -> OnnxNetwork:
    """A session over the weights, on so many threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        graph_of(weights), options, providers=["CPUExecutionProvider"]
    )
    return OnnxNetwork(weights, session)


def graph_of(weights: EmbeddedWeights) -> bytes:
    """The network as an ONNX model."""
    graph = Graph()
    x = "x"
    for layer in range(weights.layers):
        if layer == weights.frozen:
            mark = graph.op("Mul", "pointed", graph.constant(weights.tensors["target"]))
            x = graph.op("Add", x, mark)
        x = _layer(graph, weights, x, f"layers.{layer}.")
    means = [graph.op("MatMul", name, x) for name in ("text", "chosen")]
    both = graph.op("Concat", *means, axis=2)
    output = graph.op("Squeeze", both, graph.constant(np.array([1], dtype=np.int64)))
    inputs = {"x": ("float32", 3), "pointed": ("float32", 3), "keep": ("int32", 2)}
    return graph.model({**inputs, "text": ("float32", 3), "chosen": ("float32", 3)}, output)


def _layer(graph: Graph, weights: EmbeddedWeights, x: str, name: str) -> str:
    parts = graph.node("Split", [_linear(graph, weights, x, name + "qkv")], outputs=3, axis=2)
    mixed = graph.op("MultiHeadAttention", *parts, "", "keep", domain=MICROSOFT, num_heads=HEADS)
    x = _joined(graph, weights, x, _linear(graph, weights, mixed, name + "out"), name + "out_norm")
    inner = graph.op("Gelu", _linear(graph, weights, x, name + "up"), domain=MICROSOFT)
    down = _linear(graph, weights, inner, name + "down")
    return _joined(graph, weights, x, down, name + "down_norm")


def _joined(graph: Graph, weights: EmbeddedWeights, x: str, change: str, norm: str) -> str:
    return graph.op(
        "SkipLayerNormalization",
        x,
        change,
        graph.constant(weights.tensors[norm + ".weight"]),
        graph.constant(weights.tensors[norm + ".bias"]),
        domain=MICROSOFT,
        epsilon=1e-12,
    )


def _linear(graph: Graph, weights: EmbeddedWeights, x: str, name: str) -> str:
    """A matrix product in bytes, from and to 32-bit numbers; the loudest inputs stay apart."""
    matrix = weights.tensors[name + ".weight"]
    reach = np.maximum(weights.ranges[name], QUIETEST)
    loud = np.argsort(-reach * np.abs(matrix).max(axis=1))[:LOUD].astype(np.int64)
    apart = graph.op(
        "MatMul", graph.op("Gather", x, graph.constant(loud), axis=2), graph.constant(matrix[loud])
    )
    rest = matrix.copy()
    rest[loud] = 0
    reach[loud] = QUIETEST
    product = _byte_product(graph, x, rest, reach, weights.tensors[name + ".bias"])
    return graph.op("Add", product, apart)


def _byte_product(graph: Graph, x: str, matrix: Floats, reach: Floats, bias: Floats) -> str:
    """The product of quantised inputs and quantised weights, with the bias added."""
    largest = np.maximum(np.abs(matrix).max(axis=1), 1e-6)
    even = reach**EVENNESS / largest ** (1 - EVENNESS)
    even = np.where(matrix.any(axis=1), even, np.median(even)).astype(np.float32)
    matrix = matrix * even[:, None]
    step = graph.constant(np.array((reach / even).max() / (ZERO - 1), dtype=np.float32))
    scale = np.maximum(np.abs(matrix).max(axis=0) / WEIGHT_STEPS, 1e-12).astype(np.float32)
    zero = graph.constant(np.array(ZERO, dtype=np.uint8))
    evened = graph.op("Mul", x, graph.constant((1 / even).astype(np.float32)))
    return graph.op(
        "MatMulIntegerToFloat",
        graph.op("QuantizeLinear", evened, step, zero),
        graph.constant(np.round(matrix / scale).astype(np.int8)),
        step,
        graph.constant(scale),
        zero,
        graph.constant(np.zeros(len(scale), dtype=np.int8)),
        graph.constant(bias),
        domain=MICROSOFT,
    )
