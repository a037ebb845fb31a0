"""A classifier of one's own: label names, folders that cannot be used, and a tiny one really run."""

import json
import logging
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from monitor.sentiment import hugging_face
from monitor.sentiment.hugging_face import HuggingFaceSentiment, label_columns
from monitor.sentiment.onnx_model import Graph
from monitor.sentiment.protocol import Passage

WORDS = {"[UNK]": 0, "bad": 1, "good": 2}
THREE = ("negative", "neutral", "positive")
BAD, GOOD = [5.0, 0.0, 0.0], [0.0, 0.0, 5.0]


@dataclass(frozen=True, slots=True)
class _Encoded:
    ids: list[int]
    attention_mask: list[int]
    type_ids: list[int]


class _Tokenizer:
    """What we use of the library ``tokenizers``, for machines without the extra."""

    @staticmethod
    def from_file(path: str) -> "_Tokenizer":
        json.loads(Path(path).read_text(encoding="utf-8"))
        return _Tokenizer()

    def enable_truncation(self, length: int) -> None:
        self.longest = length

    def enable_padding(self) -> None:
        """Done always."""

    def encode_batch(self, texts: Sequence[Any]) -> list[_Encoded]:
        whole = [text if isinstance(text, str) else " ".join(text) for text in texts]
        ids = [[WORDS.get(word, 0) for word in text.split()][: self.longest] for text in whole]
        width = max(map(len, ids))
        padded = [row + [0] * (width - len(row)) for row in ids]
        return [_Encoded(row, [1] * width, [0] * width) for row in padded]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be filled, and a library to read its tokenizer with."""
    monkeypatch.setitem(sys.modules, "tokenizers", SimpleNamespace(Tokenizer=_Tokenizer))
    return tmp_path


def _fill(folder: Path, labels: Sequence[str], bad: Sequence[float], good: Sequence[float]) -> str:
    """Write a classifier whose logits are what the words of a text add up to."""
    graph = Graph()
    table = np.array([np.zeros(len(bad)), bad, good], dtype=np.float32)
    rows = graph.op("Gather", graph.constant(table), "input_ids", axis=0)
    places = graph.constant(np.array([1], dtype=np.int64))
    output = graph.op("ReduceSum", rows, places, keepdims=0)
    (folder / "model.onnx").write_bytes(graph.model({"input_ids": ("int64", 2)}, output))
    names = {"id2label": {str(number): label for number, label in enumerate(labels)}}
    (folder / "config.json").write_text(json.dumps(names), encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        (["negative", "neutral", "positive"], (0, 1, 2)),
        (["POSITIVE", "NEUTRAL", "NEGATIVE"], (2, 1, 0)),
        (["neutral", "positive", "negative", "speech", "skip"], (2, 0, 1)),
        (["позитивный", "Нейтрально", "негатив"], (2, 1, 0)),
        (["-1", "0", "1"], (0, 1, 2)),
        (["neg", "pos"], (0, None, 1)),
    ],
    ids=["plain", "turned", "dostoevsky", "stems", "numbers", "two"],
)
def test_label_names_find_their_columns(names: list[str], columns: tuple[int, ...]) -> None:
    """Classifiers order their labels as they like."""
    assert label_columns(names) == columns


@pytest.mark.parametrize(
    "names",
    [
        ["LABEL_0", "LABEL_1", "LABEL_2"],
        ["LABEL_1", "LABEL_10", "LABEL_0", "LABEL_2"],
        ["-10", "0", "1"],
        ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"],
        ["negative", "positive", "speech"],
        ["negative", "neutral"],
        ["Not negative", "neutral", "positive"],
        ["very negative", "negative", "neutral", "positive", "very positive"],
        ["negative", "neutral", "positive", "pos"],
        [],
    ],
    ids=["unnamed", "many", "minus ten", "stars", "no neutral", "no positive", "not", "very",
         "twice", "none"],
)  # fmt: skip
def test_labels_without_a_meaning_are_refused_with_the_mend(names: list[str]) -> None:
    """Better an error than positive taken for negative."""
    with pytest.raises(ValueError, match=r'not exactly one .*"id2label" in .* or write labels = '):
        label_columns(names)


def test_a_classifier_of_a_folder_judges(tmp_path: Path) -> None:
    """With the library itself: one word means bad, another good."""
    tokenizers = pytest.importorskip("tokenizers")
    judge = HuggingFaceSentiment(
        folder=_fill(tmp_path, ("positive", "neutral", "negative"), [0, 0, 5], [5, 0, 0]),
        pair=False,
    )
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    tones = judge.judge([Passage(text="bad thing"), Passage(text="good thing")])
    assert [tone.label for tone in tones] == ["negative", "positive"]
    assert tones[0].model == judge.version


def test_each_passage_of_many_gets_its_own_tone(folder: Path) -> None:
    """With its target as second sentence where it has one."""
    judge = HuggingFaceSentiment(folder=_fill(folder, THREE, BAD, GOOD))
    asked = [Passage(text="bad"), Passage(text="x good", start=0, end=1), Passage(text="x")] * 7
    tones = judge.judge(asked)
    assert [tone.label for tone in tones[:2]] == ["negative", "positive"]
    assert tones[3:] == tones[:-3]
    assert judge.judge([]) == []


def test_other_labels_take_nothing_from_ours(folder: Path) -> None:
    """A fourth and fifth that win do not make a passage neutral."""
    names = ("neutral", "positive", "negative", "speech", "skip")
    judge = HuggingFaceSentiment(folder=_fill(folder, names, [0, 0, 2, 9, 9], [0, 2, 0, 9, 9]))
    (tone,) = judge.judge([Passage(text="bad")])
    assert tone.label == "negative"
    assert tone.negative == pytest.approx(np.exp(2) / (np.exp(2) + 2), abs=1e-3)


def test_of_two_labels_neither_is_neutral(folder: Path) -> None:
    """Neutral is nothing at all, and the other two are one."""
    judge = HuggingFaceSentiment(folder=_fill(folder, ("NEGATIVE", "POSITIVE"), [3, 0], [0, 3]))
    bad, good = judge.judge([Passage(text="bad"), Passage(text="good")])
    assert (bad.label, bad.neutral, good.label, good.neutral) == ("negative", 0, "positive", 0)


def test_names_of_the_config_stand_for_names_without_a_meaning(folder: Path) -> None:
    """In the classifier's order."""
    unnamed = _fill(folder, ("LABEL_0", "LABEL_1", "LABEL_2"), GOOD, BAD)
    judge = HuggingFaceSentiment(folder=unnamed, labels=("positive", "neutral", "negative"))
    judge.open()
    assert judge.judge([Passage(text="bad")])[0].label == "negative"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_an_answer_that_is_no_number_is_neutral_and_told_once(
    folder: Path, number: float, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing that a passage says may stop a batch, nor every batch after it."""
    judge = HuggingFaceSentiment(folder=_fill(folder, THREE, [number, 0, 0], GOOD))
    tones = judge.judge([Passage(text=text) for text in ("bad", "good", *["bad"] * 20)])
    assert [tone.label for tone in tones[:3]] == ["neutral", "positive", "neutral"]
    assert (tones[0].neutral, tones[0].unsure) == (1, False)
    (record,) = caplog.records
    assert (record.levelno, record.passages) == (logging.WARNING, 21)  # type: ignore[attr-defined]


def test_the_version_is_another_with_anything_that_turns_answers(folder: Path) -> None:
    """Else mentions judged with a mistake would never be judged again."""
    one = HuggingFaceSentiment(folder=_fill(folder, THREE, BAD, GOOD))
    asked = {
        one.version,
        HuggingFaceSentiment(folder=one.folder, pair=False).version,
        HuggingFaceSentiment(folder=one.folder, labels=THREE).version,
        HuggingFaceSentiment(folder=one.folder, threads=2).version,
    }
    assert len(asked) == 3
    names = ("config.json", "tokenizer.json", "model.onnx_data", "layers.onnx_data", "model.onnx")
    for name in names:
        (folder / name).write_text(f'{{"of": "{name}"}}', encoding="utf-8")
        hugging_face._version.cache_clear()  # as a restart does
        asked.add(one.version)
    assert len(asked) == 8


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_file_that_is_not_there_is_named_with_the_mend(folder: Path, name: str) -> None:
    """Before any passage is judged."""
    judge = HuggingFaceSentiment(folder=_fill(folder, THREE, BAD, GOOD))
    (folder / name).unlink()
    with pytest.raises(ValueError, match=re.escape(str(folder / name)) + ": no such file; write"):
        judge.open()
    with pytest.raises(ValueError, match="no such file"):
        judge.judge([Passage(text="bad")])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", "{}", "config.json: the labels cannot be read; name them"),
        ("config.json", "[", "config.json: the labels cannot be read; name them"),
        ("config.json", '{"id2label": {"1": "negative"}}', "config.json: the labels cannot"),
        ("model.onnx", "x", "cannot be opened: .*; export the classifier anew"),
        ("tokenizer.json", "x", "cannot be opened: .*; export the classifier anew"),
    ],
    ids=["no labels", "no JSON", "a gap", "model", "tokenizer"],
)
def test_a_file_that_cannot_be_used_is_named_with_the_mend(
    folder: Path, name: str, content: str, said: str
) -> None:
    """In words, whatever the libraries raise."""
    judge = HuggingFaceSentiment(folder=_fill(folder, THREE, BAD, GOOD))
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises((ValueError, RuntimeError), match=f"{re.escape(str(folder))}.*{said}"):
        judge.open()


def test_labels_must_be_as_many_as_the_classifiers(folder: Path) -> None:
    """A column too far would be another label's."""
    judge = HuggingFaceSentiment(folder=_fill(folder, THREE, [0] * 4, [0] * 4))
    with pytest.raises(ValueError, match="has 4 labels, not negative, neutral, positive; name"):
        judge.open()


def test_an_extra_that_is_missing_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    judge = HuggingFaceSentiment(folder=_fill(folder, THREE, BAD, GOOD))
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(RuntimeError, match=r"run `pip install nabat\[huggingface\]`"):
        judge.open()
