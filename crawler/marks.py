"""Signs around a word that show it is a name: quotes, a handle, a hashtag, an address."""

import re

_ACCOUNT = re.compile(r"(?:t\.me|vk\.com|ok\.ru|(?:facebook|instagram|twitter|x)\.com)/@?$")
_DOMAIN = re.compile(r"\.(?:ru|ua|com|org|net|рф|укр)\b")
_OPENING, _CLOSING = "«\"“„‘'(", "»\"”“’')"


def is_marked(characters: str, start: int, end: int) -> bool:
    """Whether an address or quotes say that this is a name."""
    before, after = characters[max(0, start - 1) : start], characters[end : end + 1]
    quoted = before and after and before in _OPENING and after in _CLOSING
    return bool(quoted) or is_address(characters, start, end)


def is_address(characters: str, start: int, end: int) -> bool:
    """Whether it is a handle, a hashtag, an account's page or a site."""
    return (
        characters[max(0, start - 1) : start] in ("@", "#")
        or _ACCOUNT.search(characters, max(0, start - 14), start) is not None
        or _DOMAIN.match(characters, end) is not None
    )
