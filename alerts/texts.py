"""The words of every message in Russian, Ukrainian and English.

Phrases, plural forms by the CLDR rules, times with the name of their zone and
lengths of time in words. What is said, and in which order, is ``compose``'s.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.nouns import NOUNS
from alerts.phrases import PHRASES

LANGUAGES = ("ru", "uk", "en")
DEFAULT_ZONE = "Europe/Moscow"
_ZONE_NAMES = {
    ("ru", "Europe/Moscow"): "МСК",
    ("uk", "Europe/Kyiv"): "за Києвом",
    ("ru", "Europe/Kyiv"): "по Киеву",
    ("uk", "Europe/Moscow"): "МСК",
    ("en", "Europe/Moscow"): "MSK",
}


@dataclass(frozen=True, slots=True)
class Speech:
    """One language, and the time zone of who reads it."""

    language: str = "ru"
    timezone: str = DEFAULT_ZONE

    def say(self, key: str, **values: object) -> str:
        """The phrase with its values put in; Russian where the language is not ours."""
        return self._phrases[key].format_map(values)

    def count(self, number: int, noun: str) -> str:
        """A number with its noun in the right form: «2 издания», «5 изданий»."""
        forms = NOUNS[self._known][noun]
        return f"{self.number(number)} {forms[plural_form(self._known, number)]}"

    def number(self, value: float) -> str:
        """Digits as the language writes them: «1 240», «1,5», "1,240", "1.5"."""
        if not math.isfinite(value):
            return "?"
        whole = round(value) if abs(value) >= 10 or float(value).is_integer() else None
        text = f"{whole:,}" if whole is not None else f"{value:.1f}"
        return text if self._known == "en" else text.replace(",", "\u00a0").replace(".", ",")

    def percent(self, share: float) -> str:
        """A share of one in per cent."""
        text = f"{round(100 * min(1.0, max(0.0, share)))}"
        return f"{text}%" if self._known == "en" else f"{text}\u00a0%"

    def clock(self, at: datetime, *, near: datetime | None = None) -> str:
        """The time of day where the reader is; with the date when not the day of ``near``."""
        local = at.astimezone(zone(self.timezone))
        if near is not None and local.date() == near.astimezone(zone(self.timezone)).date():
            return f"{local:%H:%M}"
        return f"{local:%d.%m %H:%M}"

    def zone_name(self, at: datetime) -> str:
        """The name of the reader's zone, as people say it."""
        known = _ZONE_NAMES.get((self._known, self.timezone))
        if known:
            return known
        offset = at.astimezone(zone(self.timezone)).utcoffset() or timedelta()
        minutes = round(offset.total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        sign = "−" if minutes < 0 else "+"
        return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")

    def duration(self, length: timedelta) -> str:
        """A length of time in words: «30 мин», «2 ч», «5 дней»."""
        minutes = max(1, round(length.total_seconds() / 60))
        if minutes < 60:
            return f"{minutes}\u00a0{self.say('minutes')}"
        if minutes < 48 * 60:
            hours, rest = divmod(minutes, 60)
            tail = f" {rest}\u00a0{self.say('minutes')}" if rest else ""
            return f"{hours}\u00a0{self.say('hours')}{tail}"
        return self.count(round(minutes / 1440), "day")

    @property
    def _known(self) -> str:
        return self.language if self.language in LANGUAGES else "ru"

    @property
    def _phrases(self) -> Mapping[str, str]:
        return PHRASES[self._known]


def zone(name: str) -> ZoneInfo:
    """The time zone of that name; Moscow's when there is none such."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(DEFAULT_ZONE)


def plural_form(language: str, number: int) -> int:
    """Which of a noun's forms a whole number takes: one, few, many (CLDR)."""
    number = abs(number)
    if language == "en":
        return 0 if number == 1 else 2
    if number % 10 == 1 and number % 100 != 11:
        return 0
    if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14:
        return 1
    return 2
