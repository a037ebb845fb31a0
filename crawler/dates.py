"""Read publication dates in Russian, Ukrainian and English into UTC.

Pure. The usual shapes are read by rules of our own, in microseconds and
without guessing; only what is left goes to dateparser. A date that cannot be
meant (before the web, or far ahead) is no date.
"""

import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

import dateparser

LONGEST_DATE = 120
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(days=366)

_MONTH_STEMS = (
    (r"янв\w*|січ\w*|jan\w*", 1),
    (r"фев\w*|лют\w*|feb\w*", 2),
    (r"мар(?:т\w*)?|бер(?:ез\w*)?|mar(?:ch)?", 3),
    (r"апр\w*|кв[іi]т\w*|apr\w*", 4),
    (r"ма[йяю]|трав\w*|may", 5),
    (r"июн\w*|черв\w*|june?", 6),
    (r"июл\w*|лип(?:н\w*|ень)?|july?", 7),
    (r"авг\w*|серп\w*|aug\w*", 8),
    (r"сен\w*|вер(?:ес\w*)?|sept?\w*", 9),
    (r"окт\w*|жовт\w*|oct\w*", 10),
    (r"ноя\w*|лист(?:опад\w*)?|nov\w*", 11),
    (r"дек\w*|груд\w*|dec\w*", 12),
)
_MONTH = "|".join(f"(?:{stem})" for stem, _ in _MONTH_STEMS)
_TIME = r"(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d)(?:[.,]\d+)?)?"
_HALF = r"(?:\s*(?P<half>[ap]\.?m\.?))?"
_ZONE = (
    r"(?:\s*\(?(?P<zone>z\b|(?:utc|gmt)?\s*[+-]\d{1,2}(?::?\d{2})?\b|(?:utc|gmt|мск|msk|msd|"
    r"eet|eest|cet|cest|bst|est|edt|cst|cdt|mst|mdt|pst|pdt)\b)\)?)?"
)
_LINK = r"(?:\s*(?:г(?:ода?|\.)?|р(?:оку|\.)?)(?![\wё]))?[\s,|•·/–—-]*(?:(?:в|о|об|у|at|from)\s+)?"
_CLOCK = rf"(?:{_LINK}{_TIME}{_HALF}{_ZONE})?"
_CLOCK_FIRST = rf"(?:{_TIME}{_HALF}{_ZONE}[\s,|•·/–—-]*)?"

_DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th|-?го|-е)?[\s.\-/]*(?:of\s+)?(?P<month>{_MONTH})\.?"
    rf"(?:[\s,.\-/]*(?P<year>(?:19|20)\d\d|\d\d(?=\s+\d\d:\d\d)))?{_CLOCK}",
    re.I,
)
_MONTH_DAY = re.compile(
    rf"\b(?P<month>{_MONTH})\.?\s+(?P<day>[0-3]?\d)(?!\d)(?:st|nd|rd|th)?"
    rf"(?:\s*,?\s*(?P<year>(?:19|20)\d\d))?{_CLOCK}",
    re.I,
)
_NUMBERS = re.compile(
    r"(?<![\d.])(?P<day>[0-3]?\d)(?P<sep>[./-])(?P<month>[01]?\d)(?P=sep)"
    rf"(?P<year>(?:19|20)\d\d|\d\d)(?![\d.])(?!-\d){_CLOCK}",
    re.I,
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[./-](?P<month>[01]?\d)[./-](?P<day>[0-3]?\d)(?!\d)"
    rf"(?:t|{_LINK})?(?:{_TIME}{_HALF}{_ZONE})?",
    re.I,
)
_TIME_BEFORE = re.compile(
    rf"^\D{{0,20}}?{_TIME}{_HALF}{_ZONE}[\s,|•·/–—-]+(?P<rest>.*\d.*|\D+)$", re.I
)
_DAY_WORD = re.compile(
    r"\b(?P<word>позавчера|вчера|сегодня|позавчора|вчора|учора|сьогодні|today|yesterday)\b"
    rf"{_CLOCK}",
    re.I,
)
_DAYS_BACK = {
    "сегодня": 0,
    "сьогодні": 0,
    "today": 0,
    "вчера": 1,
    "вчора": 1,
    "учора": 1,
    "yesterday": 1,
    "позавчера": 2,
    "позавчора": 2,
}
_AGO = re.compile(
    r"(?P<count>\d{1,4}|an?|одну?|один)?\s*(?P<unit>сек|мин|час|годин|хв|дн|ден|день|діб|доб|сут|"
    r"нед|тиж|мес|міс|sec|min|hour|hr|day|week|month)\w*\.?\s+(?:назад|тому|ago)\b",
    re.I,
)
_UNITS = (
    (("сек", "sec"), timedelta(seconds=1)),
    (("мин", "хв", "min"), timedelta(minutes=1)),
    (("час", "годин", "hour", "hr"), timedelta(hours=1)),
    (("дн", "ден", "день", "діб", "доб", "сут", "day"), timedelta(days=1)),
    (("нед", "тиж", "week"), timedelta(weeks=1)),
    (("мес", "міс", "month"), timedelta(days=30)),
)
_HALF_HOUR_AGO = re.compile(r"\b(?:полчаса|півгодини|half an hour)\s+(?:назад|тому|ago)\b", re.I)
_JUST_NOW = re.compile(r"\b(?:только что|щойно|тільки що|сейчас|зараз|just now)\b", re.I)
_ONLY_TIME = re.compile(rf"^\s*(?:(?:в|о|об|у|at)\s+)?{_TIME}{_HALF}{_ZONE}\s*$", re.I)
_MAIL = re.compile(r"[a-z]{3}.*\d\d:\d\d.*(?:[+-]\d{4}|gmt|utc|ut)\b", re.I)
# The readers of the standards would pass over these: GMT+3, 5:00 PM.
_NO_MAIL = re.compile(r"\b(?:gmt|utc?)\s*[+-]\d|\d\s*[ap]\.?m\b", re.I)
# Letters that patterns take for others whatever the case, and tables do not: mın, ſec, weeK.
_ALIKE = str.maketrans("ıİſ\u212a", "iIsk")
# What software writes for no date at all: the year 1 or -1, which readers take for 2001.
_NO_YEAR = re.compile(r"(?:^|\s)-?000\d(?=\s+\d\d:)|(?:^|[\s.])000[1-9](?![\d:])")
_STAMP = re.compile(r"^\s*(\d{10})(\d{3})?\s*$")
_ZONES = {
    "мск": 3,
    "msk": 3,
    "msd": 4,
    "eet": 2,
    "eest": 3,
    "cet": 1,
    "cest": 2,
    "bst": 1,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}


def parse_date(text: str, *, now: datetime, zone: tzinfo = UTC) -> datetime | None:
    """The moment a text names, in UTC; None when it names none that can be meant.

    A time without a zone is read in ``zone``, words like "вчера" against
    ``now``. A day without a year is the latest such day that has begun.
    """
    text = " ".join(text[: LONGEST_DATE * 4].split())[:LONGEST_DATE].translate(_ALIKE)
    if not text or _NO_YEAR.search(text):
        return None
    local = now.astimezone(zone)
    for read in _READERS:
        try:
            found = read(text, local)
        except Exception:  # anybody's text, read by a library too that raises what it likes
            continue
        if found is not None:
            return _meant(found, now)
    return None


def clamp(moment: datetime | None, now: datetime) -> datetime | None:
    """A publication date never lies after the moment the text was seen."""
    return None if moment is None else min(moment, now)


def _meant(found: datetime, now: datetime) -> datetime | None:
    try:
        moment = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment <= now + FURTHEST_AHEAD else None


def _read_iso(text: str, local: datetime) -> datetime | None:
    if not text[:4].isdigit() or len(text) < 10:
        return None
    found = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=local.tzinfo)


def _read_mail(text: str, local: datetime) -> datetime | None:
    """RFC 822, the date of RSS, with English names and a zone."""
    if not _MAIL.search(text) or _NO_MAIL.search(text):
        return None
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read_stamp(text: str, local: datetime) -> datetime | None:
    match = _STAMP.match(text)
    return datetime.fromtimestamp(int(match[1]), UTC) if match else None


