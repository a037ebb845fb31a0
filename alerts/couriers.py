"""Senders at work beside one another: one channel that is slow keeps no other waiting."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from alerts.delivery_report import DeliveryReport

_GLANCE = 1.0  # seconds that a run waits for those that are nearly done
_HUNG = 300.0  # seconds: longer than any turn with its last attempt may take


@dataclass(frozen=True, slots=True)
class _Round:
    since: float
    report: Future[DeliveryReport]


class Couriers:
    """Long-lived: it remembers which channel's sender has not come back yet."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """``seconds`` counts on evenly, from any beginning."""
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(64, "deliver")
        self._out: dict[str, _Round] = {}

    def send(self, senders: Mapping[str, Callable[[], DeliveryReport]]) -> DeliveryReport:
        """Set off every channel's sender that is not out; answers what those back by now did.

        Raises what a sender raised, once all others are seen to.
        """
        for channel, sender in senders.items():
            if channel not in self._out:
                self._out[channel] = _Round(self._seconds(), self._pool.submit(sender))
        wait([one.report for one in self._out.values()], timeout=_GLANCE)
        back = [channel for channel, one in self._out.items() if one.report.done()]
        reports = [self._out.pop(channel).report for channel in back]
        problem = next((error for one in reports if (error := one.exception())), None)
        if problem is not None:
            raise problem
        return sum((one.result() for one in reports), DeliveryReport())

    def hung(self) -> list[str]:
        """Channels whose sender has been out for longer than any turn may take."""
        now = self._seconds()
        return [channel for channel, one in self._out.items() if now - one.since > _HUNG]

    def close(self) -> None:
        """Wait for those that are out; nobody is set off any more."""
        self._pool.shutdown()
