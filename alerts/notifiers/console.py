"""Print notifications on a stream: for trying things out, and for cron mail."""

import sys
from dataclasses import dataclass
from typing import ClassVar

from alerts.notifiers.protocol import DeliveryError, Receipt
from storage.incident_records import Message, Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleNotifier:
    """Write each message as text under a line that names its reader."""

    kind: ClassVar[str] = "console"
    prefix: str = ""  # before the reader's name

    def send(self, notification: Notification, message: Message) -> Receipt:
        """Write it out; a closed pipe is the one thing that can go wrong."""
        text = message.text.encode("utf-8", "replace").decode("utf-8")
        try:
            sys.stdout.write(f"{self.prefix}{notification.recipient}:\n{text}\n\n")
            sys.stdout.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(f"standard output is closed: {error}") from error
        return Receipt(provider_id=f"console-{notification.id}")
