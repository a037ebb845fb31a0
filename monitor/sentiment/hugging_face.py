"""Any Hugging Face sequence classifier that was exported to ONNX into a local folder.

The folder holds ``model.onnx``, ``tokenizer.json`` and ``config.json`` (for the
names of the labels), as ``optimum-cli export onnx`` writes them. Nothing is
downloaded here. Needs the extra ``huggingface`` for the tokenizer.

Of a classifier with more labels than ours the probabilities are those among
negative, neutral and positive alone. One with exactly two labels, negative and
positive, never answers neutral.
"""

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from monitor.sentiment.onnx_runtime import load_runtime
from monitor.sentiment.protocol import LABELS, Passage
from monitor.sentiment.verdict import Floats, softmax, tones_of
from storage.records import Tone

logger = logging.getLogger(__name__)

LONGEST = 256  # pieces
BATCH = 16
NO_ANSWER = (0.0, 1.0, 0.0)  # what stands for logits that are no numbers
_FILES = ("model.onnx", "tokenizer.json", "config.json")
_READ = (*_FILES, "model.onnx*", "*.onnx_data")  # large models keep their numbers beside them
_WORD = re.compile(r"-?\d+|[^\W\d_]+")
_NAMES = {
    "negative": re.compile(r"-1|neg|(negativ|негатив)[^\W\d_]*"),
    "neutral": re.compile(r"0|neu|(neutr|нейтр)[^\W\d_]*"),
    "positive": re.compile(r"1|pos|(positiv|позитив)[^\W\d_]*"),
}
_MEND = (
    'name them negative, neutral and positive under "id2label" in config.json, '
    'or write labels = ["negative", "neutral", "positive"] in the classifier\'s order'
)


