"""Telegram's own parser of message markup: TDLib, which the Bot API server runs, offline."""

import json

try:
    import tdjson
except ImportError:  # there is none for every machine
    tdjson = None  # type: ignore[assignment]

IS_THERE = tdjson is not None
_HTML = {"@type": "textParseModeHTML"}


class Refused(Exception):
    """What the server would answer to this text."""


def be_quiet() -> None:
    """The library writes its version to standard error unless told not to."""
    _ask({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def read(html: str) -> str:
    """The text people would see; Refused where the server would refuse the markup."""
    found = _ask({"@type": "parseTextEntities", "text": html, "parse_mode": _HTML})
    if found["@type"] == "error":
        raise Refused(found["message"])
    return str(found["text"])


def _ask(request: dict[str, object]) -> dict[str, object]:
    answer = tdjson.td_execute(json.dumps(request).encode())
    read: dict[str, object] = json.loads(answer or b"{}")
    return read
