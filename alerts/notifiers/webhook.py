"""Post notifications as signed JSON to an address of one's own."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import httpx

from alerts.notifiers.protocol import DeliveryError, Outcome, Receipt, Reconcile, check_timeout
from storage.incident_records import Message, Notification

_PATIENCE = 3  # connecting, writing and waiting for the answer may take `timeout` each
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.LocalProtocolError,
)
_MAY_PASS = (401, 403, 408, 409, 423, 425)  # a key or a lock that is mended, a moment that passes


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotifier:
    """Hand each message to the recipient's address as JSON.

    ``X-Nabat-Signature`` is ``sha256=`` and the HMAC of the body; ``Idempotency-Key``
    is the same however often one message is tried, so a receiver can fold repeats.
    """

    kind: ClassVar[str] = "webhook"
    secret: str = field(default="", repr=False)  # signs the body; env:NAME or file:PATH
    timeout: float = 10.0  # seconds
    reconcile: Reconcile = "resend-marked"  # or "hold": unknown whether it arrived

    def __post_init__(self) -> None:
        """Refuse a time that cannot be waited."""
        check_timeout(self.timeout)

    def send(self, notification: Notification, message: Message) -> Receipt:
        """Post it; any 2xx is a receipt."""
        body = json.dumps(_content(notification, message), ensure_ascii=False).encode("utf-8")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": hashlib.sha256(notification.key.encode()).hexdigest(),
        }
        if self.secret:
            digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Nabat-Signature"] = f"sha256={digest}"
        try:
            code = asyncio.run(self._post(notification.address, body, headers))
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            # The address holds secrets: it is not repeated in the reason.
            raise DeliveryError("this is no http(s) address", outcome="dead") from error
        except _NEVER_LEFT as error:
            raise DeliveryError(f"no connection: {type(error).__name__}") from error
        except (httpx.HTTPError, TimeoutError) as error:
            reason = f"no answer: {type(error).__name__}"
            raise DeliveryError(reason, outcome="unknown") from error
        if not 200 <= code < 300:
            raise DeliveryError(f"answered {code}", outcome=_outcome(code))
        return Receipt(provider_id=headers["Idempotency-Key"])

    async def _post(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The code of the answer; what else is in it is not waited for.

        The library's limit is for each piece that comes, and the pieces may be many.
        """
        async with (
            asyncio.timeout(_PATIENCE * self.timeout),
            httpx.AsyncClient(timeout=self.timeout) as client,
            client.stream("POST", address, content=body, headers=headers) as answer,
        ):
            return answer.status_code


def _outcome(code: int) -> Outcome:
    """What a refusal means; a redirect and what no later try mends are for a person."""
    if code in _MAY_PASS:
        return "not_sent"
    known: dict[int, Outcome] = {404: "dead", 410: "dead", 429: "rate"}
    return known.get(code, "unknown" if code >= 500 else "poison")


def _content(notification: Notification, message: Message) -> dict[str, object]:
    """What the receiver gets; documented in docs/howto."""
    return {
        "key": notification.key,
        "kind": notification.kind,
        "incident": notification.incident_id,
        "revision": notification.revision,
        "recipient": notification.recipient,
        "language": notification.language,
        "created_at": notification.created_at.isoformat(),
        "subject": message.subject,
        "text": message.text.encode("utf-8", "replace").decode("utf-8"),
    }
