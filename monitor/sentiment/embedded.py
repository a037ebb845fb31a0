"""The default judge: a small multilingual transformer that is shipped with the package.

Eight layers of E5-small over a vocabulary of Russian, Ukrainian and English,
told where the target stands; a text without one is read by a network of seven, which
begins as the other does. Runs on onnxruntime, or on numpy alone where that
is missing. Its weights come from ``python -m training.embedded`` and ``training.whole``.
The linear judge, which costs next to nothing, looks first: where it is sure, and not of
praise, its answer stands; else it has a say beside the network, since it errs in other
texts.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.encoding import Encoded, Ints, batches, encode, padded
from monitor.sentiment.linear import HEADS, LinearSentiment
from monitor.sentiment.numpy_network import NumpyNetwork, head_logits
from monitor.sentiment.onnx_network import open_network
from monitor.sentiment.protocol import LABELS, Passage
from monitor.sentiment.retraining import Correction, stored_correction
from monitor.sentiment.verdict import Floats, softmax, tones_of
from monitor.sentiment.weights import shipped_version, shipped_weights
from storage.records import Tone

logger = logging.getLogger(__name__)

ENGINES = ("auto", "onnx", "numpy")
SILENT = (-30.0, 0.0, -30.0)  # logits of a text without words: neutral; no judge was ever asked
SURE = 0.9  # of the linear judge: the network is not asked (docs/decisions/0019)
# Shares of the linear judge's log-probabilities (docs/decisions/0017, 0021), and the temperatures
# of both judges together, who are not as independent as their sum supposes.
TOWARD_SAY, WHOLE_SAY = 0.15, 0.75
TOWARD_DOUBT, WHOLE_DOUBT = 1.05, 1.35
LEAST = 1e-6  # a probability whose logarithm still says something
CORRECTION = "tone-correction.npz"  # in the folder that nabat runs in
PIECES_A_BATCH = 512  # of the sizes tried the one at which onnxruntime is fastest


class Network(Protocol):
    """What both engines do: padded batches in, pooled features out."""

    def pooled(self, ids: Ints, flags: Ints, attention: Floats) -> Floats:
        """Mean of the text beside mean of the target."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the shipped model makes of passages, before any correction; a row for each."""

    features: Floats  # the network's pooled features: what a correction builds on
    logits: Floats  # calibrated
    targeted: NDArray[np.bool_]  # judged toward a target, and so open to a correction


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSentiment:
    """Judges a hundred and more passages a second and core toward their target."""

    kind: ClassVar[str] = "embedded"
    engine: str = "auto"  # "onnx", "numpy", or whichever there is
    threads: int = 1  # processor cores it may use
    correction: str = CORRECTION  # file that ``nabat tone retrain`` writes; taken once there
    _linear: LinearSentiment = field(
        default_factory=LinearSentiment, init=False, repr=False, compare=False
    )

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
            _network(self.engine, self.threads, "toward")

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage toward its target, or as a whole where it has none."""
        return tones_of(self.probabilities(passages), model=self.version)

    def probabilities(self, passages: Sequence[Passage]) -> Floats:
        """Negative, neutral and positive probability of each passage.

        A correction is asked about every passage: it was taught what the judges get wrong.
        """
        taught = self._correction()
        if taught is None:
            return self._at_first_look(passages)
        reading = self.read(passages)
        corrected = taught.corrected(reading.features, reading.logits)
        return softmax(np.where(reading.targeted[:, None], corrected, reading.logits))

    def read(self, passages: Sequence[Passage], shares: Floats | None = None) -> Reading:
        """Both judges' say, which is a log-linear pool (Genest & Zidek 1986).

        ``shares`` are the linear judge's answers where it was asked already.
        """
        unigram = shipped_weights("toward").unigram
        encoded = [encode(passage, unigram, masked=False) for passage in passages]
        targeted = np.array([one.targeted for one in encoded], dtype=bool)
        features, alone = self._heard(encoded, targeted)
        if shares is None:
            shares = self._linear.probabilities(passages)
        say = np.where(targeted, TOWARD_SAY, WHOLE_SAY)[:, None] * np.log(np.maximum(shares, LEAST))
        doubt = np.where(targeted, TOWARD_DOUBT, WHOLE_DOUBT)[:, None]
        logits = np.asarray((alone + say) / doubt, dtype=np.float32)
        logits[[one.wordless for one in encoded]] = SILENT
        return Reading(features=features, logits=logits, targeted=targeted)

    def _at_first_look(self, passages: Sequence[Passage]) -> Floats:
        """The linear judge's answer where it is sure of negative or neutral, else both judges'.

        Praise is what sarcasm sounds like, so of that it is never sure enough.
        """
        answers = self._linear.probabilities(passages)
        doubtful = np.flatnonzero((answers[:, :2] < SURE).all(axis=1)).tolist()
        if doubtful:
            chosen = [passages[place] for place in doubtful]
            answers[doubtful] = softmax(self.read(chosen, answers[doubtful]).logits)
        return answers

    def _heard(
        self, encoded: Sequence[Encoded], targeted: NDArray[np.bool_]
    ) -> tuple[Floats, Floats]:
        """What the networks make of passages, each of its own: pooled features and logits."""
        width = 2 * shipped_weights("toward").width
        features = np.zeros((len(encoded), width), dtype=np.float32)
        logits = np.zeros((len(encoded), len(LABELS)), dtype=np.float32)
        for judged, chosen in zip(HEADS, (targeted, ~targeted), strict=True):
            places: list[int] = np.flatnonzero(chosen).tolist()
            if not places:
                continue
            network = _network(self.engine, self.threads, judged)
            lengths = [len(encoded[place].ids) for place in places]
            for batch in batches(lengths, pieces=PIECES_A_BATCH):
                rows = [places[number] for number in batch]
                features[rows] = network.pooled(*padded([encoded[row] for row in rows]))
            logits[places] = head_logits(shipped_weights(judged), features[places])
        return features, logits

    def _correction(self) -> Correction | None:
        return stored_correction(self.correction) if self.correction else None


@cache
def _network(engine: str, threads: int, judged: str) -> Network:
    """The engine over one of the shipped networks, opened once in a process."""
    if engine == "numpy":
        return NumpyNetwork(shipped_weights(judged))
    try:
        return open_network(shipped_weights(judged), threads)
    except Exception as error:  # of a library that is missing, broken or too old
        reason = f"{type(error).__name__}: {error}"
        if engine == "onnx":
            message = f'onnxruntime cannot be used ({reason}); install it anew, or engine = "auto"'
            raise RuntimeError(message) from error
        _tell(reason)
        return NumpyNetwork(shipped_weights(judged))


@cache
def _tell(reason: str) -> None:
    """Warn once, though each network is opened by itself."""
    logger.warning(
        "onnxruntime cannot be used, numpy judges at a third of its speed",
        extra={"reason": reason},
    )
