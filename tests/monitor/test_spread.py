"""One story on its way: publishers, not copies."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.spread import widest
from storage.counted import CountedMention

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def copy(
    number: int, publisher: str, *, story: int = 1, ago: int = 0, label: str = "negative"
) -> CountedMention:
    """One mention of a story."""
    return CountedMention(
        id=number,
        brand_id=1,
        article_id=number,
        happened_at=NOON - ago * MINUTE,
        story_id=story,
        label=label,
        negative=0.5,
        author=None,
        publisher=publisher,
    )


@pytest.mark.parametrize(
    ("copies", "publishers"),
    [
        ([copy(n, "одна семья", ago=n) for n in range(40)], 1),
        ([copy(n, f"издатель {n}", ago=5 * n) for n in range(8)], 8),
        ([copy(n, f"издатель {n}", ago=120 * n) for n in range(8)], 4),
        ([copy(n, f"издатель {n}", story=n) for n in range(20)], 1),
    ],
    ids=["forty sites of one family", "many owners quickly", "over a day", "many stories"],
)
def test_a_story_spreads_by_the_owners_that_take_it_up_quickly(
    copies: list[CountedMention], publishers: int
) -> None:
    """Reprints inside a family are no spread, and neither are many stories."""
    found = widest(copies, NOON)
    assert found is not None
    assert found.publishers == publishers


def test_a_friendly_story_may_run() -> None:
    """Only negative stories are of interest."""
    friendly = [copy(n, f"издатель {n}", label="positive") for n in range(20)]
    assert widest(friendly, NOON) is None
    assert widest([], NOON) is None


def test_the_spread_tells_how_long_it_took() -> None:
    """From the first publisher to the newest, the order of the rows being no matter."""
    found = widest([copy(1, "а", ago=10), copy(2, "б", ago=90), copy(3, "а", ago=1)], NOON)
    assert found is not None
    assert (found.took, found.copies) == (80 * MINUTE, 3)
