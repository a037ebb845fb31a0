"""Hand notifications to any of apprise's services: Slack, Mattermost, SMS and a hundred more."""

from dataclasses import dataclass
from typing import ClassVar

from alerts.notifiers.protocol import DeliveryError, Receipt, Reconcile
from storage.incident_records import Message, Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseNotifier:
    """The recipient's address is an apprise URL: ``slack://…``, ``mmost://…``, ``json://…``."""

    kind: ClassVar[str] = "apprise"
    reconcile: Reconcile = "resend-marked"  # or "hold": unknown whether it arrived

    def send(self, notification: Notification, message: Message) -> Receipt:
        """Send it as plain text; the library says only yes or no, so no means unknown."""
        # Heavy (a hundred services): imported by who uses it, not at every start.
        import apprise

        service = apprise.Apprise()
        if not service.add(notification.address):
            # The address holds secrets: it is not repeated in the reason.
            raise DeliveryError("apprise does not know this address", outcome="dead")
        sent = service.notify(
            title=message.subject, body=message.text, body_format=apprise.NotifyFormat.TEXT
        )
        if not sent:
            raise DeliveryError("the service did not take the message", outcome="unknown")
        return Receipt(provider_id=f"apprise-{notification.id}")
