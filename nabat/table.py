"""A table for people: one line a record, as wide as the terminal, long texts cut with a sign.

What is too long for a column and must stay whole, an address or an error,
stands on a line of its own beneath the record.
"""

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from nabat.streams import shown
from nabat.terminal import clean

PIPE_WIDTH = 160  # what is not a terminal has no width of its own
_GAP = "  "
_NARROWEST = 8  # no column is squeezed below this


def show_table(frame: pd.DataFrame, columns: Sequence[str], *, beneath: str | None = None) -> None:
    """Print the columns of the frame on standard output; ``beneath`` on a line under each row."""
    stream = shown()
    width = shutil.get_terminal_size().columns if stream.isatty() else PIPE_WIDTH
    console = Console(file=stream, width=width, soft_wrap=True, markup=False, highlight=False)
    if not len(frame):
        console.print("nothing found")
        return
    across = [column for column in columns if column != beneath]
    for number, line in enumerate(layout(frame, across, beneath=beneath, width=width)):
        style = "bold" if number == 0 else "dim" if line.startswith(" ") else ""
        console.print(Text(line, style=style, no_wrap=True, overflow="ignore"), soft_wrap=True)


def layout(
    frame: pd.DataFrame, columns: Sequence[str], *, beneath: str | None, width: int
) -> list[str]:
    """Answer the lines of the table: a header, then each record and what stands beneath it."""
    records: list[Mapping[str, Any]] = frame.to_dict("records")
    rows = [[_cell(record[column]) for column in columns] for record in records]
    widths = _widths([list(columns), *rows], width)
    lines = [_line(columns, widths)]
    indent = " " * (widths[0] + len(_GAP))
    for record, row in zip(records, rows, strict=True):
        lines.append(_line(row, widths))
        if beneath is not None and (below := _cell(record[beneath])):
            lines.append(f"{indent}{below}")
    return lines


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give each column what it needs; where that is too much, the widest give way first."""
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    fitted = [
        set_cell_size(f"{set_cell_size(cell, width - 1).rstrip()}…", width)
        if cell_len(cell) > width
        else set_cell_size(cell, width)
        for cell, width in zip(cells, widths, strict=True)
    ]
    return _GAP.join(fitted).rstrip()


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(dict.fromkeys(_cell(item) for item in value))
    if value is None or (not isinstance(value, str | dict) and pd.isna(value)):
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return clean(str(value))
