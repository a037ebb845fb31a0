"""The default judge: a small multilingual transformer that is shipped with the package.

Eight layers of E5-small over a vocabulary of Russian, Ukrainian and English,
told where the target stands. Runs on onnxruntime, or on numpy alone where that
is missing. Its weights come from ``python -m training.embedded``.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Protocol

import numpy as np

from monitor.sentiment.encoding import Encoded, Ints, batches, encode, padded
from monitor.sentiment.numpy_network import NumpyNetwork, head_logits
from monitor.sentiment.onnx_network import open_network
from monitor.sentiment.protocol import Passage
from monitor.sentiment.retraining import Correction, stored_correction
from monitor.sentiment.verdict import Floats, softmax, tones_of
from monitor.sentiment.weights import shipped_version, shipped_weights
from storage.records import Tone

logger = logging.getLogger(__name__)

ENGINES = ("auto", "onnx", "numpy")
SILENCE = (0.0, 1.0, 0.0)  # what a text without words says; the network was never asked that
CORRECTION = "tone-correction.npz"  # in the folder that nabat runs in
PIECES_A_BATCH = 512  # of the sizes tried the one at which onnxruntime is fastest


class Network(Protocol):
    """What both engines do: padded batches in, pooled features out."""

    def pooled(self, ids: Ints, flags: Ints, attention: Floats) -> Floats:
        """Mean of the text beside mean of the target."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSentiment:
    """Judges a hundred and more passages a second and core toward their target."""

    kind: ClassVar[str] = "embedded"
    engine: str = "auto"  # "onnx", "numpy", or whichever there is
    threads: int = 1  # processor cores it may use
    correction: str = CORRECTION  # file that ``nabat tone retrain`` writes; taken once there

    def __post_init__(self) -> None:
        """Refuse an engine there is not."""
        if self.engine not in ENGINES:
            raise ValueError(f"unknown engine {self.engine!r}; known: {', '.join(ENGINES)}")

    @property
    def version(self) -> str:
        """Which training the weights come from, and which correction of this installation."""
        taught = self._correction()
        return f"{shipped_version()}+{taught.digest}" if taught else shipped_version()

    def open(self) -> None:
        """Load what may fail: the engine asked for by its name; RuntimeError with the mend."""
        if self.engine == "onnx":
            _network(self.engine, self.threads)

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage toward its target, or as a whole where it has none."""
        return tones_of(self.probabilities(passages), model=self.version)

    def probabilities(self, passages: Sequence[Passage]) -> Floats:
        """Negative, neutral and positive probability of each passage."""
        encoded, features = self.features(passages)
        taught = self._correction()
        targeted = np.array([one.targeted for one in encoded], dtype=bool)
        result = np.zeros((len(passages), 3), dtype=np.float32)
        for head, chosen in (("toward", targeted), ("whole", ~targeted)):
            if chosen.any():
                logits = head_logits(shipped_weights(), head, features[chosen])
                if taught and head == "toward":
                    logits = taught.corrected(features[chosen], logits)
                result[chosen] = softmax(logits)
        result[[one.wordless for one in encoded]] = SILENCE
        return result

    def features(self, passages: Sequence[Passage]) -> tuple[list[Encoded], Floats]:
        """The network's pooled features of each passage: what a retrained head builds on."""
        unigram = shipped_weights().unigram
        encoded = [encode(passage, unigram, masked=False) for passage in passages]
        network = _network(self.engine, self.threads)
        width = 2 * len(shipped_weights().tensors["target"])
        found = np.zeros((len(passages), width), dtype=np.float32)
        for places in batches([len(one.ids) for one in encoded], pieces=PIECES_A_BATCH):
            found[places] = network.pooled(*padded([encoded[place] for place in places]))
        return encoded, found

    def _correction(self) -> Correction | None:
        return stored_correction(self.correction) if self.correction else None


@cache
def _network(engine: str, threads: int) -> Network:
    """The engine over the shipped weights, opened once in a process."""
    if engine == "numpy":
        return NumpyNetwork(shipped_weights())
    try:
        return open_network(shipped_weights(), threads)
    except Exception as error:  # of a library that is missing, broken or too old
        reason = f"{type(error).__name__}: {error}"
        if engine == "onnx":
            message = f'onnxruntime cannot be used ({reason}); install it anew, or engine = "auto"'
            raise RuntimeError(message) from error
        logger.warning(
            "onnxruntime cannot be used, numpy judges at a third of its speed",
            extra={"reason": reason},
        )
        return NumpyNetwork(shipped_weights())
