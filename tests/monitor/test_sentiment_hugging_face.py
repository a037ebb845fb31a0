"""A classifier of one's own: label names, and a tiny one really run."""

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.sentiment.hugging_face import HuggingFaceSentiment, label_columns
from monitor.sentiment.onnx_model import Graph
from monitor.sentiment.protocol import Passage


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        (["negative", "neutral", "positive"], (0, 1, 2)),
        (["POSITIVE", "NEUTRAL", "NEGATIVE"], (2, 1, 0)),
        (["LABEL_0", "LABEL_1", "LABEL_2"], (0, 1, 2)),
        (["neutral", "positive", "negative"], (2, 0, 1)),
    ],
    ids=["plain", "turned", "unnamed", "dostoevsky order"],
)
def test_label_names_find_their_columns(names: list[str], columns: tuple[int, ...]) -> None:
    """Classifiers order their labels as they like."""
    assert label_columns(names) == columns


def test_labels_without_a_meaning_are_refused_with_the_mend() -> None:
    """Better an error than positive taken for negative."""
    with pytest.raises(ValueError, match="no neutral among the labels"):
        label_columns(["negative", "positive"])


def test_a_classifier_of_a_folder_judges(tmp_path: Path) -> None:
    """One word means bad, another good: the smallest classifier there is."""
    tokenizers = pytest.importorskip("tokenizers")
    words = {"[UNK]": 0, "bad": 1, "good": 2}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    labels = {"id2label": {"0": "positive", "1": "neutral", "2": "negative"}}
    (tmp_path / "config.json").write_text(json.dumps(labels))
    graph = Graph()
    table = np.array([[0, 1, 0], [0, 0, 5], [5, 0, 0]], dtype=np.float32)
    rows = graph.op("Gather", graph.constant(table), "input_ids", axis=0)
    summed = graph.op("MatMul", graph.constant(np.ones((1, 1, 2), dtype=np.float32)), rows)
    output = graph.op("Squeeze", summed, graph.constant(np.array([1], dtype=np.int64)))
    (tmp_path / "model.onnx").write_bytes(graph.model({"input_ids": ("int64", 2)}, output))
    judge = HuggingFaceSentiment(folder=str(tmp_path), pair=False)
    tones = judge.judge([Passage(text="bad thing"), Passage(text="good thing")])
    assert [tone.label for tone in tones] == ["negative", "positive"]
    assert tones[0].model == judge.version
