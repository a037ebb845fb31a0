"""Lengths of time in words: "15 min", "4h", "5 days", «30 мин», «2 години»."""

import re
from datetime import timedelta

_UNITS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1, "с": 1, "сек": 1, "секунда": 1, "секунду": 1,
    "секунды": 1, "секунди": 1, "секунд": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60, "мин": 60, "минут": 60,
    "минуты": 60, "минута": 60, "минуту": 60,
    "хв": 60, "хвилина": 60, "хвилину": 60, "хвилини": 60, "хвилин": 60,
    "h": 3600, "hour": 3600, "hours": 3600, "ч": 3600, "час": 3600, "часа": 3600, "часов": 3600,
    # Not «год», which is an hour in Ukrainian and a year in Russian.
    "година": 3600, "годину": 3600, "години": 3600, "годин": 3600,
    "d": 86400, "day": 86400, "days": 86400, "д": 86400, "день": 86400, "дня": 86400,
    "дней": 86400, "сутки": 86400, "суток": 86400,
    "дні": 86400, "днів": 86400, "доба": 86400, "добу": 86400, "доби": 86400, "діб": 86400,
    "w": 604800, "week": 604800, "weeks": 604800, "нед": 604800, "неделя": 604800,
    "неделю": 604800, "недели": 604800, "недель": 604800,
    "тиж": 604800, "тиждень": 604800, "тижні": 604800, "тижнів": 604800,
}  # fmt: skip

LONGEST = timedelta(days=36_500)  # a century: reckoning with more would leave the calendar

_PART = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)\.?\s*", re.UNICODE)


class DurationError(ValueError):
    """Not a length of time we can read."""


def parse_duration(words: str) -> timedelta:
    """Read "1h 30min" and the like; the whole text must be understood."""
    position, seconds = 0, 0.0
    while match := _PART.match(words, position):
        unit = _UNITS.get(match[2].lower())
        if unit is None:
            message = f"unknown unit {match[2]!r} in {words!r}; write for example '15 min', '4h'"
            raise DurationError(message)
        seconds += float(match[1].replace(",", ".")) * unit
        position = match.end()
    if position == 0 or position != len(words) or seconds <= 0:
        message = f"cannot read {words!r} as a length of time; write for example '15 min', '4h'"
        raise DurationError(message)
    if seconds > LONGEST.total_seconds():
        message = f"{words!r} is too long a time; write for example '15 min', '4h'"
        raise DurationError(message)
    return timedelta(seconds=seconds)
