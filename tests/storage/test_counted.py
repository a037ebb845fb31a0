"""What counting needs of mentions, and of what was told before them."""

from datetime import timedelta

from storage.database import Database
from tests.storage.making import HOUR, NOON, begun, mentioned

DAY = timedelta(days=1)


def test_of_the_past_only_stories_that_are_told_again_are_read(database: Database) -> None:
    """Of a brand with thousands of mentions a day a fortnight is not read for every new one."""
    source, brand = begun(database)
    with database.begin() as tx:
        story, other = tx.stories.add(1, "a").id, tx.stories.add(2, "b").id
        times = {"again": 2 * DAY, "other": DAY, "lonely": DAY, "ancient": 20 * DAY, "new": HOUR}
        told = {
            name: mentioned(tx, source, brand, name, published_at=NOON - ago)
            for name, ago in times.items()
        }
        articles = {
            one.title.split()[-1]: one.id for one in tx.articles.after(0, since=NOON - 30 * DAY)
        }
        names = {"again": story, "ancient": story, "new": story, "other": other}
        tx.articles.set_stories({articles[name]: one for name, one in names.items()})
        found = tx.mentions.counted_before(brand, NOON - 2 * HOUR, NOON, memory=14 * DAY)
        assert [one.id for one in found] == [told["again"]]
        assert [one.id for one in tx.mentions.counted(brand, NOON - 2 * HOUR, NOON)] == [
            told["new"]
        ]
        assert tx.mentions.exclude(told["again"], by="Анна", now=NOON)
        assert not tx.mentions.counted_before(brand, NOON - 2 * HOUR, NOON, memory=14 * DAY)
