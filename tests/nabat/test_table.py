"""Tables for people: they fit, and they line up."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from rich.cells import cell_len

from nabat.table import layout, show_table

AT = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


def _frame(**given: object) -> pd.DataFrame:
    row = {
        "id": 7, "at": AT, "title": "Суд начал рассмотрение дела о сливе сточных вод в реку",
        "words": ["иск", "суд", "иск"], "url": "https://news.example/" + "a" * 150,
    }  # fmt: skip
    return pd.DataFrame([row | given])


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_records_fit_the_width(width: int) -> None:
    """One line a record; the widest columns give way, with a sign that they did."""
    header, record, _ = layout(_frame(), ["id", "at", "title", "words"], beneath="url", width=width)

    assert cell_len(header) <= width
    assert cell_len(record) <= width
    assert ("…" in record) == (width < 90)


def test_wide_letters_are_measured_as_the_terminal_shows_them() -> None:
    """A Chinese letter or a circle takes two places."""
    lines = layout(_frame(title="日本" * 40), ["id", "title", "at"], beneath=None, width=60)

    assert [cell_len(line) for line in lines][1] <= 60
    assert lines[1].endswith("2026-03-02 12:30")


def test_an_address_stands_whole_beneath_its_record() -> None:
    """It can be clicked and copied, which a folded one cannot."""
    lines = layout(_frame(), ["id", "title"], beneath="url", width=60)

    assert lines[2] == "    https://news.example/" + "a" * 150


def test_nothing_stands_beneath_a_record_that_has_nothing_there() -> None:
    """A source without an error is one line."""
    assert len(layout(_frame(url=None), ["id"], beneath="url", width=60)) == 2


def test_cells_read_as_people_write() -> None:
    """Lists without brackets and twins, times without seconds, numbers without a tail."""
    frame = pd.DataFrame([{"a": ["иск", "суд", "иск"], "b": AT, "c": 0.5, "d": None, "e": pd.NaT}])

    (_, record) = layout(frame, list("abcde"), beneath=None, width=80)

    assert record == "иск, суд  2026-03-02 12:30  0.5"


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Not a lonely header."""
    show_table(pd.DataFrame([], columns=["a"]), ["a"])

    assert capsys.readouterr().out == "nothing found\n"


def test_a_pipe_gets_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    """`| grep` sees plain text, and markup of a page is no markup of ours."""
    show_table(_frame(title="[red]x[/red]"), ["id", "title"], beneath="url")

    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[red]x[/red]" in out
    assert len(out.splitlines()) == 3
