"""Reads the configuration: TOML into frozen settings; the only reader of the environment.

An unknown key is an error with the nearest known key. A secret is named, never
written: ``env:NAME`` or ``file:PATH``; it is looked up when a plug-in is built.
"""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, fields
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from alerts.redaction import scheme_only
from monitor.budget import bearable, parse_budget
from nabat.config_errors import explain, mend_of
from nabat.errors import ConfigError
from nabat.health import read_address
from storage.durations import LONGEST, parse_duration
from storage.records import Person, Watch

DEFAULT_NAME = "nabat.toml"
_NOTHING = re.compile(r"\s*(none|0\s*[^\W\d_]*)\s*")  # "0 s" in whatever unit


def length(value: Any) -> timedelta:
    """Read a length of time; ValueError for a bare number, for nothing, and for over a century."""
    known = value if isinstance(value, timedelta) else _length_in_words(value)
    if known > timedelta(0):
        return known
    message = f"{value!r} is no length of time to wait; write for example '15 min', '4h'"
    raise ValueError(message)


def _delay(value: Any) -> timedelta:
    is_none = type(value) in (int, str) and _NOTHING.fullmatch(str(value))
    return timedelta(0) if is_none else length(value)


def _length_in_words(value: Any) -> timedelta:
    if isinstance(value, str):
        return parse_duration(value)
    message = f"a length of time carries its unit, not {value!r}; write for example '15 min', '4h'"
    raise ValueError(message)


def _rate(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bearable(value)
    return parse_budget(str(value))


def zone(value: Any) -> Any:
    """Read a time zone's name; ValueError with the mend for one that does not exist."""
    if not isinstance(value, str):
        message = (
            f"a time zone is named in quotes, not {value!r}; write for example 'Europe/Moscow'"
        )
        raise ValueError(message)
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        message = f"unknown time zone {value!r}; write for example 'Europe/Moscow'"
        raise ValueError(message) from error


Duration = Annotated[timedelta, BeforeValidator(length)]
Delay = Annotated[timedelta, BeforeValidator(_delay)]
Rate = Annotated[float, BeforeValidator(_rate)]
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]


_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False
    )


class StorageSettings(_Section):
    """``[storage]``: where everything is remembered."""

    url: str = "sqlite:///nabat.db"

    @field_validator("url")
    @classmethod
    def _readable(cls, value: str) -> str:
        if is_named(value):
            value = secret(value, "storage.url")
        if "\0" in value:
            message = "holds the sign NUL, which no address can; remove it"
            raise ValueError(message)
        return value


class RetentionSettings(_Section):
    """``[retention]``: how long unmentioned articles are kept for a look back."""

    articles_days: int = Field(default=90, ge=1, le=LONGEST.days)


