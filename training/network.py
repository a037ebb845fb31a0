"""The embedded model as torch trains it: the lower layers of E5-small and two heads.

The word embeddings and the lowest layers stay as they are; only the layers
above them, the target's mark and the heads learn.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from monitor.sentiment.encoding import MASKED
from training.starting_weights import StartingWeights

LAYERS = 8
FROZEN = 2
EPSILON = 1e-12
DROPOUT = 0.1
NEUTRAL = 1  # place of its logit


class Layer(nn.Module):
    """One transformer block, normalised after each half."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        """An untrained block."""
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.out_norm = nn.LayerNorm(width, EPSILON)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.down_norm = nn.LayerNorm(width, EPSILON)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """The block's output; ``bias`` is minus infinity at padding."""
        rows, length, width = x.shape
        qkv = self.qkv(x).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        mixed = _attended(query, key, value, bias)
        mixed = mixed.transpose(1, 2).reshape(rows, length, width)
        x = self.out_norm(x + self.drop(self.out(mixed)))
        return self.down_norm(x + self.drop(self.down(functional.gelu(self.up(x)))))


class Head(nn.Module):
    """Three logits from the mean of the text and the mean of the target."""

    def __init__(self, width: int) -> None:
        """An untrained head."""
        super().__init__()
        self.hidden = nn.Linear(2 * width, width)
        self.last = nn.Linear(width, 3)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, pooled: Tensor) -> Tensor:
        """Logits of negative, neutral, positive."""
        return self.last(self.drop(torch.tanh(self.hidden(self.drop(pooled)))))


class Network(nn.Module):
    """Embeddings, blocks, and the heads ``toward`` a target and of the ``whole``."""

    def __init__(
        self, start: StartingWeights, kept: list[int], seed: int, layers: int = LAYERS
    ) -> None:
        """So many layers with their starting weights, and those of the kept pieces."""
        super().__init__()
        torch.manual_seed(seed)
        width = start.width
        words = start.matrix("emb.word")
        self.word = nn.Embedding.from_pretrained(torch.from_numpy(words[kept]))
        positions = start.matrix("emb.pos") + start.matrix("emb.type")[:1]
        self.position = nn.Parameter(torch.from_numpy(positions), requires_grad=False)
        self.norm = nn.LayerNorm(width, EPSILON)
        self.target = nn.Parameter(torch.randn(width) * 0.02)
        self.mask = nn.Parameter(
            torch.from_numpy(words[start.pieces.index("<mask>")].copy()), requires_grad=False
        )
        self.layers = nn.ModuleList([Layer(width, start.heads, start.inner) for _ in range(layers)])
        self.toward, self.whole = Head(width), Head(width)
        self._load(start)
        for part in (self.norm, *self.layers[:FROZEN]):
            part.requires_grad_(False)

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self.target.device

    def on_device(self, arrays: Sequence[NDArray[np.generic]]) -> tuple[Tensor, ...]:
        """The arrays as tensors where the network is."""
        return tuple(torch.from_numpy(array).to(self.device) for array in arrays)

    def lower(self, ids: Tensor, flags: Tensor, attention: Tensor) -> Tensor:
        """Output of the layers that do not learn."""
        x = torch.where((flags == MASKED)[..., None], self.mask, self.word(ids))
        x = self.norm(x + self.position[: ids.shape[1]])
        for layer in self.layers[:FROZEN]:
            x = layer(x, _bias(attention))
        return x

    def upper(self, x: Tensor, flags: Tensor, attention: Tensor) -> Tensor:
        """Means of the text and of the target (of the text again where there is none)."""
        x = x + (flags > 0)[..., None] * self.target
        for layer in self.layers[FROZEN:]:
            x = layer(x, _bias(attention))
        pointed = (flags > 0).float()
        chosen = torch.where(pointed.any(1, keepdim=True), pointed, attention)
        means = [
            (x * weight[..., None]).sum(1) / weight.sum(1, keepdim=True)
            for weight in (attention, chosen)
        ]
        return torch.cat(means, dim=1)

    @torch.no_grad()
    def lower_neutral(self, head: str, by: float) -> None:
        """Lower the head's logit of neutral, so that doubtful texts lean to a feeling."""
        getattr(self, head).last.bias[NEUTRAL] -= by

    def _load(self, start: StartingWeights) -> None:
        """Copy the starting weights into norms and blocks."""
        pairs: list[tuple[Tensor, np.ndarray]] = [
            (self.norm.weight, start.tensors["emb.ln.w"]),
            (self.norm.bias, start.tensors["emb.ln.b"]),
        ]
        for place, layer in enumerate(self.layers):
            own = f"l{place}."
            for kind in ("w", "b"):
                parts = [start.tensors[f"{own}{part}.{kind}"] for part in ("q", "k", "v")]
                learnt = "weight" if kind == "w" else "bias"
                pairs.append((getattr(layer.qkv, learnt), np.concatenate(parts)))
                for name, part in (
                    ("out", "ao"),
                    ("out_norm", "aln"),
                    ("up", "fi"),
                    ("down", "fo"),
                    ("down_norm", "oln"),
                ):
                    tensor = getattr(getattr(layer, name), learnt)
                    pairs.append((tensor, start.tensors[f"{own}{part}.{kind}"]))
        with torch.no_grad():
            for parameter, values in pairs:
                parameter.copy_(torch.from_numpy(values).reshape(parameter.shape))


def _attended(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """Attention; torch's fused one is quick forwards, on a CPU five times too slow backwards."""
    if not torch.is_grad_enabled():
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2) + bias.to(query.dtype)
    return scores.softmax(-1, dtype=query.dtype) @ value


def _bias(attention: Tensor) -> Tensor:
    return torch.zeros_like(attention).masked_fill(attention == 0, -1e4)[:, None, None, :]
