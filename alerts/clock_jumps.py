"""After the system clock was set back: what waits for a time that was never, waits no longer."""

import logging
from datetime import datetime, timedelta

from storage.database import Database

logger = logging.getLogger(__name__)

_JITTER = timedelta(minutes=1)  # less is two machines that disagree, or a slow write


def mend(database: Database, *, now: datetime) -> bool:
    """Free what a clock that was ahead has postponed; answers whether it was set back.

    The heartbeat of the last delivery tells: it lies in the future. What is
    held for somebody's quiet hours stays: that hour was not reckoned from then.
    """
    with database.read() as tx:
        beats = [one.at for one in tx.leases.heartbeats() if one.job == "deliver"]
    if not beats or beats[0] <= now + _JITTER:
        return False
    with database.begin() as tx:
        tx.deliveries.rewind(beats[0], now)
    logger.warning("the clock was set back", extra={"by": str(beats[0] - now)})
    return True
