"""Mentions into buckets: stories once, by publication time, whatever order they come in."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.counts import STORY_MEMORY, bucket_start, count_buckets, load_history, rebuild
from storage.counted import CountedMention
from storage.records import BUCKET, Bucket
from tests.monitor.conftest import NEGATIVE, NEUTRAL, World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def mention(
    at: datetime, *, story: int | None = None, label: str | None = "negative", negative: float = 0.9
) -> CountedMention:
    """A mention as counting sees it; each call is another article."""
    number = int((at - NOON) / timedelta(seconds=1)) + 10_000_000
    return CountedMention(
        id=number,
        brand_id=1,
        article_id=number,
        happened_at=at,
        story_id=story,
        label=label,
        negative=negative,
        author=None,
        publisher="Издатель",
    )


def count(*mentions: CountedMention, since: datetime = NOON) -> list[Bucket]:
    """The buckets of these mentions."""
    ordered = sorted(mentions, key=lambda one: one.happened_at)
    return count_buckets(1, ordered, since=since, coverage={})


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (NOON, NOON),
        (NOON + 14 * MINUTE, NOON),
        (NOON + 15 * MINUTE, NOON + BUCKET),
        (NOON - timedelta(microseconds=1), NOON - BUCKET),
    ],
    ids=["at the start", "inside", "at the end", "just before"],
)
def test_a_moment_falls_into_one_bucket(moment: datetime, start: datetime) -> None:
    """Half-open quarters of an hour."""
    assert bucket_start(moment) == start


def test_reprints_count_once_as_a_story() -> None:
    """Thirty reprints in two hours are thirty mentions and one story."""
    buckets = count(*(mention(NOON + 4 * n * MINUTE, story=7) for n in range(30)))
    assert sum(bucket.mentions for bucket in buckets) == 30
    assert sum(bucket.negative_stories for bucket in buckets) == 1
    assert buckets[0].negative_stories == 1


def test_a_story_counts_where_it_first_turned_negative() -> None:
    """A neutral report first, an angry reprint later."""
    buckets = count(
        mention(NOON, story=7, label="neutral", negative=0.1),
        mention(NOON + 30 * MINUTE, story=7),
    )
    assert [(bucket.stories, bucket.negative_stories) for bucket in buckets] == [(1, 0), (0, 1)]


def test_a_story_heard_of_before_the_stretch_is_not_new() -> None:
    """Earlier mentions tell what is old news."""
    buckets = count(mention(NOON - timedelta(days=2), story=7), mention(NOON, story=7))
    assert [(bucket.start_at, bucket.negative_stories) for bucket in buckets] == [(NOON, 0)]


def test_after_two_weeks_of_silence_an_old_story_is_news_again() -> None:
    """Reprinted long after, it is a newsbreak."""
    (bucket,) = count(
        mention(NOON - STORY_MEMORY - MINUTE, story=7), mention(NOON, story=7), since=NOON
    )
    assert bucket.negative_stories == 1


def test_what_was_never_folded_is_a_story_of_its_own() -> None:
    """Two articles without a story are two stories."""
    (bucket,) = count(mention(NOON), mention(NOON + MINUTE))
    assert bucket.negative_stories == 2


@pytest.mark.parametrize(
    ("label", "probability", "counts"),
    [("negative", 0.4, True), ("neutral", 0.4, False), (None, 0.0, False)],
    ids=["said so", "said otherwise", "not scored yet"],
)
def test_labels_decide_and_probabilities_are_added_up(
    label: str | None, probability: float, counts: bool
) -> None:
    """A story is negative by its label, whatever the probability; what is expected is the sum."""
    (bucket,) = count(mention(NOON, label=label, negative=probability))
    assert (bucket.negative, bucket.negative_stories) == (int(counts), int(counts))
    assert bucket.expected_negative == probability


def test_every_reprint_adds_its_own_probability() -> None:
    """Expected are negative mentions, not stories; four digits, as probabilities are stored."""
    mentions = (mention(NOON + n * MINUTE, story=7, negative=0.1 * n) for n in range(4))
    assert [bucket.expected_negative for bucket in count(*mentions)] == [0.6]


def test_a_bucket_expects_only_its_own(world: World, now: datetime) -> None:
    """Mentions of before the stretch tell which stories are old, and add nothing."""
    at = bucket_start(now - timedelta(hours=1))
    for moment, tone in ((at - timedelta(days=1), NEGATIVE), (at, NEUTRAL), (at, None)):
        world.mention(moment, tone=tone)
    with world.database.begin() as tx:
        rebuild(tx, world.brand_id, since=at, until=now, coverage={})
        (bucket,) = tx.buckets.between(world.brand_id, at - timedelta(days=2), now)
    assert (bucket.mentions, bucket.negative, bucket.expected_negative) == (2, 0, 0.05)


def test_a_late_original_takes_its_story_along(world: World, now: datetime) -> None:
    """The earlier mention arrives later: the story moves to its bucket."""
    with world.database.begin() as tx:
        story = tx.stories.add(1, "f").id
    world.mention(now - timedelta(hours=1), story_id=story)
    until = now + BUCKET
    with world.database.begin() as tx:
        rebuild(tx, world.brand_id, since=now - timedelta(hours=1), until=until, coverage={})
    world.mention(now - timedelta(hours=5), story_id=story, seen_at=now)
    with world.database.begin() as tx:
        rebuild(tx, world.brand_id, since=now - timedelta(hours=5), until=until, coverage={})
        history = load_history(tx, [world.brand_id], now - timedelta(hours=6), until)
    assert history.stories[:, 0].nonzero()[0].tolist() == [4]
    assert history.mentions.sum() == 2


def test_people_have_the_last_word(world: World, now: datetime) -> None:
    """ "Not us" never counts; a corrected label wins, and is certain."""
    at = now - timedelta(hours=1)
    stranger, praise, complaint = (
        world.mention(at),
        world.mention(at),
        world.mention(at, tone=NEUTRAL),
    )
    with world.database.begin() as tx:
        tx.mentions.exclude(stranger, by="Анна", now=now)
        tx.mentions.correct(praise, "positive", by="Анна", now=now)
        tx.mentions.correct(complaint, "negative", by="Анна", now=now)
        rebuild(tx, world.brand_id, since=at, until=now, coverage={})
        (bucket,) = tx.buckets.between(world.brand_id, at, now)
    assert (bucket.mentions, bucket.negative, bucket.negative_stories) == (2, 1, 1)
    assert bucket.expected_negative == 1


def test_no_bucket_means_nothing_counted(world: World, now: datetime) -> None:
    """Arrays are zero where no row is."""
    with world.database.read() as tx:
        history = load_history(tx, [world.brand_id], now - timedelta(hours=1), now)
    assert history.stories.shape == (4, 1)
    assert history.stories.sum() == 0
