"""Measure matching: documents a second end to end, the first look against a plain one, adding.

    python -m benchmarks.matching [brands ...]        (1000 unless told)

Texts are the Russian ones of ``corpus/train.jsonl`` put together to about 3 kB. The first look and
``re.findall`` with a set are run in turns in one process, so their ratio can be trusted on a
busy machine; times are processor time.
"""

import itertools
import json
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from crawler.folding import fold, words
from crawler.lookup import WordLookup
from crawler.matching import Matcher
from storage.records import Person, Watch

CORPUS = Path(__file__).parent.parent / "corpus" / "train.jsonl"
DOCUMENT = 1_700  # characters: about 3 kB of Russian
ROUNDS = 5
LIMITS = {1_000: 5_000, 10_000: 1_700}  # documents a second on one core
LEAST_RATIO = 3.0
MOST_MILLISECONDS = 5.0


def main(sizes: Sequence[int]) -> None:
    """Print each figure beside its limit."""
    texts = documents()
    for size in sizes:
        watches = made_watches(size)
        began = time.process_time()
        matcher = Matcher(watches)
        print(f"{size} brands: ready in {time.process_time() - began:.1f} s")
        named, spent = matching(matcher, texts)
        rate = len(texts) / spent
        limit = LIMITS.get(size, LIMITS[1_000])
        print(f"  end to end {rate:,.0f} documents/s, limit {limit:,} (x{rate / limit:.2f});")
        print(f"  {named / len(texts):.2f} mentions a document")
        plain = compare_first_look(watches, texts)
        print(f"  end to end takes x{spent / plain:.1f} of re.findall and a set alone")
        print(f"  add one brand {adding(matcher):.2f} ms, limit {MOST_MILLISECONDS} ms")


def matching(matcher: Matcher, texts: Sequence[str]) -> tuple[int, float]:
    """Mentions in all texts, and the seconds to find them."""
    named = sum(len(matcher.match("", text)) for text in texts)
    return named, min(
        spent_on(lambda: [matcher.match("", text) for text in texts]) for _ in range(ROUNDS)
    )


def compare_first_look(watches: Sequence[Watch], texts: Sequence[str]) -> float:
    """The automaton over folded bytes against the plain way, in turns; seconds of the plain."""
    forms = sorted({form for watch in watches for form in forms_of(watch)})
    lookup = WordLookup(key for form in forms for key in fold(form).folded.split())
    plain, pattern = frozenset(forms), re.compile(r"\w+")
    ours = theirs = float("inf")
    for _ in range(ROUNDS):
        ours = min(ours, spent_on(lambda: [lookup.find(fold(text).folded) for text in texts]))
        theirs = min(
            theirs,
            spent_on(lambda: [plain.intersection(pattern.findall(text.lower())) for text in texts]),
        )
    ratio = theirs / ours
    print(f"  first look x{ratio:.1f} of re.findall and a set, limit x{LEAST_RATIO}")
    return theirs


def adding(matcher: Matcher) -> float:
    """Milliseconds to add one brand with a director; the best of some, unlike one another."""
    spent = []
    for stem in ("Вектор", "Лазур", "Гранит", "Север", "Полюс"):
        watch = Watch(
            brand=f"{stem}плюс",
            aliases=(f"{stem} Групп",),
            persons=(Person(name=f"{stem}цев Олег Ильич", role="director"),),
        )
        spent.append(spent_on(partial(matcher.add, watch)))
    return 1_000 * sorted(spent)[len(spent) // 2]


def documents() -> list[str]:
    """The Russian part of the corpus, in shuffled order, as texts of one length."""
    texts = russian_texts()
    random.Random(1).shuffle(texts)
    whole = " ".join(texts)
    starts = range(0, len(whole) - DOCUMENT, DOCUMENT)
    return [whole[start : start + DOCUMENT] for start in starts]


def russian_texts() -> list[str]:
    """The texts of the corpus that take two bytes a letter."""
    records = map(json.loads, CORPUS.read_text("utf-8").splitlines())
    return [record["text"] for record in records if record["lang"] == "ru"]


def made_watches(count: int) -> list[Watch]:
    """Brands put together from parts, each with two persons and a watch with distances."""
    first = words("Рос Мос Сиб Урал Агро Строй Тех Гео Био Мега Евро Инвест Транс Мед Фарм Авто")
    second = words("банк пром снаб торг сервис лайн групп маш хим нефть газ стиль дом ком")
    third = ["", *words("ик ер он ас икс ум ель ан ор ит ус ен ил ад ена ина ара еро ино ада")]
    families = words("Абаз Берд Вал Гор Друг Ермол Жар Зот Кал Лап Мор Нар Ожог Пет Рад Сав Тиш")
    more = words("ов ин енко ук ский ев анов аев ихин ецкий")
    names = ["".join(parts) for parts in itertools.product(first, second, third)]
    people = ["".join(parts) for parts in itertools.product(families, ("", "ар", "ел", "ик"), more)]
    chance = random.Random(2)
    chance.shuffle(names)
    names = [*named_in_corpus(), *names]
    trouble = "обман | скандал | суд | арест | взятка | штраф | авария | пожар"
    return [
        Watch(
            brand=f"{names[number % len(names)]}{number // len(names) or ''}",
            persons=(
                Person(name=f"{chance.choice(people)} Иван Петрович", role="director"),
                Person(name=f"{chance.choice(people)} Ольга Львовна", role="deputy"),
            ),
            queries=(f"brand({names[number % len(names)]}) /15 ({trouble})",),
        )
        for number in range(count)
    ]


def named_in_corpus() -> list[str]:
    """Some of the brands the texts are about, so that every second text has something to find."""
    records = map(json.loads, CORPUS.read_text("utf-8").splitlines())
    return sorted({record["target"] for record in records if len(record["target"]) > 3})[::30]


def forms_of(watch: Watch) -> list[str]:
    """About as many words as the matcher looks for, for the comparison alone.

    Of a name of several words the longest, as the matcher does: a set finds no phrases.
    """
    endings = ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах", "ой", "ых")
    stems = (
        max(words(watch.brand.lower()), key=len),
        *(one.name.split()[0].lower() for one in watch.persons),
    )
    return [stem + ending for stem in stems for ending in endings]


def spent_on(work: Callable[[], object]) -> float:
    """Processor seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [1_000])
