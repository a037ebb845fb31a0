"""Plug-ins: every kind is found, and a wrong table is named with its place and mend."""

from dataclasses import dataclass, is_dataclass
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from nabat import plugins
from nabat.errors import ConfigError
from nabat.plugins import build, choose


@dataclass(frozen=True, slots=True, kw_only=True)
class _Radio:
    kind: ClassVar[str] = "radio"
    url: str
    every: timedelta | None = None
    loud: bool = False
    stations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.url == "nowhere":
            raise ValueError("url is nowhere; write an address")


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        pytest.param(plugins.sources(), {"rss", "site"}, id="sources"),
        pytest.param(plugins.notifiers(), {"console", "email", "telegram"}, id="notifiers"),
        pytest.param(plugins.backends(), {"linear"}, id="backends"),
    ],
)
def test_the_shipped_kinds_are_found(kinds: dict[str, type[Any]], expected: set[str]) -> None:
    """A file in the folder is all it takes."""
    assert expected <= set(kinds)
    assert list(kinds) == sorted(kinds)


@pytest.mark.parametrize(
    "kind",
    [*plugins.sources().values(), *plugins.notifiers().values(), *plugins.backends().values()],
)
def test_every_kind_is_a_record_of_its_options(kind: type[Any]) -> None:
    """The table in the config goes to the constructor as it is; a docstring says what it is."""
    assert is_dataclass(kind)
    assert kind.__doc__
    assert not kind.__doc__.startswith(f"{kind.__name__}(")


def test_a_table_becomes_the_plug_in() -> None:
    """Durations are read, lists become tuples, ``kind`` is no option."""
    table = {"kind": "radio", "url": "a", "every": "15 min", "stations": ["b"]}

    assert build(_Radio, table, "source[1]") == _Radio(
        url="a", every=timedelta(minutes=15), stations=("b",)
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param({}, r"source\[2\]: url is missing; the kind 'radio' needs it", id="missing"),
        pytest.param({"ulr": "a"}, r"source\[2\]\.ulr: unknown key; did you mean 'url'", id="typo"),
        pytest.param({"url": 5}, r"source\[2\]\.url: .*string.*, not 5", id="number"),
        pytest.param({"url": "a", "every": "soon"}, r"every: cannot read 'soon'", id="duration"),
        pytest.param({"url": "a", "loud": "very"}, r"loud: .*boolean", id="flag"),
        pytest.param({"url": "a", "stations": 1}, r"stations: .*tuple", id="list"),
        pytest.param({"url": "nowhere"}, r"source\[2\]: url is nowhere; write", id="refused"),
    ],
)
def test_a_wrong_option_is_named_with_its_place(table: dict[str, Any], said: str) -> None:
    """The person who edits the file finds it at once."""
    with pytest.raises(ConfigError, match=said):
        build(_Radio, {"kind": "radio"} | table, "source[2]")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param({}, r"notifier\[1\]: kind is missing; known kinds: radio", id="none"),
        pytest.param({"kind": 7}, "kind is missing", id="number"),
        pytest.param({"kind": "rodio"}, "unknown kind 'rodio'; did you mean 'radio'", id="typo"),
        pytest.param({"kind": "smoke"}, "unknown kind 'smoke'; known: radio", id="unknown"),
    ],
)
def test_an_unknown_kind_is_named_with_the_nearest(table: dict[str, Any], said: str) -> None:
    """Never a silent nothing."""
    with pytest.raises(ConfigError, match=said):
        choose({"radio": _Radio}, table, "notifier[1]")


def test_a_known_kind_is_chosen() -> None:
    """By its name alone."""
    assert choose({"radio": _Radio}, {"kind": "radio"}, "source[1]") is _Radio
