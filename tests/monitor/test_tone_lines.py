"""The stream of ``nabat tone``: one line out for each line in."""

import json
from collections.abc import Iterator

import pytest

from monitor.sentiment.linear import LinearSentiment
from nabat.commands.tone import is_error, tone_lines


def answers(*lines: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in tone_lines([lines], LinearSentiment())]


def test_an_answer_follows_the_contract() -> None:
    """id, label, p, unsure, model: nothing else."""
    line = json.dumps(
        {
            "id": "7",
            "text": "Рубикон обманул меня, верните деньги!",
            "target": "рубикон",
            "lang": "ru",
        }
    )
    (answer,) = answers(line)
    assert set(answer) == {"id", "label", "p", "unsure", "model"}
    assert answer["id"] == "7"
    assert answer["label"] == "negative"
    assert isinstance(answer["p"], dict)
    assert set(answer["p"]) == {"negative", "neutral", "positive"}
    assert sum(answer["p"].values()) == pytest.approx(1)
    assert isinstance(answer["unsure"], bool)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1: not JSON"),
        ("[1]", "line 1: not an object"),
        ('{"id": 1}', 'line 1: no "text"'),
        ('{"id": 1, "text": 5}', 'line 1: "text" is int; make it a string'),
        ('{"id": 1, "text": null}', 'line 1: "text" is NoneType; make it a string'),
        ('{"id": 1, "text": "a", "start": "0"}', '"start" is str; make it a whole number'),
        ('{"id": 1, "text": "a", "end": true}', '"end" is bool; make it a whole number'),
        ("[" * 100_000, "line 1: not JSON"),
        ("\x1c", "line 1: empty; write one object a line"),
        ('{"id": NaN, "text": "a"}', "line 1: not JSON (NaN is none of its numbers)"),
        ('{"id": 1e999, "text": "a"}', "line 1: not JSON (1e999 is none of its numbers)"),
    ],
    ids=[
        "broken",
        "array",
        "no text",
        "number",
        "null",
        "start",
        "bool",
        "deep",
        "blank",
        "nan",
        "large",
    ],
)
def test_a_bad_line_says_where_and_the_mend(line: str, said: str) -> None:
    """The stream goes on behind it."""
    bad, good = answers(line, '{"id": 2, "text": "ok"}')
    assert said in str(bad["error"])
    assert good["id"] == 2


@pytest.mark.parametrize(
    "row",
    [
        {"text": ""},
        {"text": "я" * 1_000_000, "target": "я"},
        {"text": "\x00\x07\x1b[31m", "target": "\x00"},
        {"text": "Текст без него", "target": "Рубикон"},
        {"text": "Рубикон", "target": "Рубикон", "start": 5, "end": 900},
        {"text": "Рубикон", "start": -3, "end": 2},
        {"text": "a", "target": None, "start": None, "end": None, "lang": None},
        {"text": "\ud83d", "target": "\ud83d"},
    ],
    ids=["empty", "megabyte", "control", "absent", "offsets", "negative", "nulls", "surrogate"],
)
def test_any_string_gets_a_label(row: dict[str, object]) -> None:
    """Hostile text is normal text."""
    (answer,) = answers(json.dumps(row))
    assert answer["label"] in {"negative", "neutral", "positive"}


def test_order_and_number_of_lines_are_kept_over_batches() -> None:
    """The n-th answer belongs to the n-th line, whatever the batch."""
    lines = [json.dumps({"id": number, "text": "a"}) for number in range(300)]
    lines[100] = "broken"
    found = answers(*lines)
    assert [row["id"] for row in found] == [*range(100), None, *range(101, 300)]


def test_the_stream_reads_no_further_than_a_batch_ahead() -> None:
    """Memory stays flat on an endless input."""
    read: list[int] = []

    def endless() -> Iterator[str]:
        for number in range(10**9):
            read.append(number)
            yield '{"id": 1, "text": "a"}'

    stream = tone_lines([endless()], LinearSentiment(), batch=8)
    next(stream)
    assert len(read) == 8


def test_errors_are_recognised_for_the_exit_code() -> None:
    """The command exits 1 when a line was refused."""
    assert [is_error(line) for line in tone_lines([["{", '{"text": "a"}']], LinearSentiment())] == [
        True,
        False,
    ]


def test_what_came_is_answered_before_more_is_asked_for() -> None:
    """A program that asks line for line over an open pipe gets its answer; lines keep counting."""
    asked: list[int] = []

    def portions() -> Iterator[list[str]]:
        for number, line in enumerate(['{"text": "a"}', '{"text": "b"}', "{"]):
            asked.append(number)
            yield [line]

    stream = tone_lines(portions(), LinearSentiment())

    assert json.loads(next(stream))["label"]
    assert asked == [0]
    assert json.loads(next(stream))["label"]
    assert json.loads(next(stream))["error"].startswith("line 3: ")
