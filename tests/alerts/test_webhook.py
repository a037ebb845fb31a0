"""The webhook and the apprise notifier against an HTTP server on loopback."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from alerts.notifiers.apprise import AppriseNotifier
from alerts.notifiers.protocol import DeliveryError
from alerts.notifiers.webhook import WebhookNotifier
from storage.incident_records import Message
from tests.alerts.making import notification
from tests.running import until

# Apprise imports a module of the standard library that is on its way out.
_OLD_IMPORT = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
MESSAGE = Message(subject="Тема", text="Тревога", html="")


class Receiver:
    """Takes what is posted and answers as told."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.drips = ""  # "head" or "body": which part of an answer comes in drops
        self.left = 0  # how many went away before the last drop
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.posts.append((dict(self.headers), body))
                code = receiver.answers.pop(0) if receiver.answers else 200
                if code == 0:
                    self.close_connection = True
                    return
                if receiver.drips:
                    self.drip(code)
                    return
                with suppress(OSError):
                    self.send_response(code)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def drip(self, code: int) -> None:
                """Answer in drops until the other side has had enough."""
                start = b"HTTP/1.1 %d OK\r\n" % code
                rest = b"\r\n" if receiver.drips == "body" else b""
                try:
                    self.wfile.write(start + rest)
                    for _ in range(1200):
                        self.wfile.write(b"X")
                        time.sleep(0.05)
                except OSError:
                    receiver.left += 1
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An HTTP server of one's own."""
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join(5)


def test_a_message_is_posted_as_signed_json(receiver: Receiver) -> None:
    """The receiver can check who wrote it, and fold repeats."""
    row = notification(channel="webhook", address=f"http://127.0.0.1:{receiver.port}/hook")

    receipt = WebhookNotifier(secret="s3cret").send(row, MESSAGE)

    headers, body = receiver.posts[0]
    digest = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["X-Nabat-Signature"] == f"sha256={digest}"
    assert headers["Idempotency-Key"] == receipt.provider_id
    assert json.loads(body)["text"] == "Тревога"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (401, "not_sent"),
        (403, "not_sent"),
        (404, "dead"),
        (408, "not_sent"),
        (409, "not_sent"),
        (423, "not_sent"),
        (425, "not_sent"),
        (301, "poison"),
        (405, "poison"),
        (429, "rate"),
        (500, "unknown"),
        (400, "poison"),
        (0, "unknown"),
    ],
)
def test_each_answer_says_what_to_do(receiver: Receiver, code: int, outcome: str) -> None:
    """As with every channel."""
    receiver.answers.append(code)
    row = notification(channel="webhook", address=f"http://127.0.0.1:{receiver.port}/hook")

    with pytest.raises(DeliveryError) as raised:
        WebhookNotifier().send(row, MESSAGE)

    assert raised.value.outcome == outcome


def test_an_answer_in_drops_is_not_waited_for(receiver: Receiver) -> None:
    """Its code is all that matters; without one the time is over for the whole."""
    row = notification(channel="webhook", address=f"http://127.0.0.1:{receiver.port}/hook")

    receiver.drips = "body"
    WebhookNotifier(timeout=1.0).send(row, MESSAGE)
    receiver.drips = "head"
    with pytest.raises(DeliveryError) as raised:
        WebhookNotifier(timeout=0.2).send(row, MESSAGE)

    assert raised.value.outcome == "unknown"
    assert until(lambda: receiver.left == 2)


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("http://127.0.0.1:9/", "not_sent"),
        ("no address", "dead"),
        ("ftp://x", "dead"),
        ("http://[", "not_sent"),
        ("env:GONE", "dead"),
    ],
)
def test_an_address_nobody_answers_at_is_surely_not_sent(address: str, outcome: str) -> None:
    """It can be repeated freely, unless it never was one."""
    with pytest.raises(DeliveryError) as raised:
        WebhookNotifier().send(replace(notification(), address=address), MESSAGE)

    assert raised.value.outcome == outcome


def test_the_secret_is_in_no_repr() -> None:
    """Records end up in logs."""
    assert "s3cret" not in repr(WebhookNotifier(secret="s3cret"))


@_OLD_IMPORT
def test_apprise_reaches_its_services(receiver: Receiver) -> None:
    """By the URL that is the recipient's address."""
    row = notification(channel="apprise", address=f"json://127.0.0.1:{receiver.port}/x")

    AppriseNotifier().send(row, MESSAGE)

    assert "Тревога" in receiver.posts[0][1].decode("unicode_escape", "replace") or (
        json.loads(receiver.posts[0][1])["message"] == "Тревога"
    )


@_OLD_IMPORT
@pytest.mark.parametrize(
    ("address", "outcome"), [("nonsense://x", "dead"), ("json://127.0.0.1:9/", "unknown")]
)
def test_apprise_says_only_yes_or_no(address: str, outcome: str) -> None:
    """A no is not known to be a no."""
    with pytest.raises(DeliveryError) as raised:
        AppriseNotifier().send(replace(notification(), address=address), MESSAGE)

    assert raised.value.outcome == outcome
