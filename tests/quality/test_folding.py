"""How many edited reprints of real news fold, and how many different news are taken for one.

The news come from outside the repository, so the tests are skipped where they are not.
"""

import operator
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.identity import StoryIndex

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "matching" / "nerel_train"
AT = datetime(2026, 1, 1, tzinfo=UTC)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
MOST_WRONG = 0.001
NAME = re.compile(r"[А-ЯЁA-Z]\w{4,}")
SAME = 2  # names in common: two reports of one event, which may well be one story

Edit = Callable[[list[str], int], str]


@pytest.fixture(scope="module")
def news() -> list[str]:
    if not FOLDER.is_dir():
        pytest.skip("the news are not here")
    return [path.read_text("utf-8") for path in sorted(FOLDER.glob("*.txt"))]


def _headed_anew(news: list[str], number: int) -> str:
    lead = "Об этом стало известно сегодня утром, передаёт наш собственный корреспондент."
    _, _, body = news[number].partition("\n")
    return f"Новый заголовок {number}\n{lead} {body} Подробности читайте на нашем сайте."


def _cut(news: list[str], number: int) -> str:
    return news[number][: len(news[number]) * 2 // 5]


def _reworded(text: str, news: list[str], chance: random.Random, share: float) -> str:
    words, others = text.split(), news[chance.randrange(len(news))].split()
    for place in chance.sample(range(len(words)), int(share * len(words))):
        words[place] = chance.choice(others)
    return " ".join(words)


def _tenth_changed(news: list[str], number: int) -> str:
    return _reworded(news[number], news, random.Random(number), 0.1)


def _quarter_changed_and_shuffled(news: list[str], number: int) -> str:
    chance = random.Random(number)
    sentences = SENTENCE.split(news[number])
    return _reworded(" ".join(chance.sample(sentences, len(sentences))), news, chance, 0.25)


def _in_a_digest(news: list[str], number: int) -> str:
    before, after = ("".join(random.Random(n).sample(_WORDS, 200)) for n in (number, -number))
    return f"{before}\n{news[number]}\n{after}"


_WORDS = [f"{a}{b}{c} " for a in "абвгдежзик" for b in "аеиоуыюя" for c in "брстлмнпкв"]


@pytest.mark.parametrize(
    ("edit", "floor"),
    [
        pytest.param(_headed_anew, 0.99, id="new title, lead and tail"),
        pytest.param(_cut, 0.99, id="cut to two fifths"),
        pytest.param(_tenth_changed, 0.99, id="tenth of words changed"),
        pytest.param(_in_a_digest, 0.98, id="inside a digest"),
        pytest.param(_quarter_changed_and_shuffled, 0.95, id="quarter changed, shuffled"),
    ],
)
def test_edited_reprints_of_real_news_fold(news: list[str], edit: Edit, floor: float) -> None:
    """Each edited text belongs to the story of the text it was made of, none to another's."""
    index = StoryIndex()
    stories = [index.add(number, "", text, AT).story for number, text in enumerate(news)]

    folded = [
        index.add(len(news) + number, "", edit(news, number), AT + timedelta(hours=1)).story
        for number in range(len(news))
    ]

    found = sum(map(operator.eq, folded, stories))
    missed = sum(story >= len(news) for story in folded)
    assert found / len(news) >= floor
    assert (len(news) - found - missed) / len(news) <= MOST_WRONG


def test_different_news_do_not_fold(news: list[str]) -> None:
    """Those that do are reports of one event, which name the same people and places."""
    index = StoryIndex()
    folded = [index.add(number, "", text, AT) for number, text in enumerate(news)]

    wrong = [
        one
        for one, text in zip(folded, news, strict=True)
        if one.of is not None and len(_names(text) & _names(news[one.of])) < SAME
    ]

    assert len(wrong) / len(news) <= MOST_WRONG


def _names(text: str) -> set[str]:
    return {name[:5] for name in NAME.findall(text)}
