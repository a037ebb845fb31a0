"""The parts as processes in a pipe: line for line, whatever comes, in flat memory."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.nabat.conftest import Command, Written
from tests.running import ROOT

TEXT = "Покупатели «Ромашки» возмущены: их обманули."
BAD = [
    pytest.param(b"{", id="broken"),
    pytest.param(b"", id="blank"),
    pytest.param(b"[1]", id="no object"),
    pytest.param(b'{"id": 2}', id="no text"),
    pytest.param(b'{"id": 2, "text": 5}', id="no string"),
    pytest.param(b"[" * 100_000, id="deep"),
    pytest.param(b"\xff\xfe\x00", id="no letters"),
]


@pytest.fixture
def config(written: Written) -> Path:
    """A config that watches «Ромашка»."""
    return written()


def _lines(*records: object) -> bytes:
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in records).encode()


def _answers(out: str) -> list[Any]:
    return [json.loads(line) for line in out.splitlines()]


def test_match_answers_line_for_line(nabat: Command, config: Path) -> None:
    """In order, with the id that was given."""
    outcome = nabat(
        "match", "-c", config, stdin=_lines({"id": 1, "text": TEXT}, {"id": "b", "text": "x"})
    )

    first, second = _answers(outcome.out)
    assert outcome.code == 0
    assert (first["id"], second) == (1, {"id": "b", "mentions": []})
    (mention,) = first["mentions"]
    (term,) = mention["matched"]
    assert TEXT[term["start"] : term["end"]] == term["text"] == "Ромашки"
    assert {"обман", "возмущение"} <= {one["term"] for one in mention["crisis"]}


def test_tone_answers_line_for_line(nabat: Command) -> None:
    """Without any config: the shipped backend."""
    outcome = nabat("tone", stdin=_lines({"id": 1, "text": TEXT, "target": "Ромашки"}))

    (answer,) = _answers(outcome.out)
    assert outcome.code == 0
    assert set(answer) == {"id", "label", "p", "unsure", "model"}
    assert sum(answer["p"].values()) == pytest.approx(1, abs=0.01)


def test_fold_answers_line_for_line(nabat: Command) -> None:
    """A copy carries the id of the first."""
    texts = _lines(*({"id": number, "text": TEXT} for number in (5, 6)))

    assert _answers(nabat("fold", stdin=texts).out) == [
        {"id": 5, "story": 5},
        {"id": 6, "story": 5},
    ]


@pytest.mark.parametrize("command", ["match", "fold", "tone"])
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_line_is_named_and_the_rest_answered(
    nabat: Command, config: Path, command: str, bad: bytes
) -> None:
    """Its error stands in its place; the exit code says that there was one."""
    words = [command] if command == "fold" else [command, "-c", config]
    good = _lines({"id": 1, "text": TEXT})
    outcome = nabat(*words, stdin=good + bad + b"\n" + good)

    answers = _answers(outcome.out)
    assert [answer.get("id") for answer in (answers[0], answers[-1])] == [1, 1]
    assert (outcome.code, len(answers)) == (1, 3)
    assert "line 2" in answers[1]["error"]
    assert "1 lines could not be read" in outcome.err


@pytest.mark.parametrize("command", ["match", "fold", "tone", "spikes"])
def test_no_input_gives_no_output(nabat: Command, config: Path, command: str) -> None:
    """And no complaint."""
    words = {"fold": [], "spikes": ["--budget", "1/month"]}.get(command, ["-c", config])

    outcome = nabat(command, *words)

    assert (outcome.code, outcome.out) == (0, "")


@pytest.mark.parametrize("command", ["match", "fold", "tone"])
def test_a_byte_order_mark_is_no_part_of_the_first_line(
    nabat: Command, config: Path, command: str
) -> None:
    """Some editors write it."""
    words = [command] if command == "fold" else [command, "-c", config]

    outcome = nabat(*words, stdin=b"\xef\xbb\xbf" + _lines({"id": 1, "text": TEXT}))

    assert (outcome.code, [one["id"] for one in _answers(outcome.out)]) == (0, [1])


def test_a_last_line_without_its_end_is_a_line(nabat: Command) -> None:
    """Many programs leave it out."""
    assert _answers(nabat("fold", stdin=_lines({"id": 1, "text": TEXT})[:-1]).out) != []


def test_spikes_judges_row_for_row(nabat: Command) -> None:
    """A row that cannot be read is an error line in its place, and exit code 1."""
    rows = "timestamp,count\n2026-03-01 00:00:00,1\nsoon,1\n2026-03-01 01:00:00,2\n"
    outcome = nabat("spikes", "--budget", "1/month", stdin=rows.encode())

    first, error, last = _answers(outcome.out)
    assert outcome.code == 1
    assert set(first) == {"timestamp", "count", "expected", "score", "alarm", "reason"}
    assert error["error"].startswith("line 3: ")
    assert (last["timestamp"], last["count"]) == ("2026-03-01 01:00:00", 2)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00\x80" * 50, id="no letters"),
        pytest.param(b"<" * 10_000, id="no page"),
        pytest.param("<p>Текст</p>".encode("cp1251"), id="windows-1251"),
    ],
)
def test_extract_answers_any_page(nabat: Command, page: bytes) -> None:
    """One object with all its fields, whatever came."""
    outcome = nabat("extract", stdin=page)

    (answer,) = _answers(outcome.out)
    assert outcome.code == 0
    assert set(answer) == {"title", "text", "author", "published_at", "lang", "canonical_url"}


def test_extract_reads_a_page(nabat: Command) -> None:
    """Title, text and date."""
    page = f"""<html lang="ru"><head><title>Проверка «Ромашки»</title>
    <meta property="article:published_time" content="2026-03-01T10:00:00+03:00"></head>
    <body><article><h1>Проверка «Ромашки»</h1><p>{TEXT * 5}</p></article></body></html>"""

    (answer,) = _answers(nabat("extract", stdin=page.encode()).out)

    assert TEXT in answer["text"]
    assert answer["published_at"].startswith("2026-03-01T")
    assert answer["lang"] == "ru"


CHILD = """
import resource, runpy, sys
sys.argv = ["nabat", *sys.argv[1:]]
try:
    runpy.run_module("nabat", run_name="__main__")
except SystemExit as ended:
    code = ended.code
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
raise SystemExit(code)
"""


def _peak(stdin: bytes, *words: str) -> tuple[int, int]:
    """The answers and the most memory, in kilobytes, of a process given this input."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *words], cwd=ROOT, input=stdin, capture_output=True,
        check=True, timeout=120,
    )  # fmt: skip
    return len(done.stdout.splitlines()), int(done.stderr.split()[-1])


def test_twenty_thousand_lines_take_no_more_memory_than_a_few(config: Path) -> None:
    """Nothing is kept of a line that was answered."""
    line = _lines({"id": 1, "text": "Погода на завтра"})

    few, little = _peak(line * 200, "match", "--config", str(config))
    many, much = _peak(line * 20_000, "match", "--config", str(config))

    assert (few, many) == (200, 20_000)
    assert much - little < 20_000


def test_a_reader_that_goes_away_is_no_error(config: Path) -> None:
    """`nabat match … | head -1` ends well and says nothing."""
    line = _lines({"id": 1, "text": TEXT})
    with subprocess.Popen(
        [sys.executable, "-m", "nabat", "match", "--config", str(config)], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(line)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1  # answered while we go on
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.write(line * 20_000)
        with suppress(BrokenPipeError):
            process.stdin.close()
        code, said = process.wait(60), process.stderr.read()

    assert (code, said) == (0, b"")
