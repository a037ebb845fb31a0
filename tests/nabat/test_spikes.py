"""`nabat spikes`: CSV in, one judged JSON line a row out, causal and streaming."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from nabat.commands.spikes import UnreadableRowsError, spike_lines

START = datetime(2026, 1, 5)  # noqa: DTZ001 - timestamps without a zone are part of the format


def rows(counts: list[float], step: timedelta = timedelta(hours=1)) -> list[str]:
    """CSV lines at an even step."""
    return [f"{START + step * n},{count:g}" for n, count in enumerate(counts)]


def noise(size: int, level: float = 5.0) -> list[float]:
    """Counts of a quiet brand."""
    return [float(count) for count in np.random.default_rng(4).poisson(level, size)]


def judged(lines: list[str], budget: str = "1/month") -> list[dict[str, Any]]:
    """The answers as records."""
    return [json.loads(line) for line in spike_lines(lines, budget)]


def test_every_row_gets_a_line_in_its_order() -> None:
    """Timestamps as they were written, counts as numbers."""
    lines = rows([3, 2.5, 4])
    answers = judged(["timestamp,count", *lines])
    assert [f"{one['timestamp']},{one['count']}" for one in answers] == lines
    assert set(answers[0]) == {"timestamp", "count", "expected", "score", "alarm", "reason"}


def test_a_spike_alarms_once_and_says_why() -> None:
    """One alarm until the episode closes; the highest score is in it."""
    counts = noise(24 * 30)
    counts[24 * 28 : 24 * 28 + 4] = [40, 60, 50, 30]
    answers = judged(rows(counts))
    alarms = [n for n, one in enumerate(answers) if one["alarm"]]
    assert alarms == [24 * 28]
    assert "where" in answers[alarms[0]]["reason"]
    assert max(answers[24:], key=lambda one: one["score"])["timestamp"][:10] == "2026-02-02"


def test_a_line_depends_on_nothing_after_it() -> None:
    """Feeding a prefix gives the prefix of the answers."""
    counts = noise(24 * 12)
    counts[200:204] = [50] * 4
    lines = rows(counts)
    whole = list(spike_lines(lines, "1/month"))
    for size in (1, 2, 3, 50, 201, 250):
        assert list(spike_lines(lines[:size], "1/month")) == whole[:size]


def test_a_file_and_a_list_are_judged_alike(tmp_path: Path) -> None:
    """However the rows arrive."""
    lines = rows(noise(300))
    path = tmp_path / "counts.csv"
    path.write_text("timestamp,count\n" + "\n".join(lines), encoding="utf-8")
    with path.open(encoding="utf-8") as file:
        assert list(spike_lines(file, "1/month")) == list(spike_lines(lines, "1/month"))


def test_an_endless_stream_is_answered_as_it_comes() -> None:
    """Nothing waits for the end of the series, beyond the second row."""

    def endless() -> Iterator[str]:
        yield from rows([1.0] * 5)
        raise AssertionError

    assert len(list(islice(spike_lines(endless(), "1/month"), 5))) == 5


@pytest.mark.parametrize(
    "step",
    [
        timedelta(seconds=10),
        timedelta(minutes=5),
        timedelta(minutes=7),
        timedelta(minutes=15),
        timedelta(hours=1),
        timedelta(days=1),
        timedelta(days=7),
    ],
    ids=["10 s", "5 min", "7 min", "15 min", "hour", "day", "week"],
)
def test_any_even_step_is_understood(step: timedelta) -> None:
    """A tenfold jump after a long quiet is heard at every step."""
    counts = noise(400, 20.0)
    counts[390] = 400.0
    answers = judged(rows(counts, step))
    assert len(answers) == 400
    if step >= timedelta(minutes=5):
        assert any(one["alarm"] for one in answers[390:])
    assert all(0 <= one["score"] <= 1 for one in answers)


def test_missing_rows_are_unknown_and_not_zero() -> None:
    """A gap of three days changes what is usual by little, and alarms nothing."""
    lines = rows(noise(24 * 40))
    answers = judged(lines[: 24 * 30] + lines[24 * 33 :])
    assert not any(one["alarm"] for one in answers[24 * 30 :])
    assert answers[-1]["expected"] == pytest.approx(5.0, rel=0.35)


def test_a_gap_of_years_begins_anew() -> None:
    """No memory is filled with emptiness."""
    lines = rows(noise(100))
    answers = judged([*lines, "2036-01-05 00:00:00,5", "2036-01-05 01:00:00,4"])
    assert answers[-1]["reason"].startswith("learning")


def test_a_smaller_step_after_a_gap_is_learned() -> None:
    """The first two rows may have straddled a gap."""
    minutes = [0, 60, *range(65, 400, 5)]
    lines = [f"{START + timedelta(minutes=minute)},3" for minute in minutes]
    assert len(judged(lines)) == len(lines)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nonsense", "expected timestamp,count"),
        ("yesterday,5", "cannot read the time"),
        ("2026-01-05 02:00:00,many", "cannot read the count"),
        ("2026-01-05 02:00:00,-1", "not between"),
        ("2026-01-05 02:00:00,nan", "not between"),
        ("2026-01-05 01:00:00,1", "not later"),
        ("2026-01-05 02:00:00,1\x00", "cannot read the count"),
    ],
    ids=["no comma", "time", "count", "negative", "nan", "back in time", "control character"],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(bad: str, said: str) -> None:
    """An error line in its place, and an error at the very end."""
    lines = rows([1, 2])
    answers: list[dict[str, Any]] = []
    with pytest.raises(UnreadableRowsError):
        answers.extend(
            json.loads(line) for line in _until_error([*lines, bad, "2026-01-05 03:00:00,1"])
        )
    assert len(SEEN) == 4
    error = json.loads(SEEN[2])["error"]
    assert error.startswith("line 3: ")
    assert said in error
    assert json.loads(SEEN[3])["count"] == 1


SEEN: list[str] = []


def _until_error(lines: list[str]) -> Iterator[str]:
    SEEN.clear()
    for line in spike_lines(lines, "1/month"):
        SEEN.append(line)
        yield line


def test_a_series_of_one_row_is_answered() -> None:
    """Nothing can be known of it."""
    (answer,) = judged(["2026-01-05,7"])
    assert (answer["alarm"], answer["reason"]) == (False, "learning: the first row")


def test_nothing_in_gives_nothing_out() -> None:
    """An empty file, or a header alone."""
    assert judged([]) == []
    assert judged(["timestamp,count"]) == []


def test_a_budget_that_cannot_be_read_is_refused() -> None:
    """Before the first row."""
    with pytest.raises(ValueError, match="write 1/month"):
        list(spike_lines(io.StringIO("2026-01-05,1"), "often"))


def test_zones_and_marks_of_order_are_read() -> None:
    """ISO with a zone, a byte order mark, quotes, blank lines."""
    answers = judged(
        ["\ufefftimestamp,count", '"2026-01-05T00:00:00Z","3"', "", "2026-01-05T04:00:00+03:00,4"]
    )
    assert [one["count"] for one in answers] == [3, 4]


class Portions(io.RawIOBase):
    """Bytes that arrive in portions of an odd size, as from a pipe."""

    def __init__(self, data: bytes, size: int) -> None:
        """Hand out so many bytes at a time."""
        self._rest, self._size = data, size

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next portion."""
        part = self._rest[: min(self._size, len(buffer))]
        self._rest = self._rest[len(part) :]
        buffer[: len(part)] = part
        return len(part)


