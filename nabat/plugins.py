"""Finds the plug-ins: classes with a ``kind``, in our three folders and in installed packages.

A plug-in is a frozen dataclass; its table in the config goes to its
constructor as it is, checked against its fields first. Another package offers
its own through the entry-point groups ``nabat.sources``, ``nabat.sentiment``
and ``nabat.notifiers``.
"""

import pkgutil
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import timedelta
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from inspect import getmembers, isclass
from types import ModuleType
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

import alerts.notifiers
import crawler.sources
import monitor.sentiment
from nabat.config import length
from nabat.errors import ConfigError, nearest


def sources() -> dict[str, type[Any]]:
    """Answer the kinds of source."""
    return _kinds(crawler.sources, "nabat.sources")


def backends() -> dict[str, type[Any]]:
    """Answer the kinds of sentiment backend."""
    return _kinds(monitor.sentiment, "nabat.sentiment")


def notifiers() -> dict[str, type[Any]]:
    """Answer the kinds of notifier."""
    return _kinds(alerts.notifiers, "nabat.notifiers")


@cache
def _kinds(package: ModuleType, group: str) -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for _, member in getmembers(import_module(module.name), isclass):
            if isinstance(kind := getattr(member, "kind", None), str):
                found[kind] = member
    for entry in entry_points(group=group):
        found[entry.name] = entry.load()
    return dict(sorted(found.items()))


def choose(kinds: Mapping[str, type[Any]], table: Mapping[str, Any], place: str) -> type[Any]:
    """Answer the plug-in class that a config table asks for; ConfigError with the nearest kind."""
    kind = table.get("kind")
    if not isinstance(kind, str):
        message = f"{place}: kind is missing; known kinds: {', '.join(kinds)}"
        raise ConfigError(message)
    if kind not in kinds:
        message = f"{place}.kind: unknown kind {kind!r}{nearest(kind, kinds)}"
        raise ConfigError(message)
    return kinds[kind]


def build(chosen: type[Any], table: Mapping[str, Any], place: str) -> Any:
    """Construct a plug-in from its config table; ConfigError names the key and the mend."""
    hints = get_type_hints(chosen)
    known = {field.name: field for field in fields(chosen) if field.init}
    given = {key: value for key, value in table.items() if key != "kind"}
    for key in given:
        if key not in known:
            message = f"{place}.{key}: unknown key{nearest(key, known)}"
            raise ConfigError(message)
    for name, field in known.items():
        required = field.default is MISSING and field.default_factory is MISSING
        if required and name not in given:
            message = f"{place}: {name} is missing; the kind {table.get('kind')!r} needs it"
            raise ConfigError(message)
    values = {key: _convert(hints[key], value, f"{place}.{key}") for key, value in given.items()}
    try:
        return chosen(**values)
    except (ValueError, TypeError) as error:
        message = f"{place}: {error}"
        raise ConfigError(message) from error


def _convert(hint: Any, value: Any, place: str) -> Any:
    try:
        if hint in (timedelta, timedelta | None):
            return length(value)
        return TypeAdapter(hint).validate_python(value)
    except ValidationError as error:  # a kind of ValueError
        message = f"{place}: {error.errors()[0]['msg'].lower()}, not {value!r}"
        raise ConfigError(message) from error
    except ValueError as error:
        message = f"{place}: {error}"
        raise ConfigError(message) from error
