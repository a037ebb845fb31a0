"""Records for programs: every format, hostile cells, empty results, files that cannot be."""

import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any
from weakref import ref
from zipfile import ZipFile

import pandas as pd
import pyarrow.parquet as pq
import pytest

from nabat.commands.arguments import FILE_FORMATS
from nabat.errors import CommandError
from nabat.output import line, show, show_parts

AT = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
EMPTY = pd.DataFrame([], columns=["id", "title", "at"])


def _read_sheet(path: Path) -> pd.DataFrame:
    rows = re.findall(r"<row [^>]*>(.*?)</row>", _sheet(path))
    cells = [re.findall(r"<(?:v|t)>(.*?)</", row) for row in rows]
    return pd.DataFrame([(*row, None)[:2] for row in cells[1:]], columns=cells[0])


READ: dict[str, Callable[[Path], pd.DataFrame]] = {
    "csv": pd.read_csv,
    "jsonl": lambda path: pd.read_json(path, lines=True),
    "parquet": pd.read_parquet,
    "xlsx": _read_sheet,
}


def _frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({name: [value] for name, value in columns.items()})


def _csv_cell(value: object, capsys: pytest.CaptureFixture[str]) -> Any:
    show(_frame(a=value, b="end"), form="csv")
    return pd.read_csv(io.StringIO(capsys.readouterr().out), dtype=str)["a"][0]


def _sheet(path: Path) -> str:
    with ZipFile(path) as book:
        names = [name for name in book.namelist() if "sheet1" in name or "sharedStrings" in name]
        return "".join(book.read(name).decode() for name in names if not name.endswith("rels"))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "=cmd|' /C calc'!A0", "+7 999", "-2+3", "@SUM(A1)", "\t=1", "＝1", "＠x"],
)
def test_a_formula_is_disarmed_in_csv(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A title of a crawled page must not run in the analyst's spreadsheet."""
    assert _csv_cell(text, capsys) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Скидки;=cmd|' /C calc'!A0;", "Скидки;'=cmd|' /C calc'!A0;"),
        ("a\n=1+1;b", "a\n'=1+1;b"),
        ("\n=1", "'\n'=1"),
        ("a;@SUM(A1);-1", "a;'@SUM(A1);'-1"),
        ("a; = b", "a; = b"),
        ('a;"=1+1;b', "a;\"'=1+1;b"),
        ('a\n"=1+1;b', "a\n\"'=1+1;b"),
        ("a;\t=1+1", "a;'\t=1+1"),
        ("a\n\tb", "a\n\tb"),
    ],
)
def test_a_formula_after_a_semicolon_is_disarmed_in_csv(
    text: str, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Excel in Russian and Ukrainian parts cells there, and heeds no quotes in the middle."""
    assert _csv_cell(text, capsys) == kept


@pytest.mark.parametrize("text", ["Ромашка", "a=b", "-100123", "+7", "'quoted", "5 - 3"])
def test_a_harmless_cell_is_left_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A chat's number begins with a minus and is no formula."""
    assert _csv_cell(text, capsys) == text


def test_a_worksheet_holds_text_not_formulas_or_links(tmp_path: Path) -> None:
    """Nothing in a workbook is run or fetched."""
    frame = _frame(title="=1+1", url="http://127.0.0.1/x", fun='=HYPERLINK("http://e.example")')
    show(frame, form="xlsx", output=tmp_path / "a.xlsx")

    sheet = _sheet(tmp_path / "a.xlsx")
    assert "<f>" not in sheet
    assert "hyperlink " not in sheet
    assert "'=1+1" in sheet


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(pd.Series([AT]), id="a column of times"),
        pytest.param(pd.Series([AT, None]), id="some missing"),
        pytest.param(pd.Series([AT, None], dtype=object), id="mixed"),
        pytest.param(pd.Series([None, None]), id="all missing"),
    ],
)
def test_times_with_a_zone_fit_a_worksheet(times: pd.Series, tmp_path: Path) -> None:  # type: ignore[type-arg]
    """A workbook knows no zones: the times are written as they are in UTC."""
    path = tmp_path / "a.xlsx"
    show(pd.DataFrame({"at": times}), form="xlsx", output=path)

    written = (AT - datetime(1899, 12, 30, tzinfo=UTC)).total_seconds() / 86_400
    assert (f"{written:.4f}" in _sheet(path)) == bool(times.notna().any())


