"""The JSON contract of ``nabat match`` and ``nabat fold``: one line in, one line out."""

import itertools
import json
import tracemalloc
from typing import Any

import pytest

from nabat.commands.fold import fold_lines
from nabat.commands.match import match_lines
from storage.records import Person, Watch

WATCHES = (Watch(brand="Ромашка", persons=(Person(name="Иванов Иван Петрович", role="director"),)),)


def _match(*lines: object) -> list[dict[str, Any]]:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return [json.loads(line) for line in match_lines(texts, WATCHES)]


def _fold(*records: dict[str, Any]) -> list[Any]:
    return [json.loads(line)["story"] for line in fold_lines(map(json.dumps, records))]


def test_mentions_follow_the_contract() -> None:
    """Offsets are into the text; terms of the title say so."""
    (answer,) = _match({"id": "a1", "title": "О Ромашке", "text": "Обман в «Ромашке»"})

    (mention,) = answer["mentions"]
    assert answer["id"] == "a1"
    assert mention["brand"] == "Ромашка"
    assert mention["matched"] == [
        {"start": 2, "end": 9, "text": "Ромашке", "term": "Ромашка", "kind": "brand",
         "field": "title"},
        {"start": 9, "end": 16, "text": "Ромашке", "term": "Ромашка", "kind": "brand"},
    ]  # fmt: skip
    assert mention["crisis"] == [{"start": 0, "end": 5, "text": "Обман", "term": "обман"}]


def test_a_text_that_names_nobody_has_no_mentions() -> None:
    """Its line is answered all the same."""
    assert _match({"id": 7, "text": "ничего"}) == [{"id": 7, "mentions": []}]


@pytest.mark.parametrize(
    ("line", "id_", "reason"),
    [
        pytest.param("{broken", None, "not JSON", id="broken"),
        pytest.param("", None, "empty line", id="empty"),
        pytest.param("[1]", None, "expected an object", id="array"),
        pytest.param('{"id": 5}', 5, '"text" is missing', id="no text"),
        pytest.param('{"id": 5, "text": 1}', 5, '"text" must be a string', id="number"),
        pytest.param("[" * 100_000, None, "line 2", id="deep"),
        pytest.param('{"id": 1e999, "text": ""}', None, "1e999 is none of its numbers", id="large"),
        pytest.param('{"id": [-1e999], "text": ""}', None, "none of its numbers", id="in a list"),
        pytest.param('{"id": NaN, "text": ""}', None, "NaN is none of its numbers", id="nan"),
        pytest.param('{"id": ' + "9" * 5000 + ', "text": ""}', None, "line 2", id="digits"),
    ],
)
def test_a_bad_line_is_named_and_the_stream_goes_on(line: str, id_: Any, reason: str) -> None:
    """The error says which line and why; the lines around it are answered."""
    before, error, after = _match({"id": 1, "text": "Ромашка"}, line, {"id": 3, "text": ""})

    assert (before["id"], after["id"]) == (1, 3)
    assert error["id"] == id_
    assert error["error"].startswith("line 2: ")
    assert reason in error["error"]


def test_any_json_value_may_be_the_id() -> None:
    """It comes back as it was given."""
    ids = [1.5, None, ["a"], {"b": 1}, True]

    assert [answer["id"] for answer in _match(*({"id": i, "text": ""} for i in ids))] == ids


def test_a_lone_surrogate_can_be_printed() -> None:
    """JSON can carry what UTF-8 cannot."""
    (line,) = match_lines(['{"id": "\\ud800", "text": "Ромашка \\ud800"}'], WATCHES)

    assert line.encode()


def test_the_stream_is_answered_as_it_comes_in_flat_memory() -> None:
    """Nothing is kept of a line that was answered."""
    lines = (json.dumps({"id": n, "text": "Ромашка " * 30}) for n in itertools.count())
    answers = match_lines(lines, WATCHES)
    next(answers)
    tracemalloc.start()
    for _ in itertools.islice(answers, 500):
        pass
    early, _ = tracemalloc.get_traced_memory()
    for _ in itertools.islice(answers, 2_000):
        pass
    late, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert late - early < 100_000


def test_copies_carry_the_id_of_the_first_text() -> None:
    """Whatever the ids are."""
    text = "Суд арестовал счета компании"

    assert _fold(
        {"id": "x", "text": text}, {"id": ["y"], "text": "Другое"}, {"id": "z", "text": f"{text}!"}
    ) == ["x", ["y"], "x"]


def test_dates_far_apart_keep_copies_apart() -> None:
    """The same text a year later is another story; a bad date counts as the one before."""
    text = "Суд арестовал счета компании"

    assert _fold(
        {"id": 1, "text": text, "published_at": "2026-01-01T10:00:00Z"},
        {"id": 2, "text": text, "published_at": "yesterday"},
        {"id": 3, "text": text, "published_at": "2027-01-01"},
    ) == [1, 1, 3]


def test_a_bad_line_does_not_stop_folding() -> None:
    """It is answered with its error."""
    first, second = fold_lines(["{", '{"id": 1, "text": "а"}'])

    assert json.loads(first)["error"].startswith("line 1: ")
    assert json.loads(second) == {"id": 1, "story": 1}


@pytest.mark.parametrize("row_id", [2**80, -(2**70), 0.1, [1, 2**80], {"a": None}, "ж", None, True])
def test_an_id_comes_back_as_it_was_given(row_id: object) -> None:
    """Whatever JSON value it is, and however large a number."""
    (line,) = match_lines([json.dumps({"id": row_id, "text": "Ромашка"})], WATCHES)

    assert json.loads(line)["id"] == row_id


def test_bytes_that_are_no_text_are_answered_as_unreadable_letters() -> None:
    """One broken byte loses one letter, not the line."""
    raw = '{"id": 1, "text": "Ромашка * закрыта"}'.encode().replace(b"*", b"\xff")

    (line,) = match_lines([raw], WATCHES)

    assert [one["text"] for one in json.loads(line)["mentions"][0]["matched"]] == ["Ромашка"]
