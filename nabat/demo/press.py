"""What the demo's sources have published by a given moment: invented, dated, repeatable."""

import random
import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

QUIET_DAYS = 28
_PRESS = ("gorod", "delo", "vecher")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One published text."""

    number: int
    source: str
    title: str
    text: str
    at: datetime
    author: str = ""


def published_by(now: datetime) -> list[Piece]:
    """Answer every piece of the four quiet weeks and of the crisis, oldest first."""
    texts: dict[str, Any] = tomllib.loads(
        (files("nabat.demo") / "texts.toml").read_text(encoding="utf-8")
    )
    chance = random.Random(7)
    pieces = [*_quiet_weeks(texts, now, chance), *_crisis(texts, now)]
    ordered = sorted(pieces, key=lambda piece: piece.at)
    return [replace(piece, number=number) for number, piece in enumerate(ordered, 1)]


def _quiet_weeks(texts: dict[str, Any], now: datetime, chance: random.Random) -> list[Piece]:
    pieces: list[Piece] = []
    for day in range(QUIET_DAYS, 0, -1):
        morning = (now - timedelta(days=day)).replace(hour=6, minute=0, second=0, microsecond=0)

        def at(morning: datetime = morning) -> datetime:
            return morning + timedelta(minutes=chance.randrange(14 * 60))

        for _ in range(chance.randrange(2, 5)):
            text = chance.choice(texts["calm"])
            pieces.append(_piece(text, chance.choice(_PRESS), at(), day))
        for _ in range(chance.randrange(1, 4)):
            pieces.append(_piece(chance.choice(texts["other"]), chance.choice(_PRESS), at(), day))
        if chance.random() < 0.3:
            pieces.append(_piece(chance.choice(texts["complaint"]), "otzyvy", at(), day))
    return [piece for piece in pieces if piece.at < now - timedelta(hours=6)]


def _piece(text: dict[str, Any], source: str, at: datetime, day: int) -> Piece:
    # The same news comes round again in other weeks, as it does in small towns.
    return Piece(
        number=0,
        source=source,
        title=text["title"],
        text=f"{text['text']} Выпуск {QUIET_DAYS - day + 1}.",
        at=at,
        author=text.get("author", ""),
    )


def _crisis(texts: dict[str, Any], now: datetime) -> list[Piece]:
    originals = [
        Piece(
            number=0,
            source=item["source"],
            title=item["title"],
            text=item["text"],
            at=now - timedelta(hours=item["hours"]),
            author=item.get("author", ""),
        )
        for item in texts["crisis"]
    ]
    copies = [
        replace(
            originals[item["of"]],
            source="agregator",
            at=originals[item["of"]].at + timedelta(hours=item["hours"]),
        )
        for item in texts["reprint"]
    ]
    return [*originals, *(copy for copy in copies if copy.at < now)]
