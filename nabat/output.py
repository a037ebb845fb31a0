"""Show records: a table for people, JSON Lines and files for programs.

Everything that came from a crawled page is hostile text: a cell that a
spreadsheet would run as a formula is disarmed, a terminal sees no control
characters.
"""

import json
import math
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api.types import infer_dtype, is_object_dtype, is_string_dtype
from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException

from nabat.errors import CommandError
from nabat.replacing import replacing
from nabat.streams import write
from nabat.table import show_table

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A quote after the semicolon is read as the beginning of a quoted cell, and dropped.
_BEGINS_ANEW = re.compile(r'([;\r\n]"*)(\t*[=+\-@＝＋－＠])')
_MAY_BE_ARMED = rf"\A[{re.escape(''.join(_FORMULA))}]|[;\r\n]"
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
    """Write the frame as ``show_parts`` does."""
    show_parts([frame], form=form, output=output, columns=columns, beneath=beneath)


def show_parts(
    parts: Iterable[pd.DataFrame],
    *,
    form: str,
    output: Path | None = None,
    columns: Sequence[str] | None = None,
    beneath: str | None = None,
) -> None:
    """Write frames of the same columns, one at least, one after another in the format.

    Only a table holds them all at once; it shows only the given columns. Where a file is
    named and no format, the file's name says it. CommandError when a file format has no
    file to go to or the file cannot be written; an earlier one stays then as it was.
    """
    if form == "table" and output is not None:
        form = _form_of(output)
    if form == "table":
        frame = pd.concat(parts, ignore_index=True)
        show_table(frame, columns or list(frame.columns), beneath=beneath)
        return
    if output is not None:
        _put(output, parts, form)
        return
    if form not in _TEXTS:
        message = f"--format {form} needs --output FILE"
        raise CommandError(message)
    for text in _TEXTS[form](parts):
        write(text)


def line(record: dict[str, Any]) -> str:
    """Answer one JSON line, Cyrillic readable, times in ISO 8601."""
    return json.dumps(_plain(record), ensure_ascii=False, allow_nan=False)


def _put(output: Path, parts: Iterable[pd.DataFrame], form: str) -> None:
    """Put all of it in the file's place, or leave the file as it is."""
    try:
        if output.exists() and not output.is_file():  # a device, a pipe: nothing can replace it
            with output.open("wb") as stream, TemporaryFile() as whole:
                _save(parts, form, whole)
                whole.seek(0)
                shutil.copyfileobj(whole, stream)
        else:
            with replacing(output.resolve()) as stream:
                _save(parts, form, stream)
    except (OSError, XlsxWriterException) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"cannot write {output}: {reason}; choose another --output"
        raise CommandError(message) from error


def _save(parts: Iterable[pd.DataFrame], form: str, stream: IO[bytes]) -> None:
    if form not in _TEXTS:
        _FILES[form](parts, stream)
        return
    stream.write(b"\xef\xbb\xbf" if form == "csv" else b"")
    for text in _TEXTS[form](parts):
        stream.write(text.encode())


def _form_of(output: Path) -> str:
    form = output.suffix.removeprefix(".").lower()
    form = {"json": "jsonl", "ndjson": "jsonl"}.get(form, form)
    if form not in (*_TEXTS, *_FILES):
        known = ", ".join((*_TEXTS, *_FILES))
        message = f"{output}: the name does not say a format; add --format {known}"
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


def _jsonl(parts: Iterable[pd.DataFrame]) -> Iterator[str]:
    for part in parts:
        yield "".join(f"{line(row)}\n" for row in part.astype(object).to_dict("records"))


def _csv(parts: Iterable[pd.DataFrame]) -> Iterator[str]:
    for number, part in enumerate(parts):
        plain = _disarmed(part, _harmless_in_csv)
        yield plain.to_csv(index=False, header=number == 0, lineterminator="\n")


def _parquet(parts: Iterable[pd.DataFrame], stream: IO[bytes]) -> None:
    rest = map(_flat, parts)
    first = next(rest)
    schema = pa.Schema.from_pandas(first, preserve_index=False)
    with pq.ParquetWriter(stream, schema) as writer:
        for part in chain([first], rest):
            writer.write_table(pa.Table.from_pandas(part, schema, preserve_index=False))


def _xlsx(parts: Iterable[pd.DataFrame], stream: IO[bytes]) -> None:
    with TemporaryDirectory() as folder:  # where the rows wait: memory would not hold them
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        book = Workbook(stream, options | {"constant_memory": True, "tmpdir": folder})
        try:
            _fill(book, (_disarmed(part, _harmless) for part in parts))
            book.close()
        finally:
            for sheet in book.worksheets():
                with suppress(OSError):  # of a full disk, which was told already
                    sheet.row_data_fh.close()


def _fill(book: Workbook, parts: Iterable[pd.DataFrame]) -> None:
    sheet, rows = book.add_worksheet("nabat"), 0
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for part in parts:
        if not rows:
            sheet.write_row(0, 0, part.columns, bold)
        if rows + len(part) > _MOST_ROWS:
            message = (
                f"over {_MOST_ROWS} rows do not fit a worksheet; choose --format csv or --limit"
            )
            raise CommandError(message)
        for row in part.astype(object).itertuples(index=False, name=None):
            rows += 1
            for column, value in enumerate(row):
                _fill_cell(sheet, rows, column, value, moment)


def _fill_cell(sheet: Any, row: int, column: int, value: Any, moment: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, _cut(value))
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, datetime) and value is not pd.NaT:
        # A workbook knows no zones; all times are UTC.
        sheet.write_datetime(row, column, value.replace(tzinfo=None), moment)
    elif isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(row, column, value)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


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


def _disarmed(frame: pd.DataFrame, harmless: Callable[[Any], Any]) -> pd.DataFrame:
    flat = _flat(frame)
    for column in flat.columns:
        if is_string_dtype(flat[column]):
            armed = flat[column].str.contains(_MAY_BE_ARMED, na=False)
            flat.loc[armed, column] = flat.loc[armed, column].map(harmless)
        elif is_object_dtype(flat[column]):
            flat[column] = flat[column].map(harmless)
    return flat


def _harmless(value: Any) -> Any:
    """Answer the cell so that no spreadsheet runs it: behind an apostrophe, as they all read it."""
    armed = isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value)
    return f"'{value}" if armed else value


def _harmless_in_csv(value: Any) -> Any:
    """Answer the cell harmless also where semicolons part cells, as in Excel in Russian."""
    value = _harmless(value)
    return _BEGINS_ANEW.sub(r"\1'\2", value) if isinstance(value, str) else value


def _is_number(text: str) -> bool:
    return text[1:].isascii() and text[1:].isdigit() and text[0] in "+-"


_TEXTS: dict[str, Callable[[Iterable[pd.DataFrame]], Iterator[str]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
}
_FILES: dict[str, Callable[[Iterable[pd.DataFrame], IO[bytes]], None]] = {
    "xlsx": _xlsx,
    "parquet": _parquet,
}
