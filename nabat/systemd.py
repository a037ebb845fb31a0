"""Tell systemd how the daemon is: ready, alive, stopping. Without systemd nothing is told."""

import logging
import socket

from nabat.config import variable

logger = logging.getLogger(__name__)


def notify(*words: str) -> bool:
    """Send the words, ``READY=1`` and the like, to whom NOTIFY_SOCKET names; False without one."""
    address = variable("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):  # of Linux's abstract names
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
            speaking.connect(address)
            speaking.sendall("\n".join(words).encode())
    except OSError as error:
        logger.warning("systemd not told", extra={"reason": str(error)})
        return False
    return True
