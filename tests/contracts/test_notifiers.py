"""What every notifier promises, over all kinds: no secrets shown, failures in words."""

from typing import Any

import pytest

from alerts.notifiers.protocol import DeliveryError, Notifier, Receipt
from nabat import plugins
from storage.incident_records import Message, Notification
from tests.alerts.making import notification
from tests.fakes.bot_api import TOKEN

MESSAGE = Message(subject="Тема \r\nBcc: x", text="Тревога \ud800\0", html="")
DEAF: dict[str, dict[str, Any]] = {  # options under which nobody answers
    "telegram": {"token": TOKEN, "base_url": "http://127.0.0.1:9/bot", "timeout": 1},
    "email": {
        "host": "127.0.0.1",
        "port": 9,
        "username": "nabat",
        "password": "s3cret",
        "timeout": 1,
    },
    "webhook": {"secret": "s3cret", "timeout": 1},
}
ADDRESSES = {"email": "pr@example.org", "webhook": "http://127.0.0.1:9/", "apprise": "no://where"}
KINDS = sorted(plugins.notifiers())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_notifier_answers_with_a_receipt_or_an_error_in_words(kind: str) -> None:
    """Whatever the text, and whether or not anybody listens."""
    notifier = plugins.notifiers()[kind](**DEAF.get(kind, {}))
    row = notification(channel=kind, address=ADDRESSES.get(kind, "-1"))

    outcome = _outcome(notifier, row)

    assert outcome in ("sent", "not_sent", "unknown", "rate", "poison", "dead", "auth")


@pytest.mark.parametrize("kind", [kind for kind in DEAF if "timeout" in DEAF[kind]])
@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_time_that_cannot_be_waited_is_refused(kind: str, seconds: float) -> None:
    """When the configuration is read, not at night, at the first message."""
    with pytest.raises(ValueError, match="timeout: write more than 0"):
        plugins.notifiers()[kind](**DEAF[kind] | {"timeout": seconds})


def _outcome(notifier: Notifier, row: Notification) -> str:
    try:
        receipt = notifier.send(row, MESSAGE)
    except DeliveryError as error:
        return error.outcome if error.reason else "without a reason"
    return "sent" if isinstance(receipt, Receipt) else "without a receipt"


@pytest.mark.parametrize("kind", KINDS)
def test_a_notifier_shows_no_secret(kind: str) -> None:
    """Records end up in logs."""
    shown = repr(plugins.notifiers()[kind](**DEAF.get(kind, {})))

    assert TOKEN not in shown
    assert "s3cret" not in shown
