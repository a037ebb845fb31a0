"""Keep bot tokens and the keys in addresses out of logs, errors and messages."""

import logging
import re

_TOKEN = re.compile(r"(?:bot)?\d{5,}:[\w-]{20,}")
# These write the address they call, token and all. A filter holds for its own logger alone.
_TALKATIVE = ("httpx", "httpcore", "telegram", "telegram.Bot", "telegram.request")


def redact(text: str) -> str:
    """The text without anything that looks like a bot token."""
    return _TOKEN.sub("<token>", text)


def scheme_only(address: str) -> str:
    """The address; of a URL only its scheme, as anything after it may be a key."""
    scheme, colon, _ = address.partition(":")
    return f"{scheme}:…" if colon else address


class RedactingFilter(logging.Filter):
    """Lets every record through, without tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace what looks like a token in the finished message."""
        message = record.getMessage()
        cleaned = redact(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True


def guard_logs() -> None:
    """Put the filter on the libraries that would write a token; harmless to repeat."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if not any(isinstance(one, RedactingFilter) for one in logger.filters):
            logger.addFilter(RedactingFilter())
