"""Plug-ins: every kind is found, and a wrong table is named with its place and mend."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from nabat import plugins
from nabat.errors import ConfigError
from nabat.plugins import build, choose
from tests.nabat.conftest import Command, Written


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
def test_the_shipped_kinds_are_found(kinds: Mapping[str, type[Any]], expected: set[str]) -> None:
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
        pytest.param({"url": 5}, r'source\[2\]\.url: is a text; write "5", not 5', id="number"),
        pytest.param({"url": "a", "every": "soon"}, r"every: cannot read 'soon'", id="duration"),
        pytest.param({"url": "a", "loud": "very"}, r"loud: .*boolean", id="flag"),
        pytest.param(
            {"url": "a", "stations": 1}, r"stations: is a list; write \[1\], not 1", id="list"
        ),
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


JUDGE = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Judge:
    kind = "theirs"
    version = "theirs 1"

    def judge(self, passages):
        return [1 / 0 for _ in passages]
"""
Offer = Callable[[str], None]


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Offer]:
    """Install a package whose module has this text, and whose backend is ``Judge`` in it."""

    def install(text: str) -> None:
        module = f"nabat_{tmp_path.name}"
        about = tmp_path / "theirs-1.dist-info"
        about.mkdir()
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
        (about / "entry_points.txt").write_text(f"[nabat.sentiment]\ntheirs = {module}:Judge\n")
        monkeypatch.syspath_prepend(tmp_path)

    plugins._kinds.cache_clear()
    yield install
    plugins._kinds.cache_clear()


def test_a_kind_of_another_package_is_found(offer: Offer) -> None:
    """Listed with ours, and loaded when it is asked for."""
    offer(JUDGE)
    kinds = plugins.backends()
    assert "theirs" in kinds
    assert len(kinds) == len(list(kinds))
    assert build(kinds["theirs"], {"kind": "theirs"}, "tone").version == "theirs 1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("1 / 0", "cannot be loaded: ZeroDivisionError: division by zero", id="raises"),
        pytest.param("", "cannot be loaded: AttributeError: module", id="empty"),
        pytest.param("class Judge: kind = 'theirs'", "is no dataclass", id="no dataclass"),
        pytest.param("def Judge(): ...", "is no dataclass", id="no class"),
    ],
)
def test_a_package_that_cannot_be_used_troubles_only_those_who_chose_it(
    offer: Offer, nabat: Command, written: Written, text: str, said: str
) -> None:
    """The others do not even load it."""
    offer(text)
    assert nabat("tone").code == 0
    outcome = nabat("tone", "-c", written("[tone]\nbackend = 'theirs'"))
    assert outcome.code == 2
    assert outcome.err.startswith(f"nabat: the kind 'theirs' of the package theirs {said}")


def test_a_package_whose_judging_fails_is_named_by_check(
    offer: Offer, nabat: Command, written: Written
) -> None:
    """In any way there is; the rest is tried all the same."""
    offer(JUDGE)
    outcome = nabat("check", "-c", written("[tone]\nbackend = 'theirs'"))
    assert outcome.code == 1
    assert "FAIL  tone: theirs\n      division by zero\n" in outcome.out
    assert "there is no [[source]] yet" in outcome.out
