"""Logging set up once: a fixed phrase plus fields, on standard error, without secrets.

Fields are hostile as pages are: a field named as one of ours gets a name of
its own, a control character never reaches the terminal, and no value can
keep its line from being written.
"""

import logging
import math
import sys
from collections.abc import Sequence
from datetime import datetime

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from alerts.redaction import redact
from nabat.terminal import clean, clean_lines

_QUIET = (  # they log addresses, and a bot's address holds its token; or what nobody asked for
    "httpx", "httpcore", "telegram", "apscheduler", "trafilatura", "htmldate", "scrapy", "alembic",
    "pymorphy3", "matplotlib", "asyncio", "mail.log", "charset_normalizer", "urllib3", "PIL",
)  # fmt: skip
_LIBRARY_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_OWN_FIELDS = frozenset(
    {"event", "level", "logger", "logger_name", "timestamp", "exception", "stack"}
    | {"exc_info", "stack_info", "positional_args", "_record", "_from_structlog"}
)
_HIDDEN = "<secret>"


def set_up(level: str, form: str, *, secrets: Sequence[str] = ()) -> None:
    """Send all logs to standard error, as readable text or as JSON lines.

    None of the secrets is ever written, wherever it stands in a record.
    """
    before: list[Processor] = [
        _add_fields,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _Cleaning(secrets),
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A job that takes longer than its interval is nothing to warn of, every second.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    # An address that it cannot read it writes out, keys and all.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)


def _add_fields(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Take over the fields of the record; one that is named as ours gets a sign more."""
    record: logging.LogRecord = event["_record"]
    for key, value in record.__dict__.items():
        if key not in _LIBRARY_FIELDS:
            event[f"{key}_" if key in _OWN_FIELDS else key] = value
    return event


class _Cleaning:
    """Make every value plain, readable and free of secrets."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret for secret in secrets if secret]

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {
            key: value if key in ("_record", "_from_structlog") else self._plain(key, value)
            for key, value in event.items()
        }

    def _plain(self, key: str, value: object) -> object:
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        text = value.isoformat() if isinstance(value, datetime) else str(value)
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return redact(clean_lines(text) if key == "exception" else clean(text))
