"""Tell the operators past the outbox: for when the database itself is the trouble."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.compose import notice
from alerts.notifiers.protocol import DeliveryError, Notifier
from alerts.recipients import Recipient
from alerts.texts import Speech
from storage.incident_records import Notification

logger = logging.getLogger(__name__)


def shout(
    notifiers: Mapping[str, Notifier],
    recipients: Sequence[Recipient],
    what: str,
    *,
    now: datetime,
    **values: object,
) -> int:
    """Say the phrase to everybody with ``ops = true``; answers how many took it.

    Nothing is stored, so nothing is repeated: this is a warning, not an alert.
    """
    taken = 0
    for to in recipients:
        notifier = notifiers.get(to.channel)
        if not to.ops or notifier is None:
            continue
        speech = Speech(to.language, to.timezone)
        head = speech.say("trouble_subject")
        message = notice(head, [speech.say(what, **values)], to.channel, to.language)
        try:
            notifier.send(unstored(to, "ops", what, now), message)
        except DeliveryError as error:
            logger.warning("operator not told", extra={"to": to.name, "reason": error.reason})
        else:
            taken += 1
    return taken


def unstored(to: Recipient, kind: str, what: str, now: datetime) -> Notification:
    """A notification for one recipient that never stood in the outbox."""
    return Notification(
        id=0,
        key=f"{kind}:{what}:{to.name}:{now:%Y%m%d%H%M%S}",
        incident_id=None,
        event_id=None,
        brand_id=None,
        recipient=to.name,
        channel=to.channel,
        address=to.address,
        topic=to.topic,
        kind=kind,
        revision=0,
        language=to.language,
        payload="",
        state="sending",
        attempts=1,
        not_before=now,
        created_at=now,
    )