@dataclass(frozen=True, slots=True)
class _Classifier:
    """An opened folder: session, tokenizer, and the column of each of our labels."""

    session: Any
    tokenizer: Any
    columns: tuple[int | None, ...]  # None: a label that it does not have

    def logits(self, texts: Sequence[str | tuple[str, str]]) -> Floats:
        """What the classifier answers, all its columns."""
        encoded = self.tokenizer.encode_batch(texts)
        arrays = {
            "input_ids": [one.ids for one in encoded],
            "attention_mask": [one.attention_mask for one in encoded],
            "token_type_ids": [one.type_ids for one in encoded],
        }
        names = [one.name for one in self.session.get_inputs()]
        fed = {name: np.array(arrays[name], dtype=np.int64) for name in names}
        return np.asarray(self.session.run(None, fed)[0], dtype=np.float32)

    def probabilities(self, logits: Floats) -> Floats:
        """Negative, neutral and positive of each row; not a number where a logit is none."""
        places = np.flatnonzero([column is not None for column in self.columns])
        asked = logits[:, [column for column in self.columns if column is not None]]
        sound = np.isfinite(asked).all(axis=1)
        shares = np.zeros((len(logits), len(LABELS)), dtype=np.float32)
        shares[np.ix_(np.flatnonzero(sound), places)] = softmax(asked[sound])
        shares[~sound] = np.nan
        return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceSentiment:
    """Judges passages by a classifier of your own."""

    kind: ClassVar[str] = "huggingface"
    folder: str  # with model.onnx, tokenizer.json and config.json
    pair: bool = True  # the classifier takes the target as second sentence
    labels: tuple[str, ...] = ()  # the classifier's, in its order; else those of config.json
    threads: int = 1  # processor cores it may use

    @property
    def version(self) -> str:
        """The folder's name with a fingerprint of all that its answers depend on."""
        return _version(self.folder, self.pair, self.labels)

    def open(self) -> None:
        """Load the classifier; ValueError or RuntimeError with the place and the mend."""
        _version(self.folder, self.pair, self.labels)
        _opened(self.folder, self.threads, self.labels)

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage; where the classifier answers no numbers, neutral stands for it."""
        classifier = _opened(self.folder, self.threads, self.labels)
        shares = np.zeros((len(passages), len(LABELS)), dtype=np.float32)
        for first in range(0, len(passages), BATCH):
            texts = [_question(one, self.pair) for one in passages[first : first + BATCH]]
            logits = classifier.logits(texts)
            shares[first : first + BATCH] = classifier.probabilities(logits)
        refused = np.isnan(shares).any(axis=1)
        shares[refused] = NO_ANSWER
        if refused.any():
            logger.warning(
                "classifier answered no numbers, neutral stands for them",
                extra={"passages": int(refused.sum()), "model": self.version},
            )
        return tones_of(shares, model=self.version)


def label_columns(names: Sequence[str]) -> tuple[int | None, ...]:
    """The columns of negative, neutral and positive among a classifier's label names.

    A name counts as a whole: "very negative" is not negative, and beside it nothing is.
    None for neutral where negative and positive are the only two.
    """
    found: list[int | None] = []
    for label in LABELS:
        near = [place for place, name in enumerate(names) if _speaks_of(label, name)]
        whole = [place for place in near if _NAMES[label].fullmatch(_plain(names[place]))]
        is_left_out = label == "neutral" and len(names) == len(LABELS) - 1
        if near != whole or len(whole) > 1 or not (whole or is_left_out):
            message = f"not exactly one {label} among the labels {', '.join(names)}; {_MEND}"
            raise ValueError(message)
        found.append(whole[0] if whole else None)
    return tuple(found)


def _speaks_of(label: str, name: str) -> bool:
    return any(_NAMES[label].fullmatch(word) for word in _WORD.findall(_plain(name)))


def _plain(name: str) -> str:
    return name.strip().casefold()


def _question(passage: Passage, pair: bool) -> str | tuple[str, str]:
    span = passage.span
    text = passage.text.encode("utf-8", "replace").decode()
    if not pair or span is None:
        return text
    return text, passage.text[span[0] : span[1]].encode("utf-8", "replace").decode()


@cache
def _version(folder: str, pair: bool, labels: tuple[str, ...]) -> str:
    _check_files(folder)
    digest = sha256(repr((pair, labels)).encode())
    for path in sorted({path for name in _READ for path in Path(folder).glob(name)}):
        with path.open("rb") as stream:
            digest.update(path.name.encode() + file_digest(stream, "sha256").digest())
    return f"huggingface {Path(folder).name} {digest.hexdigest()[:8]}"


def _check_files(folder: str) -> None:
    for name in _FILES:
        if not (Path(folder) / name).is_file():
            message = (
                f"{Path(folder) / name}: no such file; write it with "
                "`optimum-cli export onnx --task text-classification`, or mend the folder's name"
            )
            raise ValueError(message)


@cache
def _opened(folder: str, threads: int, labels: tuple[str, ...]) -> _Classifier:
    try:
        onnxruntime = load_runtime()
        # Here and not above: this judge is for those who installed the extra.
        from tokenizers import Tokenizer
    except (ImportError, OSError) as error:
        message = f"{folder}: {error}; run `pip install nabat[huggingface]` for this judge"
        raise RuntimeError(message) from error

    _check_files(folder)
    path = Path(folder)
    columns = label_columns(names := labels or _names(path / "config.json"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    try:
        session = onnxruntime.InferenceSession(
            str(path / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        tokenizer.enable_truncation(LONGEST)
        tokenizer.enable_padding()
        classifier = _Classifier(session, tokenizer, columns)
        width = classifier.logits(["0"]).shape[1]
    except Exception as error:  # both libraries raise types of their own, and bare ones
        message = f"{folder}: cannot be opened: {error}; export the classifier anew"
        raise RuntimeError(message) from error
    if width != len(names):
        message = f"{folder}: the classifier has {width} labels, not {', '.join(names)}; {_MEND}"
        raise ValueError(message)
    return classifier


def _names(path: Path) -> list[str]:
    try:
        named = json.loads(path.read_text(encoding="utf-8"))["id2label"]
        return [str(named[str(number)]) for number in range(len(named))]
    except (OSError, ValueError, LookupError, TypeError) as error:
        message = f"{path}: the labels cannot be read; {_MEND}"
        raise ValueError(message) from error
