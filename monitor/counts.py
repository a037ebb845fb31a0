"""Mentions into buckets, and buckets into the arrays the detector reads.

A story counts in the bucket of its first negative mention, by publication time:
reprints add nothing, and what arrives late lands where it belongs. Labels decide
a story; probabilities give the number of negative mentions to expect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from storage.counted import CountedMention
from storage.database import Transaction
from storage.records import BUCKET, Bucket

Floats = NDArray[np.float64]

STORY_MEMORY = timedelta(days=14)  # a reprint later than that is news again
_DIGITS = 4  # of a probability as it is stored

StoryKey = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Counts of some brands in every bucket of ``[start_at, start_at + steps)``."""

    start_at: datetime
    stories: Floats  # negative stories, [buckets, brands]
    mentions: Floats  # all mentions, [buckets, brands]
    negative: Floats  # negative mentions, [buckets, brands]
    told: Floats  # all stories, [buckets, brands]


def bucket_start(moment: datetime) -> datetime:
    """Answer the start of the bucket a moment falls into."""
    return moment - (moment - _EPOCH) % BUCKET


def is_negative(mention: CountedMention) -> bool:
    """Answer whether a mention counts as negative: by its label, where a person's word is first."""
    return mention.label == "negative"


def story_key(mention: CountedMention) -> StoryKey:
    """Name the story of a mention; one that was never folded is a story of its own."""
    if mention.story_id is None:
        return ("article", mention.article_id)
    return ("story", mention.story_id)


def rebuild(
    tx: Transaction,
    brand_id: int,
    *,
    since: datetime,
    until: datetime,
    coverage: Mapping[datetime, float],
) -> None:
    """Count the brand's buckets of ``[since, until)`` again from its mentions.

    To be called with the earliest mention that changed: a late original moves its
    story from a later bucket to its own, so everything after it is counted again.
    """
    begin = bucket_start(since)
    earlier = tx.mentions.counted_before(brand_id, begin, until, memory=STORY_MEMORY)
    mentions = [*earlier, *tx.mentions.counted(brand_id, begin, until)]
    buckets = count_buckets(brand_id, mentions, since=begin, coverage=coverage)
    tx.buckets.replace(brand_id, begin, until, buckets)


def count_buckets(
    brand_id: int,
    mentions: Sequence[CountedMention],
    *,
    since: datetime,
    coverage: Mapping[datetime, float],
) -> list[Bucket]:
    """Count mentions, oldest first, into the buckets from ``since`` on.

    Earlier mentions only tell which stories were heard of already.
    """
    heard: dict[StoryKey, datetime] = {}
    blamed: dict[StoryKey, datetime] = {}
    tallies: dict[datetime, _Tally] = {}
    for mention in mentions:
        tally = _Tally()
        if mention.happened_at >= since:
            tally = tallies.setdefault(bucket_start(mention.happened_at), tally)
        tally.add(mention, heard, blamed)
    return [
        tally.as_bucket(brand_id, start, coverage.get(start, 1.0))
        for start, tally in sorted(tallies.items())
    ]


class _Tally:
    """The running counts of one bucket."""

    __slots__ = (
        "authors", "expected_negative", "mentions", "negative", "negative_stories", "stories",
    )  # fmt: skip

    def __init__(self) -> None:
        self.expected_negative = 0.0
        self.mentions = self.negative = self.stories = self.negative_stories = 0
        self.authors: set[tuple[str, str]] = set()

    def add(
        self,
        mention: CountedMention,
        heard: dict[StoryKey, datetime],
        blamed: dict[StoryKey, datetime],
    ) -> None:
        key = story_key(mention)
        self.mentions += 1
        self.stories += _is_news(heard, key, mention.happened_at)
        self.expected_negative += mention.negative
        self.authors.add((mention.publisher, mention.author or ""))
        if is_negative(mention):
            self.negative += 1
            self.negative_stories += _is_news(blamed, key, mention.happened_at)

    def as_bucket(self, brand_id: int, start: datetime, coverage: float) -> Bucket:
        return Bucket(
            brand_id=brand_id,
            start_at=start,
            mentions=self.mentions,
            negative=self.negative,
            stories=self.stories,
            negative_stories=self.negative_stories,
            authors=len(self.authors),
            coverage=coverage,
            expected_negative=round(self.expected_negative, _DIGITS),
        )


def _is_news(known: dict[StoryKey, datetime], key: StoryKey, at: datetime) -> bool:
    """Whether a story is heard of for the first time; remembers that it was heard now."""
    last = known.get(key)
    known[key] = at
    return last is None or at - last > STORY_MEMORY


def load_history(
    tx: Transaction, brand_ids: Sequence[int], since: datetime, until: datetime
) -> History:
    """Answer the counts of every bucket in ``[since, until)``, zero where none is stored."""
    start = bucket_start(since)
    size = max(0, -((start - until) // BUCKET))
    arrays = [np.zeros((size, len(brand_ids))) for _ in range(4)]
    for column, brand_id in enumerate(brand_ids):
        for bucket in tx.buckets.between(brand_id, start, until):
            row = (bucket.start_at - start) // BUCKET
            arrays[0][row, column] = bucket.negative_stories
            arrays[1][row, column] = bucket.mentions
            arrays[2][row, column] = bucket.negative
            arrays[3][row, column] = bucket.stories
    return History(
        start_at=start,
        stories=arrays[0],
        mentions=arrays[1],
        negative=arrays[2],
        told=arrays[3],
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
