"""What one attempt is to do, and when the next may be."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.attempts import DOUBTFUL_TRIES, backoff, decide, plainer
from storage.incident_records import Message
from tests.alerts.making import notification


def row(number: int, state: str = "pending", **given: object):  # type: ignore[no-untyped-def]
    known = {"provider_id": str(100 + number)} if state == "sent" else {}
    return notification(id=number, revision=number, state=state, **{**known, **given})


@pytest.mark.parametrize(
    ("mine", "others", "step"),
    [
        (row(1), [], "send"),
        (row(2), [row(1, "sent")], "edit"),
        (row(2), [row(1, "unknown")], "wait"),
        (row(2), [row(1, "sending")], "wait"),
        (row(2), [row(1, "unknown", attempts=DOUBTFUL_TRIES)], "send"),
        (row(2), [row(1, "sent", address="-100999")], "send"),
        (row(1), [row(2, "sent")], "merge"),
        (row(2), [row(1, "dead")], "send"),
        (row(2), [row(1, "merged")], "send"),
        (row(2, kind="push-level"), [row(1, "sent")], "reply"),
        (row(2, kind="push-level"), [row(1, "pending")], "wait"),
        (row(2, kind="push-level"), [row(1, "merged")], "merge"),
        (row(2, kind="push-level"), [], "merge"),
    ],
)
def test_one_message_for_one_incident_and_chat(mine, others, step) -> None:  # type: ignore[no-untyped-def]
    """Posted, changed, answered, waited for, left out."""
    assert decide(mine, others, living=True).step == step


def test_a_channel_that_cannot_change_messages_just_sends() -> None:
    """Each letter stands for itself."""
    assert decide(row(2), [row(1, "sent")], living=False).step == "send"


@given(st.integers(0, 10_000))
def test_the_wait_grows_and_has_an_end(attempts: int) -> None:
    """Never more than about six minutes, never nothing."""
    wait = backoff(notification(attempts=attempts))

    assert timedelta(seconds=0.5) < wait < timedelta(minutes=7)


def test_two_messages_do_not_come_back_at_the_same_moment() -> None:
    """A little apart, yet the same at every run."""
    one, other = notification(key="a", attempts=6), notification(key="b", attempts=6)

    assert backoff(one) != backoff(other)
    assert backoff(one) == backoff(replace(one))


def test_a_message_gets_plainer_step_by_step() -> None:
    """No picture, no markup, then hardly more than a title."""
    message = Message(
        subject="s", text="т" * 5000, html="<b>x</b>", photo=b"p", buttons=(("a", "b"),)
    )

    tries = plainer(message)

    assert [(bool(one.photo), bool(one.html), len(one.text) > 700) for one in tries] == [
        (True, True, True), (False, True, True), (False, False, True), (False, False, False),
    ]  # fmt: skip
