"""Pack a trained network into the file that ships: 4-bit embeddings, 8-bit layers."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from monitor.sentiment.encoding import LONGEST, Encoded, batches, padded
from monitor.sentiment.unigram import Unigram
from monitor.sentiment.verdict import Floats
from monitor.sentiment.weights import FILES, is_shared
from training.network import FROZEN, Network
from training.texts import ROOT

DATA = ROOT / "monitor" / "sentiment" / "data"
VERSIONS = {"toward": "embedded-13", "whole": "whole-1"}
BLOCK = 32

Arrays = dict[str, NDArray[np.generic]]


def pack(
    network: Network,
    unigram: Unigram,
    judged: str,
    *,
    temperature: float,
    samples: Sequence[Encoded],
    folder: Path = DATA,
) -> None:
    """Write the file that ships of the network for ``toward`` or ``whole``.

    That of whole texts holds only what the other one has not. The samples tell how large
    activations become.
    """
    tensors, ranges = _tensors(network, judged), _ranges(network, samples)
    arrays: Arrays = {
        "version": np.array(VERSIONS[judged]),
        "layers": np.array([len(network.layers), FROZEN]),
        "temperature": np.array(temperature, dtype=np.float32),
    }
    if judged == "toward":
        arrays["pieces"] = np.frombuffer("\n".join(unigram.pieces).encode(), dtype=np.uint8)
        arrays["scores"] = np.array(unigram.scores, dtype=np.float16)
        arrays.update(_packed_embeddings(tensors.pop("word.weight")))
    else:
        tensors = {name: it for name, it in tensors.items() if not is_shared(name, FROZEN)}
        ranges = {name: it for name, it in ranges.items() if not is_shared(name, FROZEN)}
    arrays.update({f"range.{name}": values for name, values in ranges.items()})
    for name, values in tensors.items():
        if name == "position":
            arrays[f"plain.{name}"] = values[:LONGEST].astype(np.float16)
        elif values.ndim == 2:
            scale = np.maximum(np.abs(values).max(axis=1) / 127, 1e-12).astype(np.float32)
            arrays[f"bytes.{name}"] = np.round(values / scale[:, None]).astype(np.int8)
            arrays[f"scale.{name}"] = scale
        else:
            arrays[f"plain.{name}"] = values.astype(np.float32)
    target = folder / FILES[judged]
    np.savez_compressed(target, **arrays)
    print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")


def _tensors(network: Network, judged: str) -> dict[str, Floats]:
    """The network's tensors, its head called that; without the head that was not trained for it."""
    found: dict[str, Floats] = {}
    for name, tensor in network.state_dict().items():
        part, _, rest = name.partition(".")
        if part in VERSIONS and part != judged:
            continue
        found[f"head.{rest}" if part == judged else name] = tensor.detach().numpy()
    return found


def _packed_embeddings(words: Floats) -> Arrays:
    """Rows as 4-bit blocks of 32: the grid that the starting weights came on."""
    blocks = words.reshape(len(words), -1, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[..., None], -1)[..., 0]
    scale = np.where(extreme == 0, 1e-6, extreme / -8).astype(np.float16)
    steps = np.round(blocks / scale.astype(np.float32)[..., None]) + 8
    nibbles = np.clip(steps, 0, 15).astype(np.uint8)
    half = BLOCK // 2
    return {
        "word_nibbles": nibbles[..., :half] | (nibbles[..., half:] << 4),
        "word_scale": scale,
    }


@torch.no_grad()
def _ranges(network: Network, samples: Sequence[Encoded]) -> dict[str, Floats]:
    """The largest value of each input of each matrix over the samples, padding left out."""
    found: dict[str, Tensor] = {}
    keep = torch.zeros(0)

    def look(name: str, _module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        largest = inputs[0][keep].abs().amax(0)
        found[name] = torch.maximum(found.get(name, largest), largest)

    hooks = [
        module.register_forward_pre_hook(partial(look, name))
        for name, module in network.layers.named_modules(prefix="layers")
        if isinstance(module, nn.Linear)
    ]
    network.eval()
    for places in batches([len(one.ids) for one in samples], pieces=2048):
        ids, flags, attention = map(torch.from_numpy, padded([samples[place] for place in places]))
        keep = attention > 0
        network.upper(network.lower(ids, flags, attention), flags, attention)
    for hook in hooks:
        hook.remove()
    return {name: values.numpy() for name, values in found.items()}
