"""How much of what is said speaks of a situation of the crisis map. Pure."""

import re
from collections.abc import Mapping, Set

from alerts.situations import Recognised, Situation
from storage.denial import is_denied
from storage.incident_records import Facts, StoryFact

ANYBODY = "any"  # in ``persons``: somebody watched is named, whatever the role
PERSONS = (ANYBODY, "director", "deputy")  # whom a situation may ask for, whoever is watched
ENOUGH = 0.15  # share of the negative talk that must speak of a situation
_SPECIFIC = 1.3  # a situation that also asks who or where, and got it, wins over one that does not


def weigh(situation: Situation, facts: Facts, roles: Mapping[str, Set[str]]) -> Recognised:
    """How much of the facts speaks of a situation, and what in them does."""
    nothing = Recognised(situation=situation, score=0.0, because=())
    asked = _conditions(situation, facts, roles)
    if asked is None or situation.fallback:
        return nothing
    share, words = _talk(situation, facts)
    if not (situation.crisis or situation.words):
        share = 0.5 if asked else 0.0
    bonus = _SPECIFIC if asked else 1.0
    return Recognised(situation=situation, score=min(1.0, share * bonus), because=(*words, *asked))


def fold(text: str) -> str:
    """The text as words are compared."""
    return text.casefold().replace("ё", "е")


def _conditions(
    situation: Situation, facts: Facts, roles: Mapping[str, Set[str]]
) -> tuple[str, ...] | None:
    """What a situation asks beside words, as found; None when something asked is missing."""
    found: list[str] = []
    if situation.persons:
        wanted = set(situation.persons)
        named = [
            p for p in facts.persons if ANYBODY in wanted or wanted & roles.get(p, {"director"})
        ]
        if not named:
            return None
        found.extend(named[:2])
    if situation.author_share:
        if facts.top_author_share < situation.author_share or facts.mentions < 3:
            return None
        found.append(facts.top_author or "")
    if situation.publishers:
        parts = [part.casefold() for part in situation.publishers]
        here = [n for n, _ in facts.publishers if any(part in n.casefold() for part in parts)]
        if not here:
            return None
        found.append(here[0])
    return tuple(one for one in found if one)


def _talk(situation: Situation, facts: Facts) -> tuple[float, tuple[str, ...]]:
    """Share of the negative talk in a situation's words, and the words, most used first."""
    wanted = {fold(word) for word in situation.crisis}
    counted = [(word, count) for word, count in facts.crisis if fold(word) in wanted]
    rest = 1.0
    for _, count in counted:
        rest *= 1.0 - min(1.0, count / max(facts.negative, 1))
    stems = tuple(fold(word) for word in situation.words)
    spoken = [(story, _spoken(story, wanted, stems)) for story in facts.top]
    total = sum(story.copies for story in facts.top)
    of_stories = sum(story.copies for story, word in spoken if word) / total if total else 0.0
    words = dict.fromkeys([w for w, _ in counted] + [w for _, w in spoken if w])
    return max(1.0 - rest, of_stories), tuple(words)


def _spoken(story: StoryFact, wanted: set[str], stems: tuple[str, ...]) -> str:
    """The first word of the story that speaks of the situation, or nothing."""
    for word in story.crisis:
        if fold(word) in wanted:
            return word
    title = fold(story.title)
    for stem in stems:
        word = stem.rstrip()
        end = r"(?!\w)" if word != stem else r"\w*"  # a space after it: the whole word
        said = re.finditer(rf"(?<!\w){re.escape(word)}{end}", title)
        if not all(is_denied(title, *one.span()) for one in said):
            return word
    return ""
