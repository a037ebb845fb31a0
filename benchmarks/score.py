"""Ten thousand stored mentions through ``nabat score``, killed on the way.

Usage: python -m benchmarks.score [--mentions 10000] [--kills 1]

Fills a database in a temporary folder with texts of our corpus, starts
``nabat score``, kills it (SIGKILL) when a part is done, and starts it again.
A trigger of the database counts how often each mention's tone was written.
Exit code 1 when a mention was judged twice by the version, or not at all.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.database import Database
from storage.feeds import SourceEntry
from storage.records import MatchedTerm, NewArticle, NewMention

ROWS = Path(__file__).resolve().parent.parent / "corpus" / "train.jsonl"
BRAND = "Рубикон"
CONFIG = f"""
[storage]
url = "sqlite:///nabat.db"
[[brand]]
name = "{BRAND}"
[[source]]
kind = "rss"
url = "http://127.0.0.1:9/rss"
publisher = "X"
"""
COUNTER = """
CREATE TABLE written (mention INTEGER, model TEXT);
CREATE TRIGGER counter AFTER UPDATE OF tone_model ON mentions WHEN NEW.tone_model IS NOT NULL
BEGIN INSERT INTO written VALUES (NEW.id, NEW.tone_model); END;
"""
NABAT = [str(Path(sys.executable).with_name("nabat")), "score", "--config", "nabat.toml"]


def main() -> None:
    """Fill, kill, go on, count."""
    parser = argparse.ArgumentParser(description="Kill the scoring job on the way.")
    parser.add_argument("--mentions", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=1)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "nabat.toml").write_text(CONFIG, encoding="utf-8")
        url = f"sqlite:///{place / 'nabat.db'}"
        subprocess.run([NABAT[0], "upgrade", "--config", "nabat.toml"], cwd=place, check=True)
        _fill(Database(url), arguments.mentions)
        with sqlite3.connect(place / "nabat.db") as connection:
            connection.executescript(COUNTER)
        for number in range(arguments.kills):
            part = arguments.mentions * (number + 1) // (arguments.kills + 1)
            done = _kill_after(place, part)
            print(f"killed with {done} of {arguments.mentions} mentions judged")
        subprocess.run(NABAT, cwd=place, check=True)
        sys.exit(0 if _once_each(place, arguments.mentions) else 1)


def _fill(database: Database, count: int) -> None:
    now = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    entry = SourceEntry(
        key="rss:x",
        kind="rss",
        address="http://127.0.0.1:9/rss",
        publisher="X",
        interval=timedelta(minutes=10),
    )
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    texts = [row for row in rows if row["target"]]
    with database.begin() as tx:
        (source,) = tx.feeds.sync([entry], now)
        (brand,) = tx.brands.sync([BRAND], now)
        articles = tx.articles.add_new(
            [_article(source.id, number, _named(texts, number), now) for number in range(count)]
        )
        mentions = [_mention(article.id, brand.id, article.text, now) for article in articles]
        tx.mentions.add_new(mentions, now)
    print(f"{len(mentions)} mentions stored")


def _named(texts: list[dict[str, str]], number: int) -> str:
    """A text of the corpus, its target named as our brand is."""
    row = texts[number % len(texts)]
    return f"{number}. {row['text'].replace(row['target'], BRAND)}"


def _article(source: int, number: int, text: str, now: datetime) -> NewArticle:
    url = f"https://x.example/{number}"
    return NewArticle(
        source_id=source, url=url, canonical_url=url, title="", text=text, seen_at=now
    )


def _mention(article: int, brand: int, text: str, now: datetime) -> NewMention:
    start = text.index(BRAND)
    term = MatchedTerm(start=start, end=start + len(BRAND), text=BRAND, term=BRAND, kind="brand")
    return NewMention(
        article_id=article,
        brand_id=brand,
        matched=(term,),
        crisis=(),
        snippet="",
        kind="brand",
        happened_at=now,
    )


def _kill_after(place: Path, wanted: int) -> int:
    """Start the job, kill it once so many mentions are judged; answers how many were."""
    process = subprocess.Popen(NABAT, cwd=place)
    while (done := _written(place)) < wanted and process.poll() is None:
        time.sleep(0.2)
    process.kill()
    process.wait()
    return max(done, _written(place))


def _written(place: Path) -> int:
    with sqlite3.connect(f"file:{place / 'nabat.db'}?mode=ro", uri=True) as connection:
        return int(connection.execute("SELECT count(*) FROM written").fetchone()[0])


def _once_each(place: Path, count: int) -> bool:
    """Whether every mention's tone was written exactly once."""
    with sqlite3.connect(place / "nabat.db") as connection:
        total, mentions, models = connection.execute(
            "SELECT count(*), count(DISTINCT mention), count(DISTINCT model) FROM written"
        ).fetchone()
    print(f"{total} tones written of {mentions} mentions by {models} model version")
    return bool(total == mentions == count and models == 1)


if __name__ == "__main__":
    main()
