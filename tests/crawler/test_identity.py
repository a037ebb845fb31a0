"""Reprints fold however they were edited; different stories with shared phrases do not."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from crawler.identity import StoryIndex, content_hash

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SENTENCES = (
    "Жители дома на Речной улице третий месяц живут без горячей воды и отопления.",
    "Застройщик «Ромашка» обещал подключить котельную ещё в ноябре прошлого года.",
    "По словам председателя совета Ольги Кравцовой, на письма компания не отвечает.",
    "Прокуратура района начала проверку и запросила у фирмы договоры с подрядчиками.",
    "Юрист дольщиков Павел Зимин считает, что сумма иска превысит сорок миллионов рублей.",
    "В мэрии напомнили, что разрешение на ввод второй очереди пока никому не выдавали.",
    "Сотрудники офиса продаж закрыли двери перед журналистами и вызвали охрану.",
    "Следующее заседание суда назначено на конец апреля, истцы просят арестовать счета.",
)
ARTICLE = " ".join(SENTENCES)
OTHER = (
    "Команда города выиграла четвёртый матч подряд и вышла в финал кубка региона. "
    "Тренер Сергей Лапин отметил вратаря, который отбил два пенальти во втором тайме. "
    "Финал пройдёт пятнадцатого мая на стадионе у железнодорожного вокзала, билеты "
    "поступят в кассы через неделю, болельщикам обещают бесплатные автобусы из посёлков."
)
SPUN = (
    "Обитатели дома на Речной улице третий месяц обходятся без горячей воды и тепла. "
    "Строительная фирма «Ромашка» обещала запустить котельную ещё в ноябре минувшего года. "
    "Как говорит председатель совета Ольга Кравцова, на обращения компания не реагирует. "
    "Прокуратура района проводит проверку и затребовала у фирмы соглашения с подрядчиками. "
    "Адвокат дольщиков Павел Зимин полагает, что размер иска превысит сорок миллионов рублей. "
    "В администрации напомнили, что разрешение на ввод второй очереди пока не выдано. "
    "Работники офиса продаж заперли двери перед корреспондентами и позвали охрану. "
    "Очередное заседание суда намечено на конец апреля, истцы требуют арестовать счета."
)


def _words_changed(text: str, share: float) -> str:
    chance = random.Random(7)
    words = text.split()
    for place in chance.sample(range(len(words)), int(len(words) * share)):
        words[place] = f"слово{place}"
    return " ".join(words)


def _shuffled(sentences: tuple[str, ...]) -> str:
    return " ".join(random.Random(3).sample(sentences, len(sentences)))


REPRINTS = {
    "same": ARTICLE,
    "capitals and spaces": "  ".join(ARTICLE.upper().split()),
    "new lead and tail": f"Как стало известно нам вчера вечером. {ARTICLE} Следите за новостями.",
    "cut to 40 percent": " ".join(SENTENCES[:4]),
    "tenth of words changed": _words_changed(ARTICLE, 0.1),
    "quarter of words changed, shuffled": _words_changed(_shuffled(SENTENCES), 0.25),
    "inside a digest": f"{OTHER} {ARTICLE} {OTHER[::-1]}",
    "spun with synonyms": SPUN,
}


@pytest.mark.parametrize("text", REPRINTS.values(), ids=REPRINTS.keys())
def test_an_edited_reprint_is_the_same_story(text: str) -> None:
    """Cutting, heading anew, rewording and setting into a digest do not make news."""
    index = StoryIndex()
    first = index.add(1, "Дом без тепла", ARTICLE, AT)

    folded = index.add(2, "Жильцы мёрзнут", text, AT + HOUR)

    assert folded.story == first.story
    assert folded.of == 1


def test_another_text_begins_a_story() -> None:
    """Nothing in common, nothing folded."""
    index = StoryIndex()
    index.add(1, "", ARTICLE, AT)

    folded = index.add(2, "", OTHER, AT)

    assert (folded.kind, folded.story, folded.of) == ("new", 2, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "Курс доллара на 5 мая составил 65 рублей 40 копеек",
            "Курс доллара на 6 мая составил 66 рублей 10 копеек",
            id="rates",
        ),
        pytest.param("Ужасный банк, не советую никому", "Ужасный сайт, не советую", id="reviews"),
        pytest.param(
            "Погода в Самаре: завтра ожидается дождь, ветер южный, днём до двенадцати градусов",
            "Погода в Туле: завтра ожидается снег, ветер северный, днём до двух градусов",
            id="weather",
        ),
    ],
)
def test_short_texts_of_one_template_stay_apart(one: str, other: str) -> None:
    """A summary folds only when it is really the same text."""
    index = StoryIndex()
    index.add(1, "", one, AT)

    assert index.add(2, "", other, AT).kind == "new"


def test_a_short_text_repeated_with_other_marks_is_an_exact_copy() -> None:
    """Case, quotes and spaces do not count."""
    index = StoryIndex()
    index.add(1, "Суд арестовал счета", "Компания «Ромашка» не платит.", AT)

    folded = index.add(2, "СУД АРЕСТОВАЛ СЧЕТА", 'Компания  "Ромашка" не платит', AT)

    assert folded.kind == "exact"


def test_items_of_one_digest_stay_different_stories() -> None:
    """A digest holds several stories; it must not glue them together."""
    index = StoryIndex()
    index.add(1, "", ARTICLE, AT)
    index.add(2, "", f"{OTHER} {ARTICLE} {OTHER[::-1]}", AT)

    assert index.add(3, "", OTHER, AT).story == 3


def test_texts_further_apart_than_the_window_are_different_stories() -> None:
    """Last year's text printed again is news again."""
    index = StoryIndex(window=timedelta(days=7))
    index.add(1, "", ARTICLE, AT)

    assert index.add(2, "", ARTICLE, AT + timedelta(days=8)).kind == "new"


