"""Logging set up once: a fixed phrase plus fields, on standard error, without secrets."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from alerts.redaction import redact

_QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "trafilatura", "htmldate", "scrapy")


def set_up(level: str, form: str) -> None:
    """Send all logs to standard error, as readable text or as JSON lines."""
    before: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    last = (
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
    for name in _QUIET:  # they log addresses, and a bot's address holds its token
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_secrets(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}