class PersonSettings(_Section):
    """``[[brand.person]]``: somebody who stands for the brand."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]
    role: str = "director"  # director, deputy, or a word of your own that the maps use


class QuerySettings(_Section):
    """``[[brand.watch]]``: one extra watch in the watch language."""

    query: str = Field(min_length=1)  # see the page on the watch language


class BrandSettings(_Section):
    """``[[brand]]``: one watched company or person."""

    name: _Name  # in the nominative; every case is found
    aliases: tuple[str, ...] = ()  # other names it goes by, in either alphabet
    exclude: tuple[str, ...] = ()
    crisis_words: tuple[str, ...] = ()
    any_case: bool = False
    misspellings: int = Field(default=0, ge=0, le=200)
    false_alarms: Rate = 1.0
    holding: str = ""
    person: tuple[PersonSettings, ...] = ()
    watch: tuple[QuerySettings, ...] = ()

    def as_watch(self) -> Watch:
        """Answer what the matcher looks for."""
        return Watch(
            brand=self.name,
            aliases=self.aliases,
            exclude=self.exclude,
            persons=tuple(Person(name=one.name, role=one.role) for one in self.person),
            queries=tuple(one.query for one in self.watch),
            crisis_words=self.crisis_words,
            any_case=self.any_case,
            misspellings=self.misspellings,
        )


class CrawlSettings(_Section):
    """``[crawl]``: manners and bounds of fetching."""

    contact: str = ""
    allow_addresses: tuple[IPv4Network | IPv6Network, ...] = ()
    interval: Duration = timedelta(minutes=10)
    timeout: Duration = timedelta(seconds=30)
    max_megabytes: float = Field(default=8.0, gt=0, le=1_000)
    concurrency: int = Field(default=16, ge=1, le=1_000)
    host_delay: Delay = timedelta(seconds=1)

    @field_validator("allow_addresses", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            message = f'write a list of networks, ["10.0.5.0/24"], not {value!r}'
            raise ValueError(message)
        try:
            return tuple(ip_network(one, strict=False) for one in value)
        except ValueError as error:
            message = f'{error}; write for example "10.0.5.0/24"'
            raise ValueError(message) from error


class MatchingSettings(_Section):
    """``[matching]``: how sure of a name we have to be."""

    second_look: Literal["none", "natasha"] = "none"


class ToneSettings(BaseModel):
    """``[tone]``: the backend that judges tone, and its options."""

    model_config = ConfigDict(extra="allow", frozen=True)
    backend: str = "embedded"

    def table(self) -> dict[str, Any]:
        """Answer the options as the backend's constructor takes them."""
        return {"kind": self.backend} | dict(self.model_extra or {})


class SpikeSettings(_Section):
    """``[spike]``: what every brand's judgement shares."""

    min_stories: int = Field(default=3, ge=1, le=1_000_000)
    min_ratio: float = Field(default=1.25, ge=1)
    min_coverage: float = Field(default=0.5, ge=0, le=1)
    timezone: Zone = ZoneInfo("Europe/Moscow")


class DaemonSettings(_Section):
    """``[daemon]``: how often `nabat run` does each job."""

    crawl_every: Duration = timedelta(seconds=30)
    evaluate_every: Duration = timedelta(seconds=60)  # how often it counts and judges
    deliver_every: Duration = timedelta(seconds=2)  # how often it looks into the outbox
    health: str = ""  # host:port of the health endpoint; empty: none
    heartbeat: str = ""  # address told twice a minute while all ticks; env: and file: work too

    @field_validator("health")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value:
            read_address(value)
        return value


