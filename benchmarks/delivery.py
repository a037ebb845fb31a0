"""How fast an alert leaves: commit to acceptance on loopback, and a burst into one group.

Run ``python -m benchmarks.delivery``. The limit beside each figure is bare
HTTP to the same server in the same run.
"""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from alerts import payload
from alerts.deliver import deliver
from alerts.notifiers.telegram import TelegramNotifier
from storage.database import Database
from storage.incident_records import Message
from storage.outbox import NewNotification
from tests.alerts.making import Clock, add_brand, open_incident
from tests.fakes.bot_api import TOKEN, BotApi, serving

ALERTS, BURST = 100, 500


def now() -> datetime:
    """The system clock."""
    return datetime.now(UTC)


def put(database: Database, place: int, address: str, number: int | None = None) -> None:
    """Store one alert."""
    subject = f"[КРИЗИС 3/4] «Ромашка»: беда (РОМ-{number or place})"
    message = Message(subject=subject, text=subject, html=subject, buttons=(("x", f"t:{place}"),))
    new = NewNotification(
        key=f"k{place}:{address}",
        recipient="PR",
        channel="telegram",
        address=address,
        kind="opened",
        language="ru",
        payload=payload.write(message),
        incident_id=number,
        revision=1,
    )
    with database.begin() as tx:
        tx.outbox.add([new], now())


def one_by_one(database: Database, api: BotApi) -> None:
    """Each to its own chat: no limit is met."""
    notifier = TelegramNotifier(token=TOKEN, base_url=api.url)
    taken = []
    for place in range(ALERTS):
        start = time.perf_counter()
        put(database, place, str(1000 + place))
        deliver(database, {"telegram": notifier}, clock=now, owner="bench")
        taken.append(time.perf_counter() - start)
    bare, tls = [], httpx.create_ssl_context()
    for place in range(ALERTS):
        start = time.perf_counter()
        given = {"chat_id": 5000 + place, "text": "x"}
        httpx.post(f"{api.url}{TOKEN}/sendMessage", json=given, trust_env=False, verify=tls)
        bare.append(time.perf_counter() - start)
    p50, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    print(f"commit to acceptance: p50 {p50:.3f} s, p99 {p99:.3f} s (goal 0.3, 2)")
    print(f"  bare HTTP p50 {statistics.median(bare):.3f} s: {p50 / statistics.median(bare):.1f}x")


def burst(database: Database, api: BotApi) -> None:
    """Five hundred at once into one group under Telegram's limits."""
    brand = add_brand(database)
    numbers = [open_incident(database, brand, at=now()).id for _ in range(BURST)]
    for number in numbers:
        put(database, 10_000 + number, "-100123", number)
    clock = Clock(now())  # not before what it is to find due
    api.limits, api.clock = True, lambda: clock().timestamp()
    before, start = len(api.requests), time.perf_counter()
    notifier = TelegramNotifier(token=TOKEN, base_url=api.url)

    def live(seconds: float) -> None:
        """Wait, and let the clock of the limits know."""
        time.sleep(seconds)
        clock.sleep(seconds)

    report = deliver(database, {"telegram": notifier}, clock=clock, owner="bench", sleep=live)
    assert report.sent == 1, report
    first = time.perf_counter() - start
    deliver(
        database, {"telegram": notifier}, clock=clock, owner="bench", drain=True, sleep=clock.sleep
    )
    told = [one for one in api.ledger if one.chat == -100123]
    text = "\n".join(one.text for one in told) + "\n"
    lost = sum(f"РОМ-{n}," not in text and f"РОМ-{n})" not in text and f"РОМ-{n}\n" not in text
               for n in numbers)  # fmt: skip
    requests = api.requests[before:]
    refused = sum(code == 429 for _, code, _ in requests)
    print(f"burst of {BURST}: {len(told)} messages (goal 10), lost {lost} (0), first after "
          f"{first:.2f} s (1), 429s {refused} of {len(requests)} (2 %)")  # fmt: skip


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory() as folder, serving(BotApi()) as api:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        database.upgrade()
        one_by_one(database, api)
        burst(database, api)
        database.close()


if __name__ == "__main__":
    main()
