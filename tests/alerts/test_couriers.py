"""Channels beside one another: a slow one keeps no other waiting, and is not sent out twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import ClassVar

import pytest

from alerts import deliver
from alerts.couriers import Couriers
from alerts.delivery_report import DeliveryReport
from alerts.notifiers.protocol import Receipt
from storage.database import Database
from storage.incident_records import Message, Notification
from tests.alerts.making import Clock
from tests.alerts.test_deliver import put, states
from tests.running import until


class Ticks:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def couriers(ticks: Ticks) -> Iterator[Couriers]:
    made = Couriers(ticks)
    yield made
    made.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    kind: ClassVar[str] = "prompt"
    taken: list[str] = field(default_factory=list)

    def send(self, notification: Notification, message: Message) -> Receipt:
        self.taken.append(notification.key)
        return Receipt(provider_id="1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Prompt):
    kind: ClassVar[str] = "slow"
    may_go_on: Event = field(default_factory=Event)

    def send(self, notification: Notification, message: Message) -> Receipt:
        assert self.may_go_on.wait(60)
        return Prompt.send(self, notification, message)


def test_a_slow_channel_keeps_no_other_waiting(
    sqlite_database: Database, couriers: Couriers
) -> None:
    """A mail server that swallows connections; Telegram gets what comes meanwhile."""
    slow, prompt = Slow(), Prompt()
    clock = Clock()

    def turn() -> DeliveryReport:
        both = {"slow": slow, "prompt": prompt}
        return couriers.send(deliver.turns(sqlite_database, both, clock=clock, owner="test"))

    put(sqlite_database, "mail", channel="slow")
    for number in range(3):
        put(sqlite_database, f"alert {number}", channel="prompt")
        assert turn().sent == 1
    assert (prompt.taken, slow.taken) == ([f"alert {number}" for number in range(3)], [])

    slow.may_go_on.set()
    assert until(lambda: turn().sent == 1)
    assert slow.taken == ["mail"]
    assert states(sqlite_database) == ["sent"] * 4


def test_a_turn_ends_though_more_waits(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What never comes to its end reports all the same; the next turn goes on."""
    monkeypatch.setattr(deliver, "_TURN", 0.0)
    prompt = Prompt()
    put(sqlite_database, "alert", channel="prompt")
    sender = deliver.turns(sqlite_database, {"prompt": prompt}, clock=Clock(), owner="test")
    assert sender["prompt"]() == DeliveryReport(waiting=1)
    monkeypatch.setattr(deliver, "_TURN", 10.0)
    sender = deliver.turns(sqlite_database, {"prompt": prompt}, clock=Clock(), owner="test")
    assert sender["prompt"]() == DeliveryReport(sent=1)


def test_one_that_does_not_come_back_is_named(couriers: Couriers, ticks: Ticks) -> None:
    """A watchman hears of it; while it is out nobody else is sent to its channel."""
    back, begun = Event(), []

    def stuck() -> DeliveryReport:
        begun.append(1)
        assert back.wait(60)
        return DeliveryReport(sent=1)

    assert couriers.send({"email": stuck}) == DeliveryReport()
    assert couriers.hung() == []
    ticks.now += 301
    assert couriers.send({"email": stuck, "telegram": DeliveryReport}) == DeliveryReport()
    assert (couriers.hung(), begun) == (["email"], [1])
    back.set()
    assert until(lambda: couriers.send({}) == DeliveryReport(sent=1))
    assert couriers.hung() == []


def test_what_one_raises_is_raised_and_its_channel_is_served_again(couriers: Couriers) -> None:
    """A database that cannot be used is told of by the daemon's alarm."""

    def broken() -> DeliveryReport:
        message = "disk full"
        raise OSError(message)

    with pytest.raises(OSError, match="disk full"):
        couriers.send({"email": broken, "telegram": lambda: DeliveryReport(sent=1)})
    assert couriers.send({"email": lambda: DeliveryReport(sent=2)}) == DeliveryReport(sent=2)
