"""Records inside JSON columns: to plain JSON values and back, checked on the way in."""

from typing import Any, Final

from pydantic import TypeAdapter

from storage.incident_records import Facts
from storage.records import CrisisTerm, MatchedTerm

_MATCHED: Final = TypeAdapter(tuple[MatchedTerm, ...])
_CRISIS: Final = TypeAdapter(tuple[CrisisTerm, ...])
_FACTS: Final = TypeAdapter(Facts)


def pack_matched(terms: tuple[MatchedTerm, ...]) -> Any:
    """Turn matched terms into JSON values."""
    return _MATCHED.dump_python(terms, mode="json")


def unpack_matched(value: Any) -> tuple[MatchedTerm, ...]:
    """Turn JSON values back into matched terms."""
    return _MATCHED.validate_python(value)


def pack_crisis(terms: tuple[CrisisTerm, ...]) -> Any:
    """Turn crisis terms into JSON values."""
    return _CRISIS.dump_python(terms, mode="json")


def unpack_crisis(value: Any) -> tuple[CrisisTerm, ...]:
    """Turn JSON values back into crisis terms."""
    return _CRISIS.validate_python(value)


def pack_facts(facts: Facts) -> Any:
    """Turn an event's facts into JSON values."""
    return _FACTS.dump_python(facts, mode="json")


def unpack_facts(value: Any) -> Facts:
    """Turn JSON values back into facts."""
    return _FACTS.validate_python(value)
