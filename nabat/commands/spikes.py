"""`nabat spikes`: try the detector on any series of counts.

CSV lines ``timestamp,count`` in, one JSON line per row out. A row's line depends
on that row and the rows before it only.
"""

import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.budget import parse_budget
from monitor.series import Row, RowJudgement, SeriesJudge
from monitor.settings import DetectorSettings


@dataclass(frozen=True, slots=True)
class _Line:
    """One readable row and how its timestamp was written."""

    stamp: str
    row: Row


class SpikeLines:
    """Judge CSV lines one batch at a time; ``failed`` says whether a line could not be read."""

    def __init__(self, budget: str) -> None:
        """Begin a series; raise ValueError for a budget that cannot be read."""
        self.failed = False
        self._judge = SeriesJudge(DetectorSettings(budget=parse_budget(budget)))
        self._number = 0
        self._latest = -math.inf
        self._waiting: list[_Line | str] = []  # rows not answered yet, and errors between them

    def feed(self, lines: Sequence[str]) -> list[str]:
        """Answer with the JSON lines that are due now."""
        readable = []
        for line in lines:
            self._number += 1
            parsed = self._parse(line)
            if parsed is not None:
                self._waiting.append(parsed)
            if isinstance(parsed, _Line):
                readable.append(parsed.row)
        return self._due(self._judge.judge(readable))

    def finish(self) -> list[str]:
        """Answer for what is left at the end of the series."""
        return self._due(self._judge.finish())

    def _due(self, answers: list[RowJudgement]) -> list[str]:
        """Pair answers with the rows waiting for them; errors keep their place in line."""
        due, queue = [], iter(answers)
        for done, waiting in enumerate(self._waiting):
            if isinstance(waiting, str):
                due.append(waiting)
                continue
            answer = next(queue, None)
            if answer is None:
                self._waiting = self._waiting[done:]
                return due
            due.append(_as_json(waiting, answer))
        self._waiting = []
        return due

    def _parse(self, line: str) -> _Line | str | None:
        """A row, an error line, or nothing for a header or a blank."""
        text = line.strip().lstrip("\ufeff")
        if not text:
            return None
        stamp, comma, count = text.rpartition(",")
        stamp, count = stamp.strip().strip('"'), count.strip().strip('"')
        if self._number == 1 and stamp.lower() == "timestamp":
            return None
        try:
            if not comma:
                raise ValueError("expected timestamp,count")
            row = Row(_seconds(stamp), _count(count))
            if row.at <= self._latest:
                raise ValueError(f"{stamp} is not later than the row before it")
        except ValueError as error:
            self.failed = True
            return json.dumps({"error": f"line {self._number}: {error}"}, ensure_ascii=False)
        self._latest = row.at
        return _Line(stamp, row)


def spike_lines(lines: Iterable[str], budget: str) -> Iterator[str]:
    """Yield one JSON line per CSV row, as soon as the row can be judged.

    A text file such as standard input is read in the portions it arrives in, so a
    long file goes through quickly and a live pipe is answered at once. Raises
    UnreadableRowsError at the very end when some rows could not be read.
    """
    judge = SpikeLines(budget)
    for batch in _batches(lines):
        yield from judge.feed(batch)
    yield from judge.finish()
    if judge.failed:
        raise UnreadableRowsError


class UnreadableRowsError(Exception):
    """Some rows could not be read; each has its own error line already."""

    def __init__(self) -> None:
        """Say it in one sentence."""
        super().__init__("some rows could not be read; see the error lines")


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    raw = getattr(lines, "buffer", None)
    if not isinstance(raw, io.BufferedReader):
        for line in lines:
            yield [line]
        return
    rest = b""
    while portion := raw.read1(1 << 16):
        *whole, rest = (rest + portion).split(b"\n")
        if whole:
            yield [line.decode("utf-8", errors="replace") for line in whole]
    if rest:
        yield [rest.decode("utf-8", errors="replace")]


def _seconds(stamp: str) -> float:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        raise ValueError(
            f"cannot read the time {stamp[:40]!r}; write 2026-01-31 15:45:00"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


def _count(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"cannot read the count {text[:40]!r}; write a number") from None
    if not math.isfinite(value) or not 0 <= value <= _MOST:
        raise ValueError(f"the count {text[:40]} is not between 0 and {_MOST:.0e}")
    return value


def _as_json(line: _Line, answer: RowJudgement) -> str:
    """One answer in JSON; only the two texts can hold what needs quoting."""
    count = line.row.count
    return (
        f'{{"timestamp": {_quoted(line.stamp)}, '
        f'"count": {int(count) if count.is_integer() else count}, '
        f'"expected": {answer.expected}, "score": {answer.score}, '
        f'"alarm": {"true" if answer.alarm else "false"}, "reason": {_quoted(answer.reason)}}}'
    )


_quoted = json.JSONEncoder(ensure_ascii=False).encode
_MOST = 1e12
