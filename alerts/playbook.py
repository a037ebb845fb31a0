"""The crisis map and the reaction map: which situation this is, and who does what by when.

Pure: tables and facts in, situations and reactions out. The shipped Russian
maps are data beside this file; ``alerts.plan`` asks, ``alerts.compose`` shows.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from alerts.recognise import ENOUGH, fold, weigh
from alerts.situations import TAKE_WITHIN, Reaction, Recognised, Situation, Step
from storage.durations import parse_duration
from storage.incident_records import Facts

SHIPPED = Path(__file__).parent / "data" / "playbook_ru.toml"
LEVELS = (1, 2, 3, 4)
_KEYS = {"situation": "id", "reaction": "situation"}  # what an own table changes a shipped one by


class PlaybookError(ValueError):
    """A table of the maps that cannot be used: says where, and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """Both maps together."""

    situations: tuple[Situation, ...]
    reactions: tuple[Reaction, ...]
    roles: tuple[tuple[str, str], ...] = ()  # watched person's name, role

    def recognise(self, facts: Facts) -> Recognised:
        """Say which situation the facts are; the fallback when none is clear enough."""
        roles: dict[str, set[str]] = {}
        for name, role in self.roles:  # of two brands a person may be director and deputy
            roles.setdefault(name, set()).add(role)
        seen = [weigh(situation, facts, roles) for situation in self.situations]
        best = max(seen, key=lambda one: (one.score, one.situation.level))
        if best.score >= ENOUGH:
            return best
        return Recognised(situation=self.fallback, score=0.0, because=())

    @property
    def fallback(self) -> Situation:
        """The situation of everything that is none of the others."""
        return next(one for one in self.situations if one.fallback)

    def situation(self, name: str | None) -> Situation:
        """The situation of that id; the fallback for one that left the map."""
        return next((one for one in self.situations if one.id == name), self.fallback)

    def named(self, words: str) -> Situation | None:
        """The situation that a person means, by its id or its title."""
        meant = fold(words.strip().strip('«»"'))
        return next(
            (one for one in self.situations if meant in (fold(one.id), fold(one.title))), None
        )

    def reaction(self, situation: str) -> Reaction:
        """What to do in a situation; the fallback's reaction where it has none of its own."""
        own = [one for one in self.reactions if one.situation == situation]
        return own[0] if own else self.reaction(self.fallback.id)

    @property
    def duties(self) -> tuple[str, ...]:
        """The roles that have something to do on the reaction map."""
        named = ((one.owner, *one.then, *(s.owner for s in one.steps)) for one in self.reactions)
        return tuple(dict.fromkeys(role for roles in named for role in roles))

    def with_roles(self, roles: Iterable[tuple[str, str]]) -> "Playbook":
        """The same maps, knowing the role of each watched person."""
        return replace(self, roles=tuple(roles))


# --- out of TOML -----------------------------------------------------------------


def load(overrides: Mapping[str, Any] | None = None, place: str = "the configuration") -> Playbook:
    """The shipped maps with the configuration's own situations and reactions over them."""
    tables = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    own = overrides or {}
    merged = {}
    for name, key in _KEYS.items():
        _tables(own, name, place)
        merged[name] = _over(tables[name], own.get(name, ()), key)
    return parse(merged, place)


def _tables(own: Mapping[str, Any], name: str, place: str) -> None:
    """Refuse anything but a list of tables, each of another key: one would hide the other."""
    value = own.get(name, ())
    if not isinstance(value, list | tuple):
        raise PlaybookError(f"{place}: {name} must be tables, each under [[{name}]]")
    for number, table in enumerate(value, 1):
        _known_table(table, f"{place}: {name} #{number}")
        if _KEYS[name] not in table:
            raise PlaybookError(f"{place}: {name} #{number}: {_KEYS[name]} is missing; add it")
    keys = [table[_KEYS[name]] for table in value]
    for key in keys:
        if keys.count(key) > 1:
            raise PlaybookError(f"{place}: {name} {key} is there twice; rename or merge one")


def _over(
    shipped: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]], key: str
) -> list[dict[str, Any]]:
    """Shipped tables, those with an own table of the same key changed key by key by it."""
    by_key = {str(table[key]): dict(table) for table in shipped}
    for table in own:
        name = str(table[key])
        by_key[name] = {**by_key.get(name, {}), **table}
    return list(by_key.values())


