"""Show records: a table for people, JSON Lines and files for programs.

Everything that came from a crawled page is hostile text: a cell that a
spreadsheet would run as a formula is disarmed, a terminal sees no control
characters.
"""

import io
import json
import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from nabat.errors import CommandError

FORMATS = ("table", "jsonl", "csv", "xlsx", "parquet")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def show(
    frame: pd.DataFrame,
    *,
    form: str,
    output: Path | None = None,
    columns: Sequence[str] | None = None,
) -> None:
    """Write the frame in the format; a table shows only the given columns.

    CommandError when a file format has no file to go to or the file cannot be
    written.
    """
    if form == "table":
        _table(frame, columns or list(frame.columns))
        return
    if form in ("xlsx", "parquet") and output is None:
        message = f"--format {form} needs --output FILE"
        raise CommandError(message)
    content = _BYTES[form](frame)
    if output is None:
        sys.stdout.write(content.decode())
        return
    try:
        output.write_bytes((b"\xef\xbb\xbf" if form == "csv" else b"") + content)
    except OSError as error:
        message = f"cannot write {output}: {error.strerror}"
        raise CommandError(message) from error


def line(record: dict[str, Any]) -> str:
    """Answer one JSON line, Cyrillic readable, times in ISO 8601."""
    return json.dumps(record, ensure_ascii=False, default=_plain, allow_nan=False)


def clean(text: str) -> str:
    """Answer the text as a terminal may show it: no control characters, no direction marks."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf") else sign for sign in text)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def _table(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold" if column in ("url", "address") else "ellipsis")
    for row in frame[list(columns)].itertuples(index=False):
        table.add_row(*(_cell(value) for value in row))
    console = Console(soft_wrap=False, markup=False, width=None if sys.stdout.isatty() else 160)
    console.print(table if len(frame) else "nothing found")


def _cell(value: Any) -> str:
    if value is None or (not isinstance(value, str | list | tuple | dict) and pd.isna(value)):
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return clean(str(value))


def _jsonl(frame: pd.DataFrame) -> bytes:
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return "".join(f"{line({str(k): v for k, v in row.items()})}\n" for row in rows).encode()


def _csv(frame: pd.DataFrame) -> bytes:
    content: str = _disarmed(frame).to_csv(index=False)
    return content.encode()


def _xlsx(frame: pd.DataFrame) -> bytes:
    plain = _disarmed(frame)
    for column in plain.columns:
        if isinstance(plain[column].dtype, pd.DatetimeTZDtype):  # a workbook knows no zones
            plain[column] = plain[column].dt.tz_localize(None)
    buffer = io.BytesIO()
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs=options) as writer:
        plain.to_excel(writer, index=False, sheet_name="nabat")
    return buffer.getvalue()


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    _flat(frame).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    flat = frame.copy()
    for column in flat.columns:
        if flat[column].map(lambda value: isinstance(value, list | dict | tuple)).any():
            flat[column] = flat[column].map(lambda value: json.dumps(value, ensure_ascii=False))
    return flat


def _disarmed(frame: pd.DataFrame) -> pd.DataFrame:
    flat = _flat(frame)
    for column in flat.columns:
        flat[column] = flat[column].map(
            lambda value: (
                f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
            )
        )
    return flat


_BYTES = {"jsonl": _jsonl, "csv": _csv, "xlsx": _xlsx, "parquet": _parquet}
