"""What people say of mentions: not about us, about us after all, the right tone; and taken back.

Every mark, from a chat or a command line, is written and logged here. A story counts
while one copy of it does, so a mark is for all its stored copies (``storage.marks``: for
those to come); what a person has marked otherwise than the meant one stays as it is. The
newest word wins.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Transaction
from storage.marks import FILTER
from storage.mention_filter import MentionFilter
from storage.records import Mention, MentionView

logger = logging.getLogger(__name__)

MARKS = ("not-us", "us", "negative", "neutral", "positive", "unmark")
_PERSON, _FILTER = "a person", "a filter"
_Standing = tuple[str | None, str | None]  # the tone a person gave; who leaves it out


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A mark that a person gave."""

    mark: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What came of a mark."""

    before: tuple[Given, ...]  # on the meant mention
    changed: int  # mentions; none: all stood so already
    kept: int  # copies that a person has marked otherwise
    left_out_by: str | None  # who keeps the meant one out of the counts all the same


def copies(tx: Transaction, meant: MentionView) -> list[MentionView]:
    """The stored mentions of the brand in the mention's story, itself among them."""
    if meant.story_id is None:
        return [meant]
    which = MentionFilter(brand_id=meant.mention.brand_id, story_id=meant.story_id, excluded=True)
    return sorted(tx.mentions.views(which), key=lambda view: view.mention.id)


def mark(
    tx: Transaction,
    meant: MentionView,
    word: str,
    *,
    among: Sequence[MentionView],
    by: str,
    now: datetime,
) -> Marked:
    """Mark the meant mention, and those ``among`` on which nobody but its own marks has a word."""
    alike = [one.mention for one in among if set(_given(one.mention)) <= set(_given(meant.mention))]
    others = [one.mention for one in among if one.mention not in alike]
    changed = sum(_standing(one) != _after(one, word) for one in alike)
    if changed:
        for one in alike:
            _write(tx, one, word, by, now)
        logger.info(
            "mention marked",
            extra={
                "mention": meant.mention.id,
                "brand": meant.brand,
                "from": _counted_as(meant.mention),
                "to": word,
                "by": by,
                "mentions": changed,
            },
        )
    is_left_out = word not in ("us", "not-us") and _after(meant.mention, word)[1] is not None
    return Marked(
        before=_given(meant.mention),
        changed=changed,
        kept=sum(_standing(one) != _after(one, word) for one in others),
        left_out_by=meant.mention.excluded_by if is_left_out else None,
    )


def _given(mention: Mention) -> tuple[Given, ...]:
    given = []
    label, left_out = _standing(mention)
    if label is not None:
        given.append(Given(mark=label, by=mention.corrected_by or "", at=mention.corrected_at))
    if left_out == _PERSON:
        by = mention.excluded_by or ""
        given.append(Given(mark="not-us", by=by, at=mention.excluded_at))
    return tuple(given)


def _standing(mention: Mention) -> _Standing:
    if mention.excluded_at is None:
        return mention.corrected, None
    by_filter = (mention.excluded_by or "").startswith(FILTER)
    return mention.corrected, _FILTER if by_filter else _PERSON


def _after(mention: Mention, word: str) -> _Standing:
    """How the mention stands once it is marked so."""
    label, left_out = _standing(mention)
    if word == "unmark":
        return None, left_out if left_out == _FILTER else None
    if word in ("us", "not-us"):
        return label, _PERSON if word == "not-us" else None
    return word, left_out


def _write(tx: Transaction, mention: Mention, word: str, by: str, now: datetime) -> None:
    if word == "not-us":
        tx.mentions.exclude(mention.id, by=by, now=now)
    elif word == "us":
        tx.mentions.include(mention.id, now=now)
    elif word != "unmark":
        tx.mentions.correct(mention.id, word, by=by, now=now)
    else:
        tx.mentions.uncorrect(mention.id, now=now)
        if _standing(mention)[1] == _PERSON:
            tx.mentions.include(mention.id, now=now)


def _counted_as(mention: Mention) -> str:
    """As what the counts held it."""
    if mention.excluded_at is not None:
        return "not-us"
    return mention.corrected or (mention.tone.label if mention.tone else "not scored")
