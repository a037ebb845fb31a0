"""What Telegram's answers mean: refusals kept whole, errors sorted for the outbox.

The library maps answers to exceptions that lose their code and parameters, and
does not say whether a request left the machine; here both are kept.
"""

import json
from datetime import timedelta

import httpx
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest, RequestData

from alerts.notifiers.protocol import DeliveryError, MessageGone, TopicGone
from alerts.redaction import redact

_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_CLOSED = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "write_forbidden",
)


class Refused(TelegramError):
    """Telegram's own answer to a request it did not carry out."""

    def __init__(self, code: int, description: str, parameters: dict[str, object]) -> None:
        """Keep the answer as it was; the library's own errors lose part of it."""
        super().__init__(redact(description))
        self.code = code
        self.retry_after = parameters.get("retry_after")
        self.migrate_to = parameters.get("migrate_to_chat_id")


class Request(HTTPXRequest):
    """The library's transport, whose refusals keep their code and parameters."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = HTTPXRequest.DEFAULT_NONE,
        write_timeout: object = HTTPXRequest.DEFAULT_NONE,
        connect_timeout: object = HTTPXRequest.DEFAULT_NONE,
        pool_timeout: object = HTTPXRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Pass answers on; raise Refused for a readable one that is not a success."""
        code, payload = await super().do_request(
            url,
            method,
            request_data,
            read_timeout,  # type: ignore[arg-type]
            write_timeout,  # type: ignore[arg-type]
            connect_timeout,  # type: ignore[arg-type]
            pool_timeout,  # type: ignore[arg-type]
        )
        if 200 <= code <= 299:
            return code, payload
        try:
            answer = json.loads(payload)
            description = str(answer.get("description", ""))
            parameters = answer.get("parameters") or {}
        except (ValueError, AttributeError):
            raise Refused(code, f"HTTP {code} without a readable answer", {}) from None
        raise Refused(code, description or f"HTTP {code}", parameters)


def translate(error: TelegramError, secret: str) -> DeliveryError:
    """What an error of the library means for the message it was about."""
    if isinstance(error, Refused):
        return _refusal(error)
    reason = f"{type(error).__name__}: {error}"
    reason = reason.replace(secret, "<token>") if secret else reason
    if isinstance(error, InvalidToken):
        return DeliveryError("the bot token is empty or malformed", outcome="auth")
    if isinstance(error.__cause__, _NEVER_LEFT):
        return DeliveryError(reason)
    return DeliveryError(reason, outcome="unknown")


def _refusal(error: Refused) -> DeliveryError:
    code, reason = error.code, f"Telegram answered {error.code}: {error.message}"
    said = error.message.lower()
    if error.migrate_to is not None:
        return DeliveryError(reason, migrate_to=str(error.migrate_to))
    if code == 429 or error.retry_after is not None:
        return DeliveryError(reason, outcome="rate", retry_after=_wait(error.retry_after))
    if code in (401, 404):
        return DeliveryError(reason, outcome="auth")
    if code == 403:
        return DeliveryError(reason, outcome="dead")
    if code == 400:
        return _bad_request(reason, said)
    # 409 and the like are refusals; a 5xx may hide a message that was taken.
    return DeliveryError(reason, outcome="unknown" if code >= 500 else "not_sent")


def _bad_request(reason: str, said: str) -> DeliveryError:
    if "thread not found" in said or "topic_closed" in said or "topic_deleted" in said:
        return TopicGone(reason)
    if "message to edit not found" in said or "message_id_invalid" in said:
        return MessageGone(reason)
    if "message can't be edited" in said:
        return MessageGone(reason)
    if "rights to send photos" in said:  # a group may take no pictures, and words all the same
        return DeliveryError(reason, outcome="poison")
    if any(words in said for words in _CLOSED):
        return DeliveryError(reason, outcome="dead")
    return DeliveryError(reason, outcome="poison")


def _wait(retry_after: object) -> timedelta:
    try:
        return timedelta(seconds=min(86_400.0, max(1.0, float(str(retry_after)))))
    except (ValueError, OverflowError):
        return timedelta(seconds=5)
