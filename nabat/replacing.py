"""Put a whole new file in the place of an earlier one, or leave that as it is.

The new one is written beside it, and locked until it has its place. The lock ends with
the process, so what a killed one left is known by having none, and goes with the next.
"""

import fcntl
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO

_UNFINISHED = re.compile(r"\.nabat-[0-9a-f]{16}")


@contextmanager
def replacing(place: Path) -> Iterator[IO[bytes]]:
    """Answer where to write; the place holds all of it when the block ends well."""
    with _ending_tidily():
        _sweep(place.parent)
        with _begun(place) as stream:
            new = Path(stream.name)
            try:
                yield stream
                stream.flush()
                if place.exists():
                    shutil.copymode(place, new)
                new.replace(place)
            finally:
                new.unlink(missing_ok=True)


def _begun(place: Path) -> IO[bytes]:
    """Open a file beside the place that nobody sweeps away."""
    while True:
        new = place.with_name(f".nabat-{token_hex(8)}")
        stream = new.open("xb")
        with suppress(OSError):  # of a file system without locks, where nobody sweeps, too
            fcntl.flock(stream, fcntl.LOCK_EX)
        if new.exists():  # not swept away between the two
            return stream
        stream.close()


def _sweep(folder: Path) -> None:
    """Remove what killed processes left unfinished."""
    found: list[Path] = []
    with suppress(OSError):  # a folder may be written to and not be looked into
        found = [one for one in folder.iterdir() if _UNFINISHED.fullmatch(one.name)]
    for left in found:
        # Somebody else's, still being written, or gone: it stays with whom it belongs to.
        with suppress(OSError), left.open("r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """Let who ends the process, or closes its terminal, end the block as Ctrl-C does."""

    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one would end the tidying up, too
        raise SystemExit(128 + number)

    deadly = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    ]
    for number in deadly:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in deadly:
            signal.signal(number, signal.SIG_DFL)