def piped(data: bytes, portion: int) -> list[str]:
    """The answers to bytes that arrive in portions."""
    return list(
        spike_lines(io.TextIOWrapper(io.BufferedReader(Portions(data, portion))), "1/month")
    )


@pytest.mark.parametrize("portion", [7, 1001, 65536])
def test_odd_portions_change_nothing(portion: int) -> None:
    """A line may be cut anywhere, between the bytes of its end too."""
    counts = noise(24 * 8)
    counts[170:173] = [50] * 3
    lines = rows(counts)
    data = "\r\n".join(["timestamp,count", *lines]).encode()
    assert piped(data, portion) == list(spike_lines(lines, "1/month"))


@pytest.mark.parametrize("cut", [1, 2, 25, 100, 171, 190])
def test_a_prefix_that_arrives_in_portions_gives_the_prefix(cut: int) -> None:
    """Causal however it comes, without a newline at its end."""
    counts = noise(24 * 8)
    counts[170:173] = [50] * 3
    lines = rows(counts)
    assert piped("\n".join(lines[:cut]).encode(), 333) == list(spike_lines(lines, "1/month"))[:cut]


def test_every_answer_is_json_whatever_the_stamp() -> None:
    """The format is written by hand, so it is read back by the book."""
    for line in spike_lines(rows([*noise(60, 0.3), 1.5, 1e12]), "1/month"):
        assert json.dumps(json.loads(line), ensure_ascii=False) == line


def test_a_night_an_hour_longer_is_one_series() -> None:
    """Local stamps with their offsets, through the end of summer time."""
    zone = ZoneInfo("Europe/Kyiv")
    begin = datetime(2026, 10, 24, tzinfo=UTC)
    stamps = [(begin + timedelta(hours=hour)).astimezone(zone) for hour in range(48)]
    answers = judged([f"{stamp.isoformat()},5" for stamp in stamps])
    assert len(answers) == 48
    assert not any(one["alarm"] for one in answers)


def test_a_skipped_hour_of_local_stamps_is_a_missing_row() -> None:
    """Stamps without a zone in spring: nothing is counted twice, nothing fails."""
    begin = datetime(2026, 3, 20)  # noqa: DTZ001 - as such files come
    stamps = [begin + timedelta(hours=hour) for hour in range(24 * 14) if hour != 9 * 24 + 3]
    assert len(judged([f"{stamp},5" for stamp in stamps])) == len(stamps)
