"""What both databases can keep of a text: whatever comes, something storable goes in.

Pure. The column types of ``storage.columns`` pass every text through here, those
that are stored and those that are searched for alike, so that a name too long
to be kept is still found under what was kept of it.
"""

import re
from hashlib import sha256
from math import isfinite
from typing import Any

# PostgreSQL indexes entries of up to 2704 bytes, its own few included.
MAX_INDEXED_BYTES = 2400
_MARK_FROM = 40  # a column narrower than this has no room for a mark
_MARK_LENGTH = 17

# PostgreSQL refuses NUL, and neither database can encode half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Replace what no database keeps, one character by one: offsets into the text stay true."""
    return _UNSTORABLE.sub("\ufffd", text)


def shortened(text: str, length: int) -> str:
    """Fit the text into a column of this length; long texts stay distinct by a mark of the rest."""
    clean = storable(text)
    if len(clean) <= length and len(clean.encode()) <= MAX_INDEXED_BYTES:
        return clean
    if length < _MARK_FROM:
        return clean[:length]
    mark = f"~{sha256(clean.encode()).hexdigest()[: _MARK_LENGTH - 1]}"
    head = clean.encode()[: MAX_INDEXED_BYTES - _MARK_LENGTH].decode("utf-8", "ignore")
    return head[: length - _MARK_LENGTH] + mark


def storable_json(value: Any) -> Any:
    """Make JSON values storable: clean texts, and words for numbers that JSON has no sign for."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [storable_json(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): storable_json(one) for name, one in value.items()}
    return value
