"""The scoring job: each mention once by each version, whatever happens."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from monitor.evaluate import evaluate
from monitor.score import judge_mentions, score
from monitor.sentiment.linear import LinearSentiment
from monitor.sentiment.protocol import Passage
from monitor.sentiment.verdict import tone_of
from storage.database import Database
from storage.feeds import SourceEntry
from storage.mention_filter import MentionFilter
from storage.records import CrisisTerm, MatchedTerm, MentionView, NewArticle, NewMention, Tone


@dataclass(frozen=True, slots=True)
class CountingSentiment:
    """A judge that remembers what it was asked."""

    kind: ClassVar[str] = "counting"
    version: str = "counting-1"
    asked: list[Passage] = field(default_factory=list)
    dies_after: int = 10**9

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        if len(self.asked) + len(passages) > self.dies_after:
            raise KeyboardInterrupt
        self.asked.extend(passages)
        return [tone_of(0.8, 0.1, 0.1, model=self.version) for _ in passages]


TEXT = "Клиенты Рубикона жалуются на обман."


def fill(database: Database, count: int, now: datetime, text: str = TEXT) -> None:
    """Store ``count`` mentions of one brand."""
    start = text.find("Рубикон")
    with database.begin() as tx:
        entry = SourceEntry(
            key="rss:x",
            kind="rss",
            address="https://x.example/rss",
            publisher="X",
            interval=timedelta(minutes=10),
        )
        (source,) = tx.feeds.sync([entry], now)
        (brand,) = tx.brands.sync(["Рубикон"], now)
        stored = tx.articles.add_new(
            [
                NewArticle(
                    source_id=source.id,
                    url=f"https://x.example/{number}",
                    canonical_url=f"https://x.example/{number}",
                    title=f"Новость {number}",
                    text=text,
                    seen_at=now,
                )
                for number in range(count)
            ]
        )
        term = MatchedTerm(
            start=start, end=start + 8, text=text[start : start + 8], term="Рубикон", kind="brand"
        )
        tx.mentions.add_new(
            [
                NewMention(
                    article_id=article.id,
                    brand_id=brand.id,
                    matched=(term,),
                    crisis=(),
                    snippet="",
                    kind="brand",
                    happened_at=now,
                )
                for article in stored
            ],
            now,
        )


def views(database: Database) -> list[MentionView]:
    with database.read() as tx:
        return tx.mentions.views(MentionFilter())


def test_every_mention_is_judged_once_by_each_version(database: Database, now: datetime) -> None:
    """A second run of the same version has nothing to do; a new version judges anew."""
    fill(database, 7, now)
    old, new = CountingSentiment(), CountingSentiment(version="counting-2")
    assert [score(database, judge, clock=lambda: now, batch=3) for judge in (old, old, new)] == [
        7,
        0,
        7,
    ]
    assert len(old.asked) == 7
    assert {view.mention.tone.model for view in views(database) if view.mention.tone} == {
        "counting-2"
    }


def test_a_run_out_of_patience_leaves_the_rest_to_the_next(
    sqlite_database: Database, now: datetime
) -> None:
    """A daemon crawls between; at least one batch is done."""
    fill(sqlite_database, 7, now)
    judge = CountingSentiment()
    patience = timedelta(0)

    done = [
        score(sqlite_database, judge, clock=lambda: now, batch=3, patience=patience)
        for _ in range(4)
    ]

    assert done == [3, 3, 1, 0]


def test_what_was_judged_in_the_meantime_stays(database: Database, now: datetime) -> None:
    """Two runs that overlap write each tone once, also where a lease was lost."""
    fill(database, 1, now)
    later = now + timedelta(minutes=1)
    tone = tone_of(0.1, 0.8, 0.1, model="counting-1")

    score(database, CountingSentiment(), clock=lambda: now)
    with database.begin() as tx:
        tx.mentions.record_tones([(views(database)[0].mention.id, tone)], later)

    assert [view.mention.tone.label for view in views(database) if view.mention.tone] == [
        "negative"
    ]


def test_the_sentence_that_names_the_brand_is_what_is_judged(
    sqlite_database: Database, now: datetime
) -> None:
    """The judge sees the passage and where the brand stands in it."""
    fill(sqlite_database, 1, now)
    judge = CountingSentiment()
    score(sqlite_database, judge, clock=lambda: now)
    assert [(asked.text, asked.span) for asked in judge.asked] == [(TEXT, (8, 16))]


def test_a_crisis_word_that_a_watch_asked_for_is_no_target_beside_a_name(
    sqlite_database: Database, now: datetime
) -> None:
    """A watch `рубикон /s штраф` is about Рубикон, whoever was fined; `штраф` is about the fine."""
    text = "Штраф получил сосед, а Рубикон хвалят."
    fill(sqlite_database, 1, now, text=text)
    (found,) = views(sqlite_database)
    judge = CountingSentiment()
    fine = MatchedTerm(start=0, end=5, text="Штраф", term="штраф", kind="watch")
    name = replace(found.mention.matched[0], kind="watch")
    asked = CrisisTerm(start=0, end=5, text="Штраф", term="штраф")

    for matched in ((fine, name), (fine,)):
        mention = replace(found.mention, matched=matched, crisis=(asked,))
        judge_mentions(judge, [replace(found, mention=mention)])

    assert [text[slice(*passage.span)] for passage in judge.asked if passage.span] == [
        "Рубикон ",
        "Штраф",
    ]


class Looked(tuple[Any, ...]):
    """Records that count how often they are looked through."""

    looks = 0

    def __iter__(self) -> Iterator[Any]:
        self.looks += 1
        return super().__iter__()

    def __contains__(self, one: object) -> bool:
        self.looks += 1
        return super().__contains__(one)


def test_a_page_full_of_a_crisis_word_is_cut_at_once(
    sqlite_database: Database, now: datetime
) -> None:
    """A hostile page would hold up the tones of all the others."""
    fill(sqlite_database, 1, now)
    (found,) = views(sqlite_database)
    places = range(0, 120_000, 6)
    text = "Обман " * len(places)
    matched = Looked(
        MatchedTerm(start=at, end=at + 5, text="Обман", term="обман", kind="watch") for at in places
    )
    crisis = Looked(CrisisTerm(start=at, end=at + 5, text="Обман", term="обман") for at in places)
    mention = replace(found.mention, matched=matched, crisis=crisis)

    judge_mentions(CountingSentiment(), [replace(found, text=text, mention=mention)])

    assert 2 <= matched.looks + crisis.looks < 10


def test_a_mention_whose_offsets_no_longer_fit_is_judged_by_its_title(
    sqlite_database: Database, now: datetime
) -> None:
    """An article cut shorter after matching still gets a tone."""
    fill(sqlite_database, 1, now, text="Коротко")
    judge = CountingSentiment()
    assert score(sqlite_database, judge, clock=lambda: now) == 1
    assert "Новость 0" in judge.asked[0].text


def test_a_limit_is_kept_and_progress_told(sqlite_database: Database, now: datetime) -> None:
    """A tick may take a bounded bite of a long queue."""
    fill(sqlite_database, 5, now)
    told: list[int] = []
    assert (
        score(
            sqlite_database,
            CountingSentiment(),
            clock=lambda: now,
            batch=2,
            limit=3,
            progress=told.append,
        )
        == 3
    )
    assert told == [2, 3]


def test_what_was_written_before_a_death_is_not_judged_again(
    sqlite_database: Database, now: datetime
) -> None:
    """The process may die between two batches; the next run goes on."""
    fill(sqlite_database, 6, now)
    with pytest.raises(KeyboardInterrupt):
        score(sqlite_database, CountingSentiment(dies_after=4), clock=lambda: now, batch=2)
    assert score(sqlite_database, CountingSentiment(), clock=lambda: now, batch=2) == 2


def test_a_persons_label_stays(sqlite_database: Database, now: datetime) -> None:
    """The model may think otherwise; the correction is kept beside it."""
    fill(sqlite_database, 1, now)
    (view,) = views(sqlite_database)
    with sqlite_database.begin() as tx:
        tx.mentions.correct(view.mention.id, "neutral", by="Анна", now=now)
    score(sqlite_database, CountingSentiment(), clock=lambda: now)
    (view,) = views(sqlite_database)
    assert (view.mention.corrected, view.mention.corrected_by) == ("neutral", "Анна")


def test_what_is_judged_late_in_a_long_run_is_counted(
    sqlite_database: Database, now: datetime
) -> None:
    """The daemon counts beside it, and looks only at what changed since it last did."""
    fill(sqlite_database, 6, now)
    clock = [now]

    def count() -> None:
        evaluate(sqlite_database, {}, now=clock[0], timezone=UTC)

    class Slow(CountingSentiment):
        def judge(self, passages: Sequence[Passage]) -> list[Tone]:
            clock[0] += timedelta(hours=1)
            count()
            return [tone_of(0.8, 0.1, 0.1, model=self.version) for _ in passages]

    count()
    score(sqlite_database, Slow(), clock=lambda: clock[0], batch=2)
    count()
    with sqlite_database.read() as tx:
        (brand,) = tx.brands.active()
        counted = tx.buckets.between(brand.id, now - timedelta(hours=1), clock[0])
    assert sum(bucket.negative for bucket in counted) == 6


SCORER = """
import sys
from datetime import UTC, datetime
from monitor.score import judge_mentions, score
from monitor.sentiment.linear import LinearSentiment
from storage.database import Database
moment = datetime.fromtimestamp(1772452800, UTC)
score(Database(sys.argv[1]), LinearSentiment(), clock=lambda: moment, batch=50,
      progress=lambda done: print(done, flush=True))
"""


def test_a_kill_in_the_middle_loses_nothing_and_repeats_nothing(
    sqlite_database: Database, now: datetime
) -> None:
    """kill -9 after the second stored batch: the rest is judged by the next run, once."""
    fill(sqlite_database, 500, now)
    url = str(sqlite_database.engine.url)
    process = subprocess.Popen([sys.executable, "-c", SCORER, url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with sqlite_database.read() as tx:
        left = len(tx.mentions.unscored(LinearSentiment().version, limit=1000))
    assert 0 < left <= 400
    assert score(sqlite_database, LinearSentiment(), clock=lambda: now) == left
    assert all(view.mention.tone is not None for view in views(sqlite_database))
