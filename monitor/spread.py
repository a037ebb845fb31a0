"""How far the loudest story has come: is one story going viral.

Pure. A story counts by the publishers that carry it, one owner's forty sites being
one publisher: reprints inside a family are no spread. Spread makes an incident
worse and never opens one, so that it costs nothing of the budget.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.counts import StoryKey, is_negative, story_key
from storage.counted import CountedMention

_FAST = timedelta(hours=6)  # a story that took longer is being told, not running


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The negative story most publishers carried of late."""

    publishers: int
    copies: int
    took: timedelta  # from its first to its newest copy among these


def widest(mentions: Sequence[CountedMention], now: datetime) -> Spread | None:
    """Answer the story that new publishers took up most in the last hours; None for nothing."""
    taken_up: dict[StoryKey, dict[str, datetime]] = {}
    copies: dict[StoryKey, int] = {}
    negative: set[StoryKey] = set()
    for mention in sorted(mentions, key=lambda one: (one.happened_at, one.id)):
        key = story_key(mention)
        taken_up.setdefault(key, {}).setdefault(mention.publisher, mention.happened_at)
        copies[key] = copies.get(key, 0) + 1
        if is_negative(mention):
            negative.add(key)
    spreads = [_lately(taken_up[key], copies[key], now) for key in taken_up if key in negative]
    return max(spreads, key=lambda one: (one.publishers, one.copies), default=None)


def _lately(taken_up: dict[str, datetime], copies: int, now: datetime) -> Spread:
    times = sorted(at for at in taken_up.values() if now - at <= _FAST)
    took = times[-1] - times[0] if times else timedelta(0)
    return Spread(publishers=len(times), copies=copies, took=took)