class LogSettings(_Section):
    """``[log]``: what is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class PlaybookSettings(_Section):
    """``[playbook]``: whether the shipped crisis map is taken."""

    shipped: bool = True


class Settings(_Section):
    """The whole configuration."""

    storage: StorageSettings = StorageSettings()
    retention: RetentionSettings = RetentionSettings()
    brand: tuple[BrandSettings, ...] = ()
    crawl: CrawlSettings = CrawlSettings()
    source: tuple[dict[str, Any], ...] = ()
    matching: MatchingSettings = MatchingSettings()
    tone: ToneSettings = ToneSettings()
    spike: SpikeSettings = SpikeSettings()
    daemon: DaemonSettings = DaemonSettings()
    log: LogSettings = LogSettings()
    notifier: tuple[dict[str, Any], ...] = ()
    recipient: tuple[dict[str, Any], ...] = ()
    playbook: PlaybookSettings = PlaybookSettings()
    situation: tuple[dict[str, Any], ...] = ()
    reaction: tuple[dict[str, Any], ...] = ()

    _file: Path | None = None

    @property
    def file(self) -> Path | None:
        """The file they were read from."""
        return self._file

    def at(self, place: str) -> str:
        """Answer the place as errors name it: with its file."""
        return f"{self._file}: {place}" if self._file else place

    def watches(self) -> tuple[Watch, ...]:
        """Answer what the matcher looks for, brand by brand."""
        return tuple(brand.as_watch() for brand in self.brand)


def load(path: Path) -> Settings:
    """Read the configuration file; ConfigError names the file, the key and the mend."""
    try:
        settings = Settings.model_validate(_tables(path))
        settings._file = path
        _check_names(settings)
    except ValidationError as error:
        message = "\n".join(f"{path}: {explain(item, Settings)}" for item in error.errors())
        raise ConfigError(message) from error
    except ConfigError as error:
        message = f"{path}: {error}"
        raise ConfigError(message) from error
    return settings


def _tables(path: Path) -> dict[str, Any]:
    text, written = "", b""
    try:
        written = path.read_bytes()
        text = written.decode("utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError as error:
        message = "no such file; run `nabat init` to write one"
        raise ConfigError(message) from error
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        message = f"cannot be read: line {line} is not in UTF-8; save the file in that encoding"
        raise ConfigError(message) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"not valid TOML: {error}{mend_of(str(error), text)}"
        raise ConfigError(message) from error
    except ValueError as error:  # Python's own, for a number of thousands of digits
        message = "a number is too long to be read; write a shorter one"
        raise ConfigError(message) from error


def is_named(value: str) -> bool:
    """Whether the value is the name of a secret, ``env:NAME`` or ``file:PATH``."""
    return value.startswith(("env:", "file:"))


def secret(value: str, place: str) -> str:
    """Look up ``env:NAME`` or ``file:PATH``; ConfigError when it is not there."""
    scheme, _, name = value.partition(":")
    if scheme == "env":
        found = os.environ.get(name, "").strip()
        if not found:
            message = f"{place}: the environment variable {name} is not set or empty; set it"
            raise ConfigError(message)
        return found
    if scheme == "file":
        try:
            found = Path(name).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, ValueError, RuntimeError) as error:  # no text, no path, nobody's home
            reason = getattr(error, "strerror", None) or error
            message = f"{place}: the file {name} cannot be read: {reason}"
            raise ConfigError(message) from error
        if not found:
            message = f"{place}: the file {name} is empty; write the secret into it"
            raise ConfigError(message)
        return found
    message = f"{place}: write a secret as env:NAME or file:PATH, never in clear"
    raise ConfigError(message)


def reveal(table: Mapping[str, Any], secrets: Sequence[str], place: str) -> dict[str, Any]:
    """Answer the table with its secrets looked up."""
    return {
        key: secret(str(value), f"{place}.{key}") if key in secrets else value
        for key, value in table.items()
    }


def secret_fields(chosen: type[Any]) -> list[str]:
    """Answer which fields of a plug-in are secrets: those that it hides from its repr."""
    return [
        field.name
        for field in fields(chosen)
        if not field.repr and field.init and field.default_factory is MISSING
    ]


def secrets_of(settings: Settings) -> list[str]:
    """Answer every secret that the configuration names and that is there, so that logs hide it."""
    daemon = {"heartbeat": settings.daemon.heartbeat}
    tables = (*settings.notifier, *settings.source, settings.tone.table(), daemon)
    found: list[str] = []
    for value in (value for table in tables for value in table.values()):
        if isinstance(value, str) and is_named(value):
            with suppress(ConfigError):
                found.append(secret(value, ""))
    for address in (str(table.get("address", "")) for table in settings.recipient):
        with suppress(ConfigError):
            known = secret(address, "") if is_named(address) else address
            if scheme_only(known) != known:  # no chat's number, no mailbox
                found.append(known)
    return found


def variable(name: str) -> str:
    """Answer an environment variable, empty where it is not set."""
    return os.environ.get(name, "")


def default_path() -> Path:
    """Answer where the configuration is looked for: NABAT_CONFIG, else here."""
    return Path(os.environ.get("NABAT_CONFIG", DEFAULT_NAME))


def _check_names(settings: Settings) -> None:
    seen: set[str] = set()
    for index, brand in enumerate(settings.brand, 1):
        if brand.name.casefold() in seen:
            message = f"brand[{index}].name: there are two brands named {brand.name!r}; rename one"
            raise ConfigError(message)
        seen.add(brand.name.casefold())
