"""Any Hugging Face sequence classifier that was exported to ONNX into a local folder.

The folder holds ``model.onnx``, ``tokenizer.json`` and ``config.json`` (for the
names of the labels), as ``optimum-cli export onnx`` writes them. Nothing is
downloaded here. Needs the extra ``huggingface`` for the tokenizer.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from monitor.sentiment.protocol import LABELS, Passage
from monitor.sentiment.verdict import Floats, softmax, tones_of
from storage.records import Tone

LONGEST = 256  # pieces
BATCH = 16
_NAMES = {
    "negative": ("neg", "negative", "label_0", "-1", "негатив"),
    "neutral": ("neu", "neutral", "label_1", "0", "нейтр"),
    "positive": ("pos", "positive", "label_2", "1", "позитив"),
}


@dataclass(frozen=True, slots=True)
class _Classifier:
    """An opened folder: session, tokenizer, and the column of each of our labels."""

    session: Any
    tokenizer: Any
    inputs: tuple[str, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceSentiment:
    """Judges passages by a classifier of your own."""

    kind: ClassVar[str] = "huggingface"
    folder: str  # with model.onnx, tokenizer.json and config.json
    pair: bool = True  # the classifier takes the target as second sentence
    threads: int = 1  # processor cores it may use

    @property
    def version(self) -> str:
        """The folder's name with a fingerprint of the model in it."""
        return _version(self.folder)

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage; the probabilities are the classifier's own."""
        tones: list[Tone] = []
        for first in range(0, len(passages), BATCH):
            shares = self._probabilities(passages[first : first + BATCH])
            tones.extend(tones_of(shares, model=self.version))
        return tones

    def _probabilities(self, passages: Sequence[Passage]) -> Floats:
        classifier = _opened(self.folder, self.threads)
        texts = [_question(passage, self.pair) for passage in passages]
        encoded = classifier.tokenizer.encode_batch(texts)
        arrays = {
            "input_ids": [one.ids for one in encoded],
            "attention_mask": [one.attention_mask for one in encoded],
            "token_type_ids": [one.type_ids for one in encoded],
        }
        fed = {name: np.array(arrays[name], dtype=np.int64) for name in classifier.inputs}
        logits = np.asarray(classifier.session.run(None, fed)[0], dtype=np.float32)
        return softmax(logits)[:, list(classifier.columns)]


def label_columns(names: Sequence[str]) -> tuple[int, ...]:
    """The columns of negative, neutral and positive among a classifier's label names."""
    found: list[int] = []
    for label in LABELS:
        prefixes = _NAMES[label]
        column = next(
            (n for n, name in enumerate(names) if name.lower().startswith(prefixes)), None
        )
        if column is None:
            raise ValueError(
                f"no {label} among the labels {', '.join(names)}; "
                'rename "id2label" in config.json to negative, neutral, positive'
            )
        found.append(column)
    return tuple(found)


def _question(passage: Passage, pair: bool) -> str | tuple[str, str]:
    span = passage.span
    text = passage.text.encode("utf-8", "replace").decode()
    if not pair or span is None:
        return text
    return text, passage.text[span[0] : span[1]].encode("utf-8", "replace").decode()


@cache
def _version(folder: str) -> str:
    digest = sha256((Path(folder) / "model.onnx").read_bytes()).hexdigest()[:8]
    return f"huggingface {Path(folder).name} {digest}"


@cache
def _opened(folder: str, threads: int) -> _Classifier:
    # Both are here and not above: this judge is for those who installed the extra.
    try:
        import onnxruntime
        from tokenizers import Tokenizer
    except ImportError as error:
        raise RuntimeError("run `pip install nabat[huggingface]` for this judge") from error

    path = Path(folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(path / "model.onnx"), options, providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    names = json.loads((path / "config.json").read_text(encoding="utf-8"))["id2label"]
    return _Classifier(
        session=session,
        tokenizer=tokenizer,
        inputs=tuple(one.name for one in session.get_inputs()),
        columns=label_columns([names[str(number)] for number in range(len(names))]),
    )
