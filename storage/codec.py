"""Records inside JSON columns: to plain JSON values and back, checked on the way in."""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

Record = TypeVar("Record")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def pack(kind: Any, value: Any) -> Any:
    """Turn a record (or a tuple of them) into JSON values."""
    return _adapter(kind).dump_python(value, mode="json")


def unpack(kind: type[Record], value: Any) -> Record:
    """Turn JSON values back into the record; a broken one raises pydantic's ValidationError."""
    record: Record = _adapter(kind).validate_python(value)
    return record
