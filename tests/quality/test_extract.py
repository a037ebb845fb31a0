"""Floors of extraction, on real pages whose article is known.

Raising a floor is a commit; lowering one needs a decision record.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.extract import Extracted, extract

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BODY_FLOOR = 0.98  # mean F1 over runs of four words; trafilatura alone reaches the same
WORST_BODY = 0.85


@dataclass(frozen=True, kw_only=True)
class Known:
    """A page, what is known of it, and what was read."""

    name: str
    truth: dict[str, object]
    found: Extracted


@pytest.fixture(scope="module")
def pages(shared: Path) -> list[Known]:
    """Every page with a known article."""
    folder = shared / "inputs"
    truth = json.loads((folder / "truth.json").read_text())
    return [
        Known(
            name=name,
            truth=facts,
            found=extract((folder / name).read_bytes(), now=NOW, url=facts["url"]),
        )
        for name, facts in truth.items()
    ]


def runs(text: str, length: int = 4) -> Counter[tuple[str, ...]]:
    """The runs of words of a text, with how often each occurs."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i : i + length]) for i in range(max(1, len(words) - length + 1)))


def likeness(found: str, truth: str) -> float:
    """F1 of the runs of words found against those that should be."""
    one, other = runs(found), runs(truth)
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values()))


def test_the_text_of_an_article_is_found(pages: list[Known]) -> None:
    """In Russian, Ukrainian and English, on the layouts of twenty publishers."""
    scores = {
        page.name: likeness(page.found.text, str(page.truth["body"]))
        for page in pages
        if "body" in page.truth
    }
    assert sum(scores.values()) / len(scores) >= BODY_FLOOR, scores
    assert min(scores.values()) >= WORST_BODY, scores


def test_dates_titles_and_authors_are_found(pages: list[Known]) -> None:
    """Exactly, the date to the day where only the day is known."""
    for page in pages:
        if "date" in page.truth:
            said = datetime.fromisoformat(str(page.truth["date"]))
            assert page.found.published_at is not None, page.name
            if said.tzinfo is None:
                assert abs(page.found.published_at.replace(tzinfo=None) - said) < timedelta(
                    days=1.1
                )
            else:
                assert page.found.published_at == said
        if "title" in page.truth:
            assert page.found.title == page.truth["title"]
            assert page.found.author == ", ".join(page.truth["authors"])  # type: ignore[arg-type]
