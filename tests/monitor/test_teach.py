"""The teaching job: from corrected mentions to a correction, or a refusal."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.score import score
from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.retraining import CorrectionError
from monitor.teach import check_set, teach, unteach
from storage.database import Database
from storage.feeds import SourceEntry
from storage.mention_filter import MentionFilter
from storage.records import MatchedTerm, NewArticle, NewMention

PRAISE = "Сегодня Кедр дал жару на участке {}, все говорят только об этом."
BLAME = "Сегодня Кедр дал маху на участке {}, все говорят только об этом."


def fill(database: Database, texts: list[str], now: datetime) -> None:
    with database.begin() as tx:
        entry = SourceEntry(
            key="rss:x",
            kind="rss",
            address="https://x.example/rss",
            publisher="X",
            interval=timedelta(minutes=10),
        )
        (source,) = tx.feeds.sync([entry], now)
        (brand,) = tx.brands.sync(["Кедр"], now)
        articles = tx.articles.add_new(
            [
                NewArticle(
                    source_id=source.id,
                    url=f"https://x.example/{number}",
                    canonical_url=f"https://x.example/{number}",
                    title="",
                    text=text,
                    seen_at=now,
                )
                for number, text in enumerate(texts)
            ]
        )
        tx.mentions.add_new(
            [
                NewMention(
                    article_id=article.id,
                    brand_id=brand.id,
                    matched=terms(article.text),
                    crisis=(),
                    snippet="",
                    kind="brand",
                    happened_at=now,
                )
                for article in articles
            ],
            now,
        )


def terms(text: str) -> tuple[MatchedTerm, ...]:
    """Every occurrence of the brand."""
    return tuple(
        MatchedTerm(start=one.start(), end=one.end(), text="Кедр", term="Кедр", kind="brand")
        for one in re.finditer("Кедр", text)
    )


def mark(database: Database, now: datetime) -> None:
    """A person says of each mention what it really is."""
    with database.begin() as tx:
        for view in tx.mentions.views(MentionFilter()):
            label = "positive" if "жару" in view.text else "negative"
            tx.mentions.correct(view.mention.id, label, by="Анна", now=now)


def test_a_hundred_marks_teach_a_brands_own_vocabulary(
    sqlite_database: Database, now: datetime, tmp_path: Path
) -> None:
    """Accepted with figures; the next scoring run judges the stored mentions anew."""
    texts = [(PRAISE, BLAME)[n % 2].format(n) for n in range(100)]
    fill(sqlite_database, texts, now)
    judge = EmbeddedSentiment(correction=str(tmp_path / "tone.npz"))
    shipped = judge.version
    assert score(sqlite_database, judge, clock=lambda: now) == 100
    mark(sqlite_database, now)
    outcome = teach(sqlite_database, judge)
    assert outcome.accepted, outcome
    assert outcome.figures is not None
    assert outcome.figures.right_after > outcome.figures.right_before
    assert outcome.figures.check_after >= outcome.figures.check_before - 0.01
    assert judge.version.startswith(f"{shipped}+")
    assert score(sqlite_database, judge, clock=lambda: now) == 100
    assert not unteach(judge)
    assert judge.version == shipped


def test_marks_that_agree_on_long_texts_are_refused(
    sqlite_database: Database, now: datetime, tmp_path: Path
) -> None:
    """The label of the whole is not taught to a first sentence that says nothing."""
    calm = "Погода в городе весь день оставалась ясной, ветер был слабый. " * 6
    text = "Кедр стоит в доме {} на Садовой улице. " + calm + "Директора Кедр судят за кражу. "
    fill(sqlite_database, [(text + calm).format(n) for n in range(40)], now)
    judge = EmbeddedSentiment(correction=str(tmp_path / "tone.npz"))
    score(sqlite_database, judge, clock=lambda: now)
    with sqlite_database.begin() as tx:
        for view in tx.mentions.views(MentionFilter()):
            assert view.mention.tone is not None
            tx.mentions.correct(view.mention.id, view.mention.tone.label, by="Анна", now=now)
    outcome = teach(sqlite_database, judge)
    assert (outcome.accepted, outcome.reason) == (False, "not better on the newest marks")


def test_copies_of_one_text_are_one_story(
    sqlite_database: Database, now: datetime, tmp_path: Path
) -> None:
    """Forty marks on the same words teach as much as one."""
    fill(sqlite_database, ["Кедр молчит.", "Кедр  МОЛЧИТ."] * 20, now)
    mark(sqlite_database, now)
    outcome = teach(sqlite_database, EmbeddedSentiment(correction=str(tmp_path / "tone.npz")))
    assert outcome.reason == "40 marks, different stories 1; 30 are needed"


def test_without_marks_nothing_is_written(
    sqlite_database: Database, now: datetime, tmp_path: Path
) -> None:
    """Refused with the reason; the judge stays the shipped one."""
    fill(sqlite_database, ["Кедр молчит."], now)
    path = tmp_path / "tone.npz"
    outcome = teach(sqlite_database, EmbeddedSentiment(correction=str(path)))
    assert not outcome.accepted
    assert not path.exists()


def test_a_judge_without_a_file_says_what_to_configure(sqlite_database: Database) -> None:
    """The mend is in the message."""
    with pytest.raises(CorrectionError, match=r"correction = .* under \[tone\]"):
        teach(sqlite_database, EmbeddedSentiment(correction=""))


def test_the_check_set_has_all_languages_and_labels() -> None:
    """It stands for everything the shipped judge must keep."""
    passages, labels = check_set()
    assert {passage.lang for passage in passages} == {"ru", "uk", "en"}
    assert set(labels) == {"negative", "neutral", "positive"}
    assert all(passage.span for passage in passages)