def test_a_late_original_is_told_to_be_the_earliest() -> None:
    """A reprint may be gathered before what it repeats."""
    index = StoryIndex()
    index.add(1, "", ARTICLE, AT)

    late = index.add(2, "", ARTICLE, AT - HOUR)
    later = index.add(3, "", ARTICLE, AT + HOUR)

    assert (late.story, late.is_earliest) == (1, True)
    assert not later.is_earliest


def test_after_a_restart_texts_fold_as_before() -> None:
    """The index is rebuilt from stored articles and the stories they are known to be in."""
    index = StoryIndex()
    index.restore(1, "", ARTICLE, AT, story=77)
    index.restore(2, "", REPRINTS["cut to 40 percent"], AT, story=77)

    folded = index.add(3, "", SPUN, AT)

    assert folded.story == 77


def test_the_number_of_texts_held_is_bounded() -> None:
    """The oldest go first, and what stays is still found."""
    index = StoryIndex(most_texts=40)
    for number in range(200):
        text = " ".join(f"{number}а{place}" for place in range(30))
        index.add(number, "", text, AT + number * timedelta(minutes=1))

    newest = " ".join(f"199а{place}" for place in range(30))

    assert len(index) <= 40
    assert index.add(500, "Иначе", newest, AT + 200 * timedelta(minutes=1)).story == 199
    assert index.holds(199)
    assert not index.holds(0)


def test_a_story_begun_as_others_are_forgotten_is_known_whole() -> None:
    """Its later copies are later: who began it does not change."""
    index = StoryIndex(most_texts=8)
    for number in range(30):
        said = " ".join(f"{number}а{place}" for place in range(30))
        begun = index.add(number, "", said, AT + number * timedelta(minutes=1))
        copy = index.add(1_000 + number, "Иначе", said, AT + timedelta(days=1))
        assert (begun.story, copy.story, copy.is_earliest) == (number, number, False)
        assert index.holds(number)


def test_variants_of_one_text_do_not_fill_the_memory() -> None:
    """A text that comes again and again with another word is one text to remember."""
    index = StoryIndex(most_texts=40)

    stories = [index.add(number, "", f"{ARTICLE} слово{number}", AT).story for number in range(300)]

    assert set(stories) == {0}
    assert len(index) == 1
    assert index.add(300, "", f"{ARTICLE} слово299", AT).kind == "exact"


@pytest.mark.parametrize("text", ["я", "a" * 100_000, "слово " * 50_000, "\ud800 и"])
def test_any_string_is_folded(text: str) -> None:
    """Broken and huge texts get an answer, the same one twice."""
    index = StoryIndex()

    first, second = (index.add(number, "", text, AT) for number in (1, 2))

    assert (first.kind, second.kind) == ("new", "exact")


@pytest.mark.parametrize("text", ["", " ", "!!!", "🔥🔥", "\ud800"])
def test_texts_without_words_are_never_one_story(text: str) -> None:
    """Two empty pages have nothing in common."""
    index = StoryIndex()

    folded = [index.add(number, "", text, AT) for number in (1, 2)]

    assert [one.story for one in folded] == [1, 2]


def test_the_hash_sees_words_only() -> None:
    """It is stored with each article, so it must not change from run to run."""
    assert content_hash("Суд", "идёт!") == content_hash("СУД", "— идет")
    assert content_hash("Суд", "идёт") != content_hash("Суд", "едет")
