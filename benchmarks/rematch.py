"""Measure looking back: stored articles matched again for a new watch, and searched by a word.

    python -m benchmarks.rematch [articles]        (10000 unless told)

A fresh SQLite file is filled with texts of about 3 kB; fifty brands are watched, then one
more. Rates are of processor time, everything from the first row read to the last one
written; the search is the time of one, found in all its forms.
"""

import json
import sys
import time
from datetime import timedelta

from benchmarks.loopback import NOW, fresh_database
from benchmarks.match_command import lines
from benchmarks.matching import made_watches, spent_on
from crawler.matching import Matcher
from crawler.rematch import rematch
from crawler.sources.protocol import entry_of
from crawler.sources.rss import RssSource
from crawler.word_forms import asked_forms
from storage.database import Database
from storage.mention_filter import MentionFilter
from storage.records import NewArticle, Watch

BRANDS = 50
LEAST = 1_000  # articles a second
LONGEST = 0.5  # seconds of a search


def main(count: int) -> None:
    """Print the rates beside their limits."""
    watches = made_watches(BRANDS)
    with fresh_database() as database:
        fill(database, count, watches)
        rematch(database, Matcher(watches), clock=lambda: NOW)
        new = Watch(brand="Новый банк", aliases=("Сбербанк",))
        matcher = Matcher([*watches, new])
        spent = spent_on(lambda: rematch(database, matcher, clock=lambda: NOW))
        print(f"every watch again {count / spent:,.0f} articles/s, limit {LEAST:,}")
        spent = spent_on(lambda: rematch(database, matcher, clock=lambda: NOW, brand=new.brand))
        print(f"one brand alone {count / spent:,.0f} articles/s, limit {LEAST:,}")
        began = time.perf_counter()
        found = searched(database, "Банк")
        print(f"a word in {found} mentions: {time.perf_counter() - began:.3f} s, limit {LONGEST}")


def fill(database: Database, count: int, watches: list[Watch]) -> None:
    """Store the articles, matched against nothing yet."""
    with database.begin() as tx:
        tx.brands.sync([*(watch.brand for watch in watches), "Новый банк"], NOW)
        feed = entry_of(RssSource(url="https://news.example/rss"), interval=timedelta(minutes=10))
        (source,) = tx.feeds.sync([feed], NOW)
    articles = [
        NewArticle(
            source_id=source.id,
            url=f"https://news.example/{number}",
            canonical_url=f"https://news.example/{number}",
            title=f"Новость {number}",
            text=json.loads(line)["text"],
            seen_at=NOW,
            published_at=NOW - timedelta(minutes=number),
        )
        for number, line in enumerate(lines(count))
    ]
    for start in range(0, count, 1_000):
        with database.begin() as tx:
            tx.articles.add_new(articles[start : start + 1_000])


def searched(database: Database, word: str) -> int:
    """How many mentions have the word in any form."""
    with database.read() as tx:
        return len(tx.mentions.views(MentionFilter(search=(tuple(asked_forms(word)),))))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
