"""Show records: a table for people, JSON Lines and files for programs.

Everything that came from a crawled page is hostile text: a cell that a
spreadsheet would run as a formula is disarmed, a terminal sees no control
characters.
"""

import io
import json
import math
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import pandas as pd
from pandas.api.types import infer_dtype, is_object_dtype
from xlsxwriter.exceptions import XlsxWriterException

from nabat.errors import CommandError
from nabat.streams import write
from nabat.terminal import show_table

FORMATS = ("table", "jsonl", "csv", "xlsx", "parquet")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MOST_ROWS = 1_048_575  # of a worksheet, under its header
_LONGEST_CELL = 32_767  # of a worksheet; a longer text would be left out whole


def show(
    frame: pd.DataFrame,
    *,
    form: str,
    output: Path | None = None,
    columns: Sequence[str] | None = None,
    beneath: str | None = None,
) -> None:
    """Write the frame in the format; a table shows only the given columns.

    Where a file is named and no format, the file's name says it. CommandError
    when a file format has no file to go to or the file cannot be written; an
    earlier one stays then as it was.
    """
    if form == "table" and output is not None:
        form = _form_of(output)
    if form == "table":
        show_table(frame, columns or list(frame.columns), beneath=beneath)
        return
    if form in ("xlsx", "parquet") and output is None:
        message = f"--format {form} needs --output FILE"
        raise CommandError(message)
    if output is None:
        write(_BYTES[form](frame).decode())
        return
    try:
        _put(output, (b"\xef\xbb\xbf" if form == "csv" else b"") + _BYTES[form](frame))
    except (OSError, XlsxWriterException) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"cannot write {output}: {reason}; choose another --output"
        raise CommandError(message) from error


def line(record: dict[str, Any]) -> str:
    """Answer one JSON line, Cyrillic readable, times in ISO 8601."""
    return json.dumps(_plain(record), ensure_ascii=False, allow_nan=False)


def _put(output: Path, content: bytes) -> None:
    """Put the whole content in the file's place, or leave the file as it is."""
    if output.exists() and not output.is_file():  # a device, a pipe: nothing can take its place
        output.write_bytes(content)
        return
    place = output.resolve()
    new = place.with_name(f".nabat-{token_hex(8)}")
    try:
        new.write_bytes(content)
        if place.exists():
            shutil.copymode(place, new)
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)


def _form_of(output: Path) -> str:
    form = output.suffix.removeprefix(".").lower()
    form = {"json": "jsonl", "ndjson": "jsonl"}.get(form, form)
    if form not in _BYTES:
        message = f"{output}: the name does not say a format; add --format {', '.join(_BYTES)}"
        raise CommandError(message)
    return form


def _plain(value: Any) -> Any:
    """Answer what JSON has a word for; numbers that are none become null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | int | str) else str(value)


def _jsonl(frame: pd.DataFrame) -> bytes:
    return "".join(f"{line(row)}\n" for row in frame.astype(object).to_dict("records")).encode()


def _csv(frame: pd.DataFrame) -> bytes:
    content: str = _disarmed(frame).to_csv(index=False, lineterminator="\n")
    return content.encode()


def _xlsx(frame: pd.DataFrame) -> bytes:
    if len(frame) > _MOST_ROWS:
        message = f"{len(frame)} rows do not fit a worksheet; choose --format csv or --limit"
        raise CommandError(message)
    plain = _disarmed(frame)
    for column in plain.columns:
        plain[column] = plain[column].map(_for_a_worksheet)
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        plain.to_excel(writer, index=False, sheet_name="nabat")
    return buffer.getvalue()


def _for_a_worksheet(value: Any) -> Any:
    if isinstance(value, datetime) and value is not pd.NaT:
        return value.replace(tzinfo=None)  # a workbook knows no zones; all times are UTC
    if isinstance(value, str) and len(value) > _LONGEST_CELL:
        return f"{value[: _LONGEST_CELL - 1]}…"
    return value


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    _flat(frame).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Answer the frame without lists and tables: they are JSON, of the type of texts."""
    flat = frame.copy()
    for column in flat.columns:
        if is_object_dtype(flat[column]):
            flat[column] = _as_texts(flat[column])
    return flat


def _as_texts(column: "pd.Series[Any]") -> "pd.Series[Any]":
    cells = [
        json.dumps(_plain(value), ensure_ascii=False)
        if isinstance(value, list | dict | tuple)
        else value
        for value in column
    ]
    are_texts = infer_dtype(cells, skipna=True) in ("string", "empty")
    return pd.Series(cells, index=column.index, dtype="str" if are_texts else object)


def _disarmed(frame: pd.DataFrame) -> pd.DataFrame:
    flat = _flat(frame)
    for column in flat.columns:
        if not isinstance(flat[column].dtype, pd.DatetimeTZDtype):
            flat[column] = flat[column].map(_harmless)
    return flat


def _harmless(value: Any) -> Any:
    """Answer the cell so that no spreadsheet runs it: behind an apostrophe, as they all read it."""
    armed = isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value)
    return f"'{value}" if armed else value


def _is_number(text: str) -> bool:
    return text[1:].isascii() and text[1:].isdigit() and text[0] in "+-"


_BYTES = {"jsonl": _jsonl, "csv": _csv, "xlsx": _xlsx, "parquet": _parquet}
