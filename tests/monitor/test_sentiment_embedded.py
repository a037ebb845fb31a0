"""The embedded model: its two engines, its promises about any text."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from monitor.sentiment.embedded import (
    SURE,
    TOWARD_DOUBT,
    WHOLE_DOUBT,
    EmbeddedSentiment,
    _network,
    _tell,
)
from monitor.sentiment.encoding import encode, padded
from monitor.sentiment.linear import LinearSentiment
from monitor.sentiment.numpy_network import NumpyNetwork, head_logits
from monitor.sentiment.onnx_model import Graph
from monitor.sentiment.onnx_network import open_network
from monitor.sentiment.protocol import Passage
from monitor.sentiment.retraining import Correction, store_correction
from monitor.sentiment.verdict import softmax
from monitor.sentiment.weights import normalised, shipped_weights
from tests.running import ROOT

TEXTS = (  # none of which the linear judge decides alone
    ("Рубикон обещал вернуть оплату, прошло три месяца, тишина.", "Рубикон"),
    ("Ошибку Кедрбанк исправил сам, не пришлось даже звонить.", "Кедрбанк"),
    ("Сеть «Техноград» закроет на ремонт магазин на улице Садовой.", "Техноград"),
    ("Гроші Славбанк зняв двічі, тепер чекаю на перерахунок.", "Славбанк"),
    (
        "Oakstone Bank charged me twice, and I am still waiting for a person to pick up.",
        "Oakstone Bank",
    ),
)


def passages() -> list[Passage]:
    return [
        Passage(text=text, start=text.index(target), end=text.index(target) + len(target))
        for text, target in TEXTS
    ]


def test_both_engines_say_the_same() -> None:
    """8-bit products shift probabilities a little and turn no clear label."""
    exact = EmbeddedSentiment(engine="numpy").probabilities(passages())
    fast = EmbeddedSentiment(engine="onnx").probabilities(passages())
    assert np.abs(exact - fast).max() < 0.12
    assert (exact.argmax(axis=1) == fast.argmax(axis=1)).all()


def test_a_passage_gets_the_same_tone_whatever_it_is_judged_with() -> None:
    """Neither neighbours nor order of a batch may move a tone that is stored for good."""
    judge = EmbeddedSentiment()
    together = judge.judge([*passages(), Passage(text="длинный текст " * 40)])[:-1]
    assert together == [judge.judge([one])[0] for one in passages()]


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x01", "\ud800", "a" * 1_000_000, "слово " * 200_000, "🙂" * 5000],
    ids=["empty", "blank", "control", "lone surrogate", "one word", "megabyte", "emoji"],
)
@pytest.mark.parametrize("engine", ["onnx", "numpy"])
def test_any_text_gets_a_tone(text: str, engine: str) -> None:
    """Hostile strings are normal input."""
    asked = [Passage(text=text), Passage(text=text, start=0, end=1)]
    for tone in EmbeddedSentiment(engine=engine).judge(asked):
        assert tone.negative + tone.neutral + tone.positive == pytest.approx(1)


@pytest.mark.parametrize("text", ["", " \n", "\x00\x01", "\u200b \u00ad"])
def test_a_text_without_words_is_neutral(text: str) -> None:
    """Beside others, which keep their tone."""
    said, spoken = EmbeddedSentiment().judge(
        [Passage(text=text), Passage(text="Вектор украл деньги", start=0, end=6)]
    )
    assert (said.label, said.unsure) == ("neutral", False)
    assert spoken.label == "negative"


def test_the_linear_judge_has_its_say() -> None:
    """Toward a target, and of a text as a whole: also where its offsets cannot be right."""
    whole = Passage(text="Ужасно противно и обидно до слёз")
    wrong = Passage(text=whole.text, start=5, end=500)
    reading = EmbeddedSentiment().read([passages()[0], whole, wrong])
    assert reading.targeted.tolist() == [True, False, False]
    linear = np.log(LinearSentiment().probabilities([passages()[0], whole, wrong]))
    toward, of_whole = ("toward", 0.15, TOWARD_DOUBT), ("whole", 0.75, WHOLE_DOUBT)
    for row, (judged, say, doubt) in enumerate([toward, of_whole, of_whole]):
        alone = head_logits(shipped_weights(judged), reading.features[row : row + 1])
        assert np.allclose(reading.logits[row], (alone + say * linear[row]) / doubt, atol=1e-4)


QUESTION = Passage(text="Какая доставка в Рубикон?", start=17, end=24)


def test_where_the_linear_judge_is_sure_its_answer_stands() -> None:
    """And no network is asked; elsewhere both have their say, in any order of a batch."""
    judge = EmbeddedSentiment()
    asked = [*passages(), QUESTION]
    alone = LinearSentiment().probabilities(asked)
    sure = alone[:, :2].max(axis=1) >= SURE
    assert sure[-1]
    assert not sure.all()
    answers = judge.probabilities(asked)
    assert (answers[sure] == alone[sure]).all()
    assert np.allclose(answers[~sure], softmax(judge.read(asked).logits)[~sure], atol=1e-5)


def test_praise_is_read_by_the_network_too() -> None:
    """Thanks are what sarcasm begins with, and what somebody would hide behind."""
    text = "Спасибо Ромашке, всё отлично, вежливо и быстро, рекомендую, только деньги украли"
    thanks = Passage(text=text, start=8, end=15)
    assert LinearSentiment().probabilities([thanks])[0, 2] >= SURE
    assert EmbeddedSentiment().judge([thanks])[0].label == "negative"


def test_a_correction_is_asked_about_every_passage(tmp_path: Path) -> None:
    """People mark what the judges got wrong, also where the linear one was sure."""
    judge = EmbeddedSentiment(correction=str(tmp_path / "taught.npz"))
    width = judge.read([QUESTION]).features.shape[1]
    taught = Correction(
        centre=np.zeros(width, dtype=np.float32),
        spread=np.ones(width, dtype=np.float32),
        table=np.zeros((width, 3), dtype=np.float32),
        bias=np.array([9, 0, 0], dtype=np.float32),
    )
    store_correction(judge.correction, taught)
    assert judge.judge([QUESTION])[0].label == "negative"
    with np.load(judge.correction) as stored:  # a new network for whole texts leaves it valid
        assert str(stored["version"]) == judge.version.partition("/whole")[0]


def test_a_version_names_every_training() -> None:
    """A new one of any judges stored mentions anew."""
    linear, toward, whole = EmbeddedSentiment().version.split("/")
    assert linear == LinearSentiment().version
    assert toward.startswith("embedded-")
    assert whole.startswith("whole-")


def test_no_passages_no_tones() -> None:
    """An empty batch is a batch."""
    assert EmbeddedSentiment().judge([]) == []


def test_an_unknown_engine_is_refused_with_the_known_ones() -> None:
    """A typo in the config names the mend."""
    with pytest.raises(ValueError, match="known: auto, onnx, numpy"):
        EmbeddedSentiment(engine="onxx")


UNUSABLE = {
    "missing": "raise ImportError('none')",
    "broken": "raise OSError('libfoo.so: cannot open shared object')",
    "old": "class SessionOptions: pass\ndef InferenceSession(*_, **__): raise RuntimeError('old')",
}


@pytest.fixture(params=UNUSABLE.values(), ids=UNUSABLE)
def unusable(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """An onnxruntime that comes first and can not be used."""
    (tmp_path / "onnxruntime.py").write_text(request.param, encoding="utf-8")
    monkeypatch.delitem(sys.modules, "onnxruntime")
    monkeypatch.syspath_prepend(tmp_path)
    for opened in (_network, _tell):
        opened.cache_clear()
    yield
    for opened in (_network, _tell):
        opened.cache_clear()


@pytest.mark.usefixtures("unusable")
def test_numpy_steps_in_where_onnxruntime_fails(caplog: pytest.LogCaptureFixture) -> None:
    """The model judges on any machine that has numpy, and the log tells it once."""
    asked = [*passages(), Passage(text="Ужасно противно и обидно до слёз")]  # of both networks
    expected = EmbeddedSentiment(engine="numpy").judge(asked)
    judge = EmbeddedSentiment(engine="auto")
    judge.open()
    assert [judge.judge(asked) for _ in range(2)] == [expected, expected]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("onnxruntime cannot be used, numpy judges")


@pytest.mark.usefixtures("unusable")
def test_an_engine_asked_for_by_its_name_is_not_replaced() -> None:
    """Who wrote it counts on its speed; the error names the mend."""
    judge = EmbeddedSentiment(engine="onnx")
    with pytest.raises(RuntimeError, match=r'onnxruntime cannot be used \(.*engine = "auto"'):
        judge.open()


def test_a_version_is_told_without_loading_the_network() -> None:
    """It is asked for by commands that judge nothing."""
    _network.cache_clear()
    judge = EmbeddedSentiment()
    judge.open()
    assert judge.version
    assert _network.cache_info().currsize == 0


def test_the_command_line_works_without_onnxruntime(tmp_path: Path) -> None:
    """Every command, since each finds all plug-ins; the log tells who judges."""
    (tmp_path / "onnxruntime.py").write_text(UNUSABLE["missing"], encoding="utf-8")
    text, target = TEXTS[0]
    ended = subprocess.run(
        [sys.executable, "-m", "nabat", "tone"],
        input=json.dumps({"text": text, "target": target}).encode(),
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr.count(b"numpy judges")) == (0, 1)
    answer = json.loads(ended.stdout)
    (tone,) = EmbeddedSentiment(engine="numpy").judge(passages()[:1])
    assert (answer["label"], answer["model"]) == (tone.label, tone.model)
    assert answer["p"]["negative"] == pytest.approx(tone.negative, abs=1e-3)


@pytest.mark.parametrize("judged", ["toward", "whole"])
def test_pooled_features_agree_between_engines(judged: str) -> None:
    """The quantised engine stays close before the heads as well."""
    weights = shipped_weights(judged)
    batch = padded([encode(one, weights.unigram, masked=False) for one in passages()])
    exact = NumpyNetwork(weights).pooled(*batch)
    fast = open_network(weights, 1).pooled(*batch)
    assert np.abs(exact - fast).mean() / np.abs(exact).mean() < 0.12


def test_heads_divide_by_their_temperature() -> None:
    """Probabilities are calibrated ones."""
    weights = shipped_weights("toward")
    features = np.ones((1, 2 * len(weights.tensors["target"])), dtype=np.float32)
    warm = head_logits(weights, features) * weights.temperature
    tensors = weights.tensors
    hidden = np.tanh(features @ tensors["head.hidden.weight"] + tensors["head.hidden.bias"])
    plain = hidden @ tensors["head.last.weight"] + tensors["head.last.bias"]
    assert np.allclose(warm, plain, atol=1e-4)


def test_what_both_networks_have_is_in_memory_once() -> None:
    """Embeddings and lowest layers; the layers above and the head are each one's own."""
    toward, whole = shipped_weights("toward"), shipped_weights("whole")
    assert whole.word_nibbles is toward.word_nibbles
    names = whole.tensors.keys() & toward.tensors.keys()
    own = {name for name in names if whole.tensors[name] is not toward.tensors[name]}
    layers = {name.split(".")[1] for name in whole.tensors if name.startswith("layers")}
    assert layers == {str(number) for number in range(whole.layers)}
    assert own == {
        name
        for name in names
        if name.startswith(("head", "layers")) and not name.startswith(("layers.0", "layers.1"))
    }


def test_normalised_rows_have_no_mean_and_unit_spread() -> None:
    """Layer normalisation as the network was trained with."""
    rows = normalised(
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.ones(4, dtype=np.float32),
        np.zeros(4, dtype=np.float32),
    )
    assert np.allclose(rows.mean(axis=1), 0, atol=1e-6)
    assert np.allclose(rows.std(axis=1), 1, atol=1e-5)


def test_a_written_onnx_model_computes() -> None:
    """The writer's bytes are a model that onnxruntime accepts."""
    graph = Graph()
    output = graph.op("Add", "x", graph.constant(np.array([[1.5, -2.0]], dtype=np.float32)))
    session = onnxruntime.InferenceSession(
        graph.model({"x": ("float32", 2)}, output), providers=["CPUExecutionProvider"]
    )
    (answer,) = session.run(None, {"x": np.ones((2, 2), dtype=np.float32)})
    assert np.asarray(answer).tolist() == [[2.5, -1.0], [2.5, -1.0]]
