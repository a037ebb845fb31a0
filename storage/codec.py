"""Records inside JSON columns: to plain JSON values and back, checked on the way in."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

Record = TypeVar("Record")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def pack(kind: Any, value: Any) -> Any:
    """Turn a record (or a tuple of them) into JSON values."""
    return _adapter(kind).dump_python(value, mode="json")


def unpack(kind: type[Record], value: Any) -> Record:
    """Turn JSON values back into the record; a broken one raises pydantic's ValidationError."""
    adapter: TypeAdapter[Record] = _adapter(kind)
    return adapter.validate_python(value)