def _read_words(text: str, local: datetime) -> datetime | None:
    now = local.astimezone(UTC)  # hours passed are counted where clocks are never put back
    if _JUST_NOW.search(text):
        return now
    if _HALF_HOUR_AGO.search(text):
        return now - timedelta(minutes=30)
    ago = _AGO.search(text)
    if ago:
        count = int(ago["count"]) if (ago["count"] or "").isdigit() else 1
        unit = ago["unit"].lower()
        return now - count * next(step for names, step in _UNITS if unit in names)
    return None


def _read_day_word(text: str, local: datetime) -> datetime | None:
    match = _DAY_WORD.search(text)
    if match is None:
        return None
    day = local - timedelta(days=_DAYS_BACK[match["word"].lower()])
    before = _TIME_BEFORE.match(text) if match["hour"] is None else None
    return _at_time(day.replace(hour=0, minute=0, second=0, microsecond=0), before or match)


def _read_day_month(text: str, local: datetime) -> datetime | None:
    return _read_date(_DAY_MONTH.search(text) or _MONTH_DAY.search(text), text, local)


def _read_numbers(text: str, local: datetime) -> datetime | None:
    return _read_date(_YEAR_FIRST.search(text) or _NUMBERS.search(text), text, local)


def _read_time(text: str, local: datetime) -> datetime | None:
    match = _ONLY_TIME.match(text)
    if match is None:
        return None
    found = _at_time(local.replace(hour=0, minute=0, second=0, microsecond=0), match)
    return found if found <= local + timedelta(minutes=5) else found - timedelta(days=1)


def _read_rest(text: str, local: datetime) -> datetime | None:
    """What dateparser makes of it, day and month first; only where a number could be a day."""
    if not re.search(r"\d", text) or not re.search(r"[^\W\d_]{3}|\d[./-]\d", text):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dateparser warns about its own regular expressions
        found = dateparser.parse(
            text,
            languages=["ru", "uk", "en"],
            settings={
                "DATE_ORDER": "DMY",
                "PREFER_DATES_FROM": "past",
                "RELATIVE_BASE": local.replace(tzinfo=None),
                "REQUIRE_PARTS": ["day", "month"],
            },
        )
    if not isinstance(found, datetime):
        return None
    return found if found.tzinfo else found.replace(tzinfo=local.tzinfo)


_READERS: tuple[Callable[[str, datetime], datetime | None], ...] = (
    _read_stamp,
    _read_iso,
    _read_mail,
    _read_words,
    _read_day_word,
    _read_numbers,
    _read_day_month,
    _read_time,
    _read_rest,
)


def _read_date(match: re.Match[str] | None, text: str, local: datetime) -> datetime | None:
    if match is None:
        return None
    year, month = _year_of(match["year"], local), _month_of(match["month"])
    day = datetime(year, month, int(match["day"]), tzinfo=local.tzinfo)
    if match["year"] is None and day > local + timedelta(days=1):
        day = day.replace(year=day.year - 1)
    before = _TIME_BEFORE.match(text) if match["hour"] is None else None
    return _at_time(day, before or match)


def _year_of(year: str | None, local: datetime) -> int:
    if year is None:
        return local.year
    return int(year) if len(year) == 4 else 2000 + int(year)


def _month_of(name: str) -> int:
    if name.isdigit():
        return int(name)
    return next(number for stem, number in _MONTH_STEMS if re.fullmatch(stem, name, re.I))


def _at_time(day: datetime, match: re.Match[str]) -> datetime:
    """The day at the clock time of a match; midnight when it has none."""
    if match["hour"] is None:
        return day
    hour = int(match["hour"])
    half = (match["half"] or "")[:1].lower() if "half" in match.re.groupindex else ""
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    day += timedelta(days=hour // 24)
    moment = day.replace(hour=hour % 24, minute=int(match["minute"]))
    moment = moment.replace(second=int(match["second"] or 0))
    zone = _zone_of(match["zone"])
    return moment.replace(tzinfo=zone) if zone else moment


def _zone_of(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    name = name.strip().lower()
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    shift = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", name)
    if shift is None:
        return UTC
    length = timedelta(hours=int(shift[2]), minutes=int(shift[3] or 0))
    return timezone(-length if shift[1] == "-" else length)
