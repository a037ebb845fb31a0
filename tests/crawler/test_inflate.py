"""Gzip is unpacked in small steps and never past the cap."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.inflate import InflateError, inflate


def unpack(parts: Iterable[bytes], limit: int = 1_000_000) -> bytes:
    """The unpacked body of these parts."""

    async def given_parts() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    async def run() -> bytes:
        return b"".join([piece async for piece in inflate(given_parts(), limit)])

    return asyncio.run(run())


@given(st.binary(max_size=5_000), st.integers(1, 300))
def test_any_body_comes_through_however_it_is_cut(body: bytes, size: int) -> None:
    """Packets end where they like."""
    packed = gzip.compress(body)
    assert unpack(packed[at : at + size] for at in range(0, len(packed), size)) == body


@pytest.mark.parametrize("behind", [b"", bytes(40), bytes(3) + b"padding", b"\x1fpadding"])
@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_members_and_padding_come_through_however_they_are_cut(behind: bytes, size: int) -> None:
    """Between two members, inside the sign of one, or in what follows the last."""
    packed = gzip.compress(b"one") + bytes(2) + gzip.compress(b"two") + behind
    assert unpack(packed[at : at + size] for at in range(0, len(packed), size)) == b"onetwo"


@given(st.binary(max_size=300))
def test_rubbish_is_an_error_or_a_body(body: bytes) -> None:
    """Never anything else."""
    try:
        assert isinstance(unpack([body]), bytes)
    except InflateError as error:
        assert str(error)  # noqa: PT017


@given(st.binary(max_size=500), st.data())
def test_a_body_that_breaks_off_is_told(body: bytes, data: st.DataObject) -> None:
    """Half an answer is none, and the other half may come next time."""
    packed = gzip.compress(b"before") + gzip.compress(body)
    second = len(gzip.compress(b"before")) + 2
    cut = data.draw(st.integers(second, len(packed) - 1))
    with pytest.raises(InflateError, match="breaks off") as caught:
        unpack([packed[:cut]])
    assert not caught.value.permanent


def test_the_cap_is_exact() -> None:
    """As much as allowed passes, one byte more does not."""
    assert len(unpack([gzip.compress(bytes(1_000))], 1_000)) == 1_000
    with pytest.raises(InflateError, match="unpacks to more than"):
        unpack([gzip.compress(bytes(1_001))], 1_000)


def test_bombs_in_many_members_are_counted_together() -> None:
    """Each member is small, their sum is not."""
    with pytest.raises(InflateError):
        unpack([gzip.compress(bytes(400)) * 3], 1_000)
