"""Unpack gzip answers without ever holding more than the cap.

A megabyte on the wire may unpack to a gigabyte. The limit is checked after
every small step, so a bomb costs one step and is refused.
"""

import zlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

_STEP = 65_536  # bytes unpacked at a time
_MAGIC = b"\x1f\x8b"  # with which a gzip member begins


class InflateError(Exception):
    """The answer cannot be unpacked, grows past the cap, or breaks off."""

    def __init__(self, reason: str, *, permanent: bool = True) -> None:
        """Keep whether asking again soon is useless."""
        super().__init__(reason)
        self.permanent = permanent


@dataclass(slots=True)
class _Inflater:
    """Unpack gzip a step at a time, so that a bomb never grows past one step."""

    limit: int
    unpacked: int = 0
    is_whole: bool = True  # what came ends where a member ends
    _member: Any = field(default_factory=lambda: zlib.decompressobj(31))
    _between: bytes = b""  # the first of what came since a member ended

    def feed(self, packed: bytes) -> Iterable[bytes]:
        """What this much of the packed body unpacks to, in pieces of bounded size."""
        while packed:
            if self._member.eof:
                packed = (self._between + packed).lstrip(b"\x00")
                if not packed.startswith(_MAGIC):  # padding, or not all of its beginning yet
                    self._between = packed[: len(_MAGIC)]
                    return
                self._member = zlib.decompressobj(31)
                self._between = b""
            try:
                piece = self._member.decompress(packed, _STEP)
            except zlib.error as error:
                message = "answer says gzip but cannot be unpacked"
                raise InflateError(message) from error
            self.unpacked += len(piece)
            if self.unpacked > self.limit:
                message = f"answer unpacks to more than {self.limit // 1024} KiB"
                raise InflateError(message)
            yield piece
            self.is_whole = self._member.eof
            packed = self._member.unused_data if self.is_whole else self._member.unconsumed_tail


async def inflate(parts: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """The unpacked body, piece by piece; InflateError past the limit or on broken gzip.

    Where an answer has no length, only its gzip tells whether all of it came.
    """
    inflater = _Inflater(limit)
    async for packed in parts:
        for piece in inflater.feed(packed):
            yield piece
    if not inflater.is_whole:
        message = "answer breaks off: its gzip has no end"
        raise InflateError(message, permanent=False)
