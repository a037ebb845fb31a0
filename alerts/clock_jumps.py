"""After the system clock jumped: what waits for a time that was never, waits no longer.

Set back or set ahead, the operators are told, since every time an alert names comes of it.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.recipients import Recipient
from alerts.texts import Speech
from alerts.troubles import for_operator
from storage.database import Database, Transaction

logger = logging.getLogger(__name__)

JITTER = timedelta(minutes=1)  # less is two machines that disagree, or a slow write
_NONE = timedelta(0)


def mend(
    database: Database, recipients: Sequence[Recipient], *, now: datetime, ahead: timedelta = _NONE
) -> bool:
    """Free what a clock that was ahead has postponed; answers whether the clock jumped.

    That it was set back, the heartbeat of the last delivery tells: it lies in
    the future. That it was set ahead only a process that ran meanwhile can
    know: ``ahead`` is by how much. What is held for somebody's quiet hours
    stays: that hour was not reckoned from then.
    """
    with database.read() as tx:
        beats = [one.at for one in tx.leases.heartbeats() if one.job == "deliver"]
    if beats and beats[0] > now + JITTER:
        back = beats[0] - now
        with database.begin() as tx:
            tx.deliveries.rewind(beats[0], now)
            _tell(tx, recipients, "clock_back", back, now)
        logger.warning("the clock was set back", extra={"by": str(back)})
        return True
    if ahead > JITTER:
        with database.begin() as tx:
            _tell(tx, recipients, "clock_ahead", ahead, now)
        logger.warning("the clock was set ahead", extra={"by": str(ahead)})
        return True
    return False


def _tell(
    tx: Transaction, recipients: Sequence[Recipient], what: str, by: timedelta, now: datetime
) -> None:
    new = []
    for to in recipients:
        if to.ops:
            speech = Speech(to.language, to.timezone)
            text = speech.say(what, by=speech.duration(by))
            new.append(for_operator(f"{what}:{now.isoformat()}", [text], to))
    tx.outbox.add(new, now)
