"""``nabat mentions --why``: the passages, their probabilities and shares, for people and programs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nabat import clock
from storage.database import Database
from storage.records import MatchedTerm
from tests.nabat.conftest import Command, Written
from tests.storage.making import HOUR, article, entry, mention, tone

FILLER = "Погода на этой неделе останется сухой и тёплой, говорят синоптики области. " * 8
TEXT = (
    f"Ромашка открыла отделение на площади в центре города, сообщили журналисты. {FILLER}"
    "Вкладчики обвиняют Ромашку в обмане и краже денег, они подали иск в суд. "
)


@pytest.fixture
def config(sqlite_database: Database, written: Written) -> Path:
    """A config over one mention: a neutral opening, an accusation at the end."""
    now = clock.now()
    with sqlite_database.begin() as tx:
        (source,) = tx.feeds.sync([entry("rss:x", publisher="x")], now)
        (brand,) = tx.brands.sync(["Ромашка"], now)
        given = article(source.id, "x", title="Новости\x1b[2J банка", published_at=now - HOUR)
        (stored,) = tx.articles.add_new([replace(given, text=TEXT)])
        places = [TEXT.index("Ромашка"), TEXT.index("Ромашку")]
        matched = tuple(
            MatchedTerm(start=at, end=at + 7, text=TEXT[at : at + 7], term="Ромашка", kind="brand")
            for at in places
        )
        found = replace(mention(stored, brand.id), matched=matched)
        (number,) = tx.mentions.add_new([found], now)
        tx.mentions.record_tones([(number, tone("neutral", model="elder-1"))], now)
    return written('[tone]\nbackend = "linear"')


def test_a_program_gets_each_passage_with_its_share(nabat: Command, config: Path) -> None:
    """Shares sum to 1, and the passages summed by them give the tone's probabilities."""
    outcome = nabat("mentions", "--why", "--json", "-c", config)

    why = json.loads(outcome.out)["why"]
    parts = why["passages"]
    assert [part["text"][part["start"] : part["end"]] for part in parts] == ["Ромашка", "Ромашку"]
    assert sum(part["share"] for part in parts) == pytest.approx(1, abs=1e-3)
    summed = sum(part["share"] * part["p"]["negative"] for part in parts)
    assert summed == pytest.approx(why["p"]["negative"], abs=1e-3)
    assert why["model"].startswith("linear")


def test_a_person_sees_the_target_in_its_passage(nabat: Command, config: Path) -> None:
    """What the stored tone was, who gave it, and what each passage says."""
    outcome = nabat("mentions", "--why", "-c", config)

    assert "обвиняют [Ромашку] в обмане" in outcome.out
    assert "[Ромашка] открыла отделение" in outcome.out
    assert "stored, by elder-1: neutral" in outcome.out
    assert "67%" in outcome.out
    assert "\x1b" not in outcome.out


def test_a_file_holds_the_reasons_too(nabat: Command, config: Path, tmp_path: Path) -> None:
    """A table for a spreadsheet keeps them in one cell."""
    target = tmp_path / "week.csv"
    assert nabat("mentions", "--why", "-o", target, "-c", config).code == 0
    assert "обвиняют Ромашку" in target.read_text(encoding="utf-8-sig")


def test_nothing_found_says_so(nabat: Command, config: Path) -> None:
    """An empty answer is an answer."""
    outcome = nabat("mentions", "--why", "--search", "небывальщина", "-c", config)
    assert (outcome.code, outcome.out) == (0, "nothing found\n")
