"""Finds the plug-ins: classes with a ``kind``, in our three folders and in installed packages.

A plug-in is a frozen dataclass; its table in the config goes to its
constructor as it is, checked against its fields first. Another package offers
its own through the entry-point groups ``nabat.sources``, ``nabat.sentiment``
and ``nabat.notifiers``.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import timedelta
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from inspect import getmembers, isclass
from types import ModuleType
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

import alerts.notifiers
import crawler.sources
import monitor.sentiment
from nabat.config import length
from nabat.config_errors import reason_of
from nabat.errors import ConfigError, nearest


class Kinds(Mapping[str, type[Any]]):
    """Plug-in classes by kind; another package's is loaded once it is asked for, not listed."""

    def __init__(self, ours: Mapping[str, type[Any]], offered: Mapping[str, EntryPoint]) -> None:
        """Hold our own classes, and what other packages offer, theirs before ours."""
        self._ours = ours
        self._offered = offered

    def __getitem__(self, kind: str) -> type[Any]:
        """Answer the class; ConfigError names the package that cannot give it."""
        return _loaded(self._offered[kind]) if kind in self._offered else self._ours[kind]

    def __contains__(self, kind: object) -> bool:
        """Tell whether there is such a kind, without loading it."""
        return kind in self._offered or kind in self._ours

    def __iter__(self) -> Iterator[str]:
        """Answer the kinds in the order of their names."""
        return iter(sorted({*self._ours, *self._offered}))

    def __len__(self) -> int:
        """Count the kinds."""
        return len({*self._ours, *self._offered})


def sources() -> Kinds:
    """Answer the kinds of source."""
    return _kinds(crawler.sources, "nabat.sources")


def backends() -> Kinds:
    """Answer the kinds of sentiment backend."""
    return _kinds(monitor.sentiment, "nabat.sentiment")


def notifiers() -> Kinds:
    """Answer the kinds of notifier."""
    return _kinds(alerts.notifiers, "nabat.notifiers")


@cache
def _kinds(package: ModuleType, group: str) -> Kinds:
    ours: dict[str, type[Any]] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for _, member in getmembers(import_module(module.name), isclass):
            if isinstance(kind := getattr(member, "kind", None), str):
                ours[kind] = member
    return Kinds(ours, {entry.name: entry for entry in entry_points(group=group)})


def _loaded(entry: EntryPoint) -> type[Any]:
    package = entry.dist.name if entry.dist else entry.module
    said = f"the kind {entry.name!r} of the package {package}"
    try:
        found = entry.load()
    except Exception as error:  # whatever another's code runs into at its import
        reason = f"{type(error).__name__}: {error}"
        message = f"{said} cannot be loaded: {reason}; mend or remove the package"
        raise ConfigError(message) from error
    if not (isclass(found) and is_dataclass(found)):
        message = f"{said} is no dataclass; its author must make it one, options as fields"
        raise ConfigError(message)
    return found


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
            of_kind = f"the kind {table['kind']!r} needs it" if "kind" in table else "add it"
            message = f"{place}: {name} is missing; {of_kind}"
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
        message = f"{place}: {reason_of(error.errors()[0])}, not {value!r}"
        raise ConfigError(message) from error
    except ValueError as error:
        message = f"{place}: {error}"
        raise ConfigError(message) from error
