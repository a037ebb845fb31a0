"""A process that forks children which run the alert path and are killed where they are told.

It has imported everything and has no threads, so a child costs milliseconds. A
point is every statement, every begin and every commit the child comes to.
Speaks JSON lines on standard input and output.
"""

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import event

from alerts.deliver import deliver
from alerts.notifiers.protocol import DeliveryError
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from monitor.evaluate import evaluate
from storage.database import Database
from storage.incident_records import Message
from tests.alerts.making import NOON, Clock, add_brand, chat, facts, notification, playbook
from tests.fakes.bot_api import TOKEN

PEOPLE = [chat(role="PR")]


@dataclass(eq=False)
class Points:
    """Counts the points passed and kills the process at one of them."""

    fatal: int
    passed: int = 0

    def __call__(self, *_args: Any) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def detect(database: Database, clock: Clock) -> None:
    """Count what was gathered, judge it, and open what is to be opened."""
    evaluate(database, {}, now=clock(), timezone=UTC)


def open_incidents(database: Database, told: dict[str, Any]) -> None:
    """What detection leaves behind, without its work."""
    for name in told["brands"]:
        brand = add_brand(database, name)
        with database.begin() as tx:
            if tx.incidents.latest(brand) is None:
                made = tx.incidents.open_new(brand, level=3, at=NOON)
                tx.incidents.add_event(made, kind="opened", at=NOON, facts=facts())


def tell(database: Database, told: dict[str, Any], clock: Clock) -> None:
    """Plan, send, confirm: what a tick does, as often as it is run."""
    plan(database, playbook(), PEOPLE, now=clock())
    notifier = TelegramNotifier(
        token=TOKEN, base_url=told["api"], timeout=told["timeout"], reconcile=told["reconcile"]
    )
    deliver(
        database,
        {"telegram": notifier},
        clock=clock,
        owner=f"process-{os.getpid()}",
        drain=True,
        sleep=clock.sleep,
    )


def child(told: dict[str, Any], answer: int) -> None:
    """One run of the path, up to the fatal point."""
    points = Points(told["fatal"])
    if told.get("disk"):  # no file may grow beyond
        resource.setrlimit(resource.RLIMIT_FSIZE, (told["disk"], told["disk"]))
    database = Database(told["database"])
    for name in ("begin", "commit", "before_cursor_execute"):
        event.listen(database.engine, name, points)
    clock = Clock(NOON + timedelta(seconds=told["later"]))
    if told.get("detect"):
        detect(database, clock)
    else:
        open_incidents(database, told)
    detected = points.passed
    tell(database, told, clock)
    os.write(answer, json.dumps({"points": points.passed, "detected": detected}).encode())
    database.close()


def warm_up() -> None:
    """Talk to nobody once: what is imported on the way need not be imported by every child."""
    notifier = TelegramNotifier(token=TOKEN, base_url="http://127.0.0.1:1/bot")
    with suppress(DeliveryError):
        notifier.send(notification(), Message(subject="", text="x", html=""))


def main() -> None:
    """Fork a child for every line; answer its process number, then how it ended."""
    warm_up()
    for line in sys.stdin:
        told = json.loads(line)
        readable, writable = os.pipe()
        number = os.fork()
        if number == 0:
            code = 1
            try:
                child(told, writable)
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        os.close(writable)
        say({"pid": number})
        _, status = os.waitpid(number, 0)
        passed = json.loads(os.read(readable, 200) or b"{}")
        os.close(readable)
        say({"killed": os.WIFSIGNALED(status), "code": status, **passed})


def say(what: dict[str, Any]) -> None:
    """One line of answer."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
