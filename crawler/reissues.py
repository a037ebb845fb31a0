"""Is an entry of a feed stored already, under an address that the feed names no more.

Pure. Some feeds give every entry another link or id at each visit: a session, a time, a
random number. Titles recur, so an article is known again only by its title and its time of
publication together, and where no time of day is told by its whole text as well.
"""

from collections.abc import Iterable
from datetime import datetime

from crawler.feeds import Entry
from crawler.identity import content_hash
from storage.records import Article


def is_reissued(entry: Entry, gone: Iterable[Article], *, wants_page: bool) -> bool:
    """Whether one of the articles whose address is gone from the feed is this entry.

    Of an entry whose page is still to be read the stored text says nothing.
    """
    own = content_hash(entry.title, entry.text)
    is_named = bool(entry.title) and _has_time_of_day(entry.published_at)
    return any(
        (article.content_hash == own and (is_named or bool(entry.text)))
        or (wants_page and is_named and article.title == entry.title)
        for article in gone
        if article.published_at == entry.published_at
    )


def _has_time_of_day(moment: datetime | None) -> bool:
    """Whether more than a day is told; midnight is a full hour in UTC, too."""
    return moment is not None and (moment.minute, moment.second) != (0, 0)
