"""The heartbeat: an outside watchman hears from us only while every job ticks.

The protocol is that of healthchecks: the address itself says well, ``/start``
that we begin, ``/fail`` that something is wrong, with the reason as the body.
Whoever listens raises the alarm when nothing comes: that works even when this
machine is gone.
"""

import logging
from dataclasses import dataclass

import httpx

from alerts.redaction import redact

logger = logging.getLogger(__name__)

_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The address of the watchman; with an empty one nothing is told."""

    url: str

    def begin(self) -> None:
        """Say that the daemon starts."""
        self._post("/start", "")

    def beat(self, late: str) -> None:
        """Say that all is well, or which jobs are late."""
        self._post("/fail" if late else "", late)

    def _post(self, what: str, said: str) -> None:
        if not self.url:
            return
        try:
            address = f"{self.url.rstrip('/')}{what}"
            httpx.post(address, content=said.encode()[:10_000], timeout=_TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The address is as good as a password: it is not written.
            reason = redact(type(error).__name__)
            logger.warning("heartbeat not heard", extra={"reason": reason})