def test_a_text_too_long_for_a_cell_is_cut_not_lost(tmp_path: Path) -> None:
    """A workbook would leave it out whole."""
    show(_frame(text="я" * 40_000), form="xlsx", output=tmp_path / "a.xlsx")

    assert "я" * 32_766 + "…" in _sheet(tmp_path / "a.xlsx")


def test_parquet_comes_back_as_it_was(tmp_path: Path) -> None:
    """Times keep their zone, numbers their kind, missing stays missing."""
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame(
        {"id": [1, 2], "at": [AT, None], "share": [0.5, None], "title": ["=1", None]}
    )
    show(frame, form="parquet", output=path)

    rows = pq.read_table(path).to_pylist()
    assert rows == [
        {"id": 1, "at": AT, "share": 0.5, "title": "=1"},
        {"id": 2, "at": None, "share": None, "title": None},
    ]


def test_lists_are_json_in_flat_formats(tmp_path: Path) -> None:
    """A cell holds one value; a program can read the list out of it."""
    frame = pd.DataFrame({"crisis": [["обман", "иск"], None]})
    show(frame, form="parquet", output=tmp_path / "a.parquet")

    cells = pq.read_table(tmp_path / "a.parquet").column("crisis").to_pylist()
    assert json.loads(cells[0]) == ["обман", "иск"]
    assert cells[1] is None


@pytest.mark.parametrize(
    "value",
    [None, float("nan"), float("inf"), pd.NaT, pd.NA],
    ids=["None", "nan", "inf", "NaT", "NA"],
)
def test_a_missing_value_is_null_in_json(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """NaN is no JSON: another program would stumble over the line."""
    show(pd.DataFrame({"a": [value], "b": [[value]]}), form="jsonl")

    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == {
        "a": None,
        "b": [None],
    }


def test_json_lines_hold_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    """Times in ISO 8601 with their zone, whole numbers whole, Cyrillic readable, lists as lists."""
    show(_frame(id=1, at=AT, title="Ромашка", all=["a"], ok=True, half=0.5), form="jsonl")

    assert capsys.readouterr().out == (
        '{"id": 1, "at": "2026-03-02T12:30:00+00:00", "title": "Ромашка", "all": ["a"], '
        '"ok": true, "half": 0.5}\n'
    )


def test_a_line_feed_in_a_text_does_not_break_the_line() -> None:
    """One record is one line whatever is in it."""
    assert "\n" not in line({"title": "a\nb\u2028c"}).replace("\u2028", "")


@pytest.mark.parametrize("form", FILE_FORMATS)
def test_an_empty_result_is_a_valid_file(form: str, tmp_path: Path) -> None:
    """A script that runs at night finds the columns and no rows."""
    path = tmp_path / f"a.{form}"
    show(EMPTY, form=form, output=path)

    readers: dict[str, Any] = {
        "csv": pd.read_csv, "parquet": pd.read_parquet,
        "xlsx": lambda book: _sheet(book) and EMPTY, "jsonl": lambda text: EMPTY,
    }  # fmt: skip
    found = readers[form](path)
    assert list(found.columns) == ["id", "title", "at"]
    assert len(found) == 0
    assert form != "jsonl" or path.read_bytes() == b""


def test_csv_files_open_as_utf8_in_a_spreadsheet(tmp_path: Path) -> None:
    """Excel takes a file without the mark for windows-1251; a pipe needs none."""
    show(_frame(a="Ромашка"), form="csv", output=tmp_path / "a.csv")

    assert (tmp_path / "a.csv").read_bytes() == "\ufeffa\nРомашка\n".encode()


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.csv", b"\xef\xbb\xbf"), ("a.JSON", b"{"), ("a.xlsx", b"PK"), ("a.parquet", b"PAR1")],
)
def test_the_name_of_the_file_says_the_format(name: str, begins: bytes, tmp_path: Path) -> None:
    """`--output report.xlsx` is enough."""
    show(_frame(a=1), form="table", output=tmp_path / name)

    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("form", "output", "said"),
    [
        pytest.param("xlsx", None, "needs --output", id="no file"),
        pytest.param("parquet", None, "needs --output", id="no file either"),
        pytest.param("table", "report.pdf", "add --format", id="unknown ending"),
        pytest.param("csv", "missing/a.csv", "cannot write .*No such file", id="no folder"),
        pytest.param("jsonl", ".", "cannot write .*directory", id="a folder"),
    ],
)
def test_a_file_that_cannot_be_is_explained(
    form: str, output: str | None, said: str, tmp_path: Path
) -> None:
    """The message names the file and the mend."""
    with pytest.raises(CommandError, match=said):
        show(_frame(a=1), form=form, output=tmp_path / output if output else None)


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file of this process may grow over 4 kilobytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("form", FILE_FORMATS)
def test_a_disk_that_is_full_leaves_the_earlier_file(form: str, tmp_path: Path) -> None:
    """Last week's export is better than half of this week's."""
    path = tmp_path / f"a.{form}"
    path.write_bytes(b"last week")
    frame = pd.DataFrame({"text": [token_hex(400) for _ in range(200)]})

    with pytest.raises(CommandError, match=r"cannot write .*File too large.*; choose another"):
        show(frame, form=form, output=path)

    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"last week"


