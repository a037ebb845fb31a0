"""What a run of delivery did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What one run did."""

    sent: int = 0  # posted or changed, confirmed by the channel
    failed: int = 0  # attempts that did not go out, or may not have
    merged: int = 0  # left out, a newer message says it all
    dead: int = 0  # given up
    mistakes: int = 0  # of the failed: the notifier's own, the log has each
    waiting: int = 0  # still in the outbox when the run ended

    def __add__(self, other: "DeliveryReport") -> "DeliveryReport":
        """Both together."""
        return DeliveryReport(
            sent=self.sent + other.sent,
            failed=self.failed + other.failed,
            merged=self.merged + other.merged,
            dead=self.dead + other.dead,
            mistakes=self.mistakes + other.mistakes,
            waiting=self.waiting + other.waiting,
        )