def parse(tables: Mapping[str, Any], place: str) -> Playbook:
    """Turn TOML tables into maps; PlaybookError names the place and the mend."""
    for name in _KEYS:
        _tables(tables, name, place)
    situations = tuple(
        _situation(table, f"{place}: situation {_name(table, number)}")
        for number, table in enumerate(tables.get("situation", ()), 1)
    )
    ids = [one.id for one in situations]
    reactions = tuple(
        _reaction(table, ids, f"{place}: reaction {_name(table, number)}")
        for number, table in enumerate(tables.get("reaction", ()), 1)
    )
    playbook = Playbook(situations=situations, reactions=reactions)
    _check(playbook, place)
    return playbook


def _check(playbook: Playbook, place: str) -> None:
    fallbacks = [one.id for one in playbook.situations if one.fallback]
    if len(fallbacks) != 1:
        raise PlaybookError(
            f"{place}: exactly one situation needs fallback = true, found {len(fallbacks)}"
        )
    if fallbacks[0] not in {one.situation for one in playbook.reactions}:
        raise PlaybookError(f"{place}: the fallback situation {fallbacks[0]} needs a reaction")


def _name(table: object, number: int) -> str:
    if not isinstance(table, Mapping):
        return f"#{number}"
    return str(table.get("id") or table.get("situation") or f"#{number}")


def _situation(table: Mapping[str, Any], place: str) -> Situation:
    _known(table, [one.name for one in fields(Situation)], place)
    level = table.get("level", 1)
    if type(level) is not int or level not in LEVELS:
        raise PlaybookError(f"{place}: level must be 1, 2, 3 or 4, not {level!r}")
    return Situation(
        id=_text(table, "id", place),
        title=_text(table, "title", place),
        crisis=_words(table, "crisis", place),
        words=_words(table, "words", place),
        persons=_words(table, "persons", place),
        author_share=_share(table, "author_share", place),
        publishers=_words(table, "publishers", place),
        level=level,
        fallback=_flag(table, "fallback", place),
    )


def _reaction(table: Mapping[str, Any], situations: Sequence[str], place: str) -> Reaction:
    _known(table, [one.name for one in fields(Reaction)], place)
    situation = _text(table, "situation", place)
    if situation not in situations:
        near = get_close_matches(situation, situations, 1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(situations)}"
        raise PlaybookError(f"{place} is for an unknown situation {situation}; {hint}")
    owner = _text(table, "owner", place)
    steps = table.get("steps", ())
    if not isinstance(steps, list) or not steps:
        raise PlaybookError(f'{place}: needs steps, as [{{ within = "30 min", what = "…" }}]')
    return Reaction(
        id=_text(table, "id", place),
        situation=situation,
        title=_text(table, "title", place),
        owner=owner,
        steps=tuple(
            _step(step, owner, f"{place}, step {number}") for number, step in enumerate(steps, 1)
        ),
        take_within=_duration(table, "take_within", place, default=TAKE_WITHIN),
        then=_words(table, "then", place),
        holding=_text(table, "holding", place, default=""),
        do_not=_words(table, "do_not", place),
    )


def _step(table: object, owner: str, place: str) -> Step:
    if not isinstance(table, Mapping):
        raise PlaybookError(f'{place}: write it as {{ within = "30 min", what = "…" }}')
    _known(table, [one.name for one in fields(Step)], place)
    return Step(
        what=_text(table, "what", place),
        within=_duration(table, "within", place, default=None),
        owner=_text(table, "owner", place, default="") or owner,
    )


def _known_table(table: object, place: str) -> None:
    if not isinstance(table, Mapping):
        raise PlaybookError(f"{place}: must be a table of keys, not {type(table).__name__}")


def _known(table: Mapping[str, Any], known: Sequence[str], place: str) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise PlaybookError(f"{place}: unknown key {key}; {hint}")


def _text(table: Mapping[str, Any], key: str, place: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if value is None or (default is None and value == ""):
        raise PlaybookError(f"{place}: {key} is missing; give it a text")
    if not isinstance(value, str):
        raise PlaybookError(f"{place}: {key} must be a text in quotes, not {value!r}")
    return value.strip()


def _words(table: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(
        isinstance(one, str) and one.strip() for one in value
    ):
        raise PlaybookError(f'{place}: {key} must be a list of texts, as ["…", "…"]')
    return tuple(value)


def _share(table: Mapping[str, Any], key: str, place: str) -> float:
    value = table.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise PlaybookError(f"{place}: {key} must be a share from 0 to 1, not {value!r}")
    return float(value)


def _flag(table: Mapping[str, Any], key: str, place: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise PlaybookError(f"{place}: {key} must be true or false, not {value!r}")
    return value


def _duration(
    table: Mapping[str, Any], key: str, place: str, default: timedelta | None
) -> timedelta:
    if default is not None and key not in table:
        return default
    text = _text(table, key, place)
    try:
        return parse_duration(text)
    except ValueError as error:
        raise PlaybookError(f"{place}: {key}: {error}") from error