@pytest.mark.parametrize("form", FILE_FORMATS)
def test_parts_are_written_one_after_another(form: str, tmp_path: Path) -> None:
    """A million records need no more memory than one part of them."""
    path, made, alive = tmp_path / f"a.{form}", list[ref[pd.DataFrame]](), list[int]()

    def parts() -> Iterator[pd.DataFrame]:
        for number in range(4):
            part = pd.DataFrame({"id": [number], "title": [None if number < 2 else "=1"]})
            part = part.astype({"title": "str"})
            made.append(ref(part))
            alive.append(sum(one() is not None for one in made))
            yield part

    show_parts(parts(), form=form, output=path)

    assert max(alive) <= 2
    assert [str(row["id"]) for row in READ[form](path).to_dict("records")] == list("0123")
    assert list(READ[form](path).columns) == ["id", "title"]


@pytest.mark.parametrize("form", FILE_FORMATS)
def test_what_is_broken_off_leaves_the_earlier_file(form: str, tmp_path: Path) -> None:
    """Ctrl-C in the middle leaves neither half a file nor a nameless one."""
    path = tmp_path / f"a.{form}"
    path.write_bytes(b"last week")

    def parts() -> Iterator[pd.DataFrame]:
        yield _frame(title="Ромашка")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        show_parts(parts(), form=form, output=path)

    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"last week"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["ended", "hung up"])
def test_a_process_that_is_ended_leaves_the_earlier_file(
    number: signal.Signals, form: str, tmp_path: Path
) -> None:
    """By whoever: its code says so, and nothing lies beside the file, or where a sheet waits."""
    path = tmp_path / f"a.{form}"
    path.write_bytes(b"last week")
    (tmp_path / "waiting").mkdir()
    words = [sys.executable, "-c", _ENDED, path, str(number.value)]

    ended = subprocess.run(words, env=os.environ | {"TMPDIR": str(tmp_path / "waiting")})

    assert ended.returncode == 128 + number
    assert sorted(one.name for one in tmp_path.rglob("*")) == [path.name, "waiting"]
    assert path.read_bytes() == b"last week"


_ENDED = """
import os, signal, sys
from pathlib import Path
import pandas as pd
from nabat.output import show_parts
signal.signal(int(sys.argv[2]), signal.SIG_DFL)  # nohup ignores it, also for its children
def parts():
    yield pd.DataFrame({"title": ["one"]})
    os.kill(os.getpid(), int(sys.argv[2]))
    yield pd.DataFrame({"title": ["another"]})
show_parts(parts(), form=Path(sys.argv[1]).suffix[1:], output=Path(sys.argv[1]))
"""


def test_a_process_told_to_outlive_its_terminal_goes_on(tmp_path: Path) -> None:
    """As `nohup` says."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def parts() -> Iterator[pd.DataFrame]:
        os.kill(os.getpid(), signal.SIGHUP)
        yield _frame(a=1)

    try:
        show_parts(parts(), form="csv", output=tmp_path / "a.csv")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (tmp_path / "a.csv").exists()


def test_a_new_file_keeps_the_rights_and_the_link_of_the_earlier_one(tmp_path: Path) -> None:
    """Who could read last week's export can read this one."""
    kept, link = tmp_path / "kept.csv", tmp_path / "latest.csv"
    kept.touch(mode=0o640)
    link.symlink_to(kept)

    show(_frame(a=1), form="csv", output=link)

    assert link.is_symlink()
    assert (kept.read_text("utf-8-sig"), kept.stat().st_mode & 0o777) == ("a\n1\n", 0o640)


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """A file beside it could not take its place."""
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    try:
        show(_frame(a=1), form="csv", output=pipe)
        assert os.read(reader, 100) == b"\xef\xbb\xbfa\n1\n"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
