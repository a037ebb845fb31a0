"""Names found in every form, ordinary words left alone, offsets true to the original."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.matching import Match, Matcher
from crawler.snippets import snippet
from storage.records import CrisisTerm, Person, Watch

DIRECTOR = Person(name="Иванов Иван Петрович", role="director")
WATCHES = (
    Watch(
        brand="Ромашка",
        aliases=("Romashka", "ООО «Ромашка»"),
        exclude=("аптека Ромашка",),
        persons=(DIRECTOR,),
        crisis_words=("не сдали дом",),
    ),
    Watch(brand="Ozon", aliases=("Озон",)),
    Watch(brand="Газпром"),
    Watch(brand="Дом у реки"),
    Watch(brand="Наследие", persons=(Person(name="Белый", role="director"),)),
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(WATCHES)


def _texts(match: Match) -> list[str]:
    return [term.text for term in match.matched]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Клиенты «Ромашки» ждут", ["Ромашки"], id="genitive in quotes"),
        pytest.param("скидки в ООО «Ромашка»", ["Ромашка"], id="legal form"),
        pytest.param("Довольны Ромашкою", ["Ромашкою"], id="long instrumental"),
        pytest.param("ромашка цветёт", [], id="flower"),
        pytest.param("купил в «ромашке» шкаф", ["ромашке"], id="lower case in quotes"),
        pytest.param("Romashka's clients", ["Romashka's"], id="English possessive"),
        pytest.param("посылка из Ozon'а", ["Ozon'а"], id="Latin with apostrophe and ending"),
        pytest.param("заказал Ozonом", ["Ozonом"], id="Latin with a Cyrillic ending"),
        pytest.param("@ozon_ru молчит", ["ozon"], id="handle"),
        pytest.param("озон в воздухе", [], id="gas"),
        pytest.param("Газпрoм подорожал", ["Газпрoм"], id="Latin o"),
        pytest.param("Г0зпром", [], id="another letter"),
        pytest.param("Газпр0м", ["Газпр0м"], id="zero for о"),
        pytest.param("ГАЗПРОМОМ", ["ГАЗПРОМОМ"], id="capitals"),
        pytest.param("Газ\u00adпрома", ["Газ\u00adпрома"], id="soft hyphen"),
        pytest.param("Газпро\u0301ма", ["Газпро\u0301ма"], id="stress mark"),
        pytest.param("#ГазпромСкандал", ["Газпром"], id="camel hashtag"),
        pytest.param("#газпром", ["газпром"], id="hashtag"),
        pytest.param("газпромовский пикет", [], id="derived adjective"),
        pytest.param("Живу в Доме у реки", ["Доме у реки"], id="phrase"),
        pytest.param("купили дом у реки", [], id="ordinary phrase"),
        pytest.param("Белого уволили", ["Белого"], id="ambiguous surname"),
        pytest.param("по белому снегу", [], id="adjective"),
        pytest.param("Белый-Петров ушёл", [], id="double surname"),
    ],
)
def test_a_name_is_found_however_it_is_written(
    matcher: Matcher, text: str, expected: list[str]
) -> None:
    """Forms, scripts, marks and tags are seen through; ordinary words are not names."""
    found = [form for match in matcher.match("", text) for form in _texts(match)]

    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Иван Иванов задержан", ["Иванов"], id="first name"),
        pytest.param("Иванов Иван Петрович", ["Иванов"], id="full name"),
        pytest.param("И. П. Иванова ждут", ["Иванова"], id="initials before"),
        pytest.param("Иванов И.П. ушёл", ["Иванов"], id="initials after"),
        pytest.param("директора Иванова", ["Иванова"], id="office"),
        pytest.param("Ромашка и Иванов", ["Ромашка", "Иванов"], id="brand"),
        pytest.param("Иванов вышел", [], id="bare surname"),
        pytest.param("Пётр Иванов", [], id="namesake"),
        pytest.param("Эдуард Иванов и Иван", [], id="namesake with э"),
        pytest.param("Иван Иванов-старший", [], id="his father"),
        pytest.param("Ромашка: ушёл Пётр Иванов", ["Ромашка"], id="namesake beside the brand"),
        pytest.param("Иван Иванов. Иванова ждут", ["Иванов", "Иванова"], id="anchored once"),
        pytest.param("Ivan Ivanov left", ["Ivanov"], id="Latin letters"),
    ],
)
def test_a_person_needs_an_anchor(matcher: Matcher, text: str, expected: list[str]) -> None:
    """First name, initial, office or brand shows whose the surname is."""
    found = [form for match in matcher.match("", text) for form in _texts(match)]

    assert found == expected


@pytest.mark.parametrize(
    ("brand", "text", "expected"),
    [
        ("1С", "сбой в 1C", ["1C"]),  # Latin
        ("X5", "акции Х5", ["Х5"]),  # Cyrillic
        ("Т-Банк", "T-Банка и T-Bank", ["T-Банка", "T-Bank"]),
        ("H&M", "магазин Н&М", ["Н&М"]),
        ("5ka", "акция 5ka", ["5ka"]),
        ("ПИК", "в ПИКе врут на пике", ["ПИКе"]),
        ("ООО «Зелёный мыс»", "#ЗелёныйМыс, #зеленыймыс", ["ЗелёныйМыс", "зеленыймыс"]),
        ("Альфа-Банк", "в Альфабанке, альфабанку", ["Альфабанке", "альфабанку"]),
        ("Кока-Кола", "Кокаколой, но не кокаколу", ["Кокаколой"]),
        ("АТБ", "просрочка в атб", ["атб"]),
        ("Почта России", "@почтароссии, почтароссии", ["почтароссии"]),
    ],
)
def test_brands_are_written_in_many_ways(brand: str, text: str, expected: list[str]) -> None:
    """Letters nobody can tell apart beside digits, capitals with an ending, words run together."""
    matcher = Matcher([Watch(brand=brand)])

    assert [form for match in matcher.match("", text) for form in _texts(match)] == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Зайцев", "Зайцев обманул", ["Зайцев"]),
        ("Адвокат", "Адвокат обманул", []),
        ("Голов", "Голова Подольска обманул", []),
        ("Королёв", "Королева Великобритании обманула", []),
        ("Кравченко", "Кравченко обманув", ["Кравченко"]),
        ("Иванова", "Арест Ивановой", ["Ивановой"]),
        ("Иванова", "Жители Иванова", []),
        ("Алиев Али", "Али Алиева ищут. Али Гусейнов", ["Алиева"]),
        ("Кравець Олег Ілліч", "позов до Олега Кравця", ["Кравця"]),
        ("Роман Абрамович", "Абрамовича ждут. Роман Абрамович", ["Абрамовича", "Абрамович"]),
        ("Светлана Алексиевич", "С. Алексиевич против", ["Алексиевич"]),
        ("Иван Иванович", "Ивана Петровича. Ивану Ивановичу", ["Ивану Ивановичу"]),
        ("Мартынова Екатерина", "Катю Мартынову уволили", ["Мартынову"]),
        ("Куприн Александр Иванович", "Саша Куприн. С. Куприн", ["Куприн"]),
        ("Куприн Александр Иванович", "Alexander Kuprin left", ["Kuprin"]),
        ("Шевченко Мария", "Mary Shevchenko left", ["Shevchenko"]),
        ("Шевченко Мария", "Maryna Shevchenko left", []),
        ("Шевченко Елена", "Лена Шевченко. Ленар Шевченко против", ["Шевченко"]),
        ("Евтушенко Евгений", "Yevgeny Yevtushenko left", ["Yevtushenko"]),
        ("Васильев Алексей", "Alexey Vasiliev and Alexei Vasilyev", ["Vasiliev", "Vasilyev"]),
        ("Гайдай Ігор", "Ihor Haidai left", ["Haidai"]),
        ("Богомолец Ольга", "позов Ольги Богомолець", ["Богомолець"]),
    ],
)
def test_people_are_known_by_many_names(name: str, text: str, expected: list[str]) -> None:
    """Bare surnames, patronymics of both languages, short first names, English spellings."""
    matcher = Matcher([Watch(brand="Слобода", persons=(Person(name=name, role=""),))])

    assert [form for match in matcher.match("", text) for form in _texts(match)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Власти ждут. Все власти ждут", [], id="the text writes it small"),
        pytest.param("Власти ждут", [], id="a plural of a name in the singular"),
        pytest.param("Властью недовольны", ["Властью"], id="nothing speaks against it"),
        pytest.param("Власть ждут. Все власти ждут", ["Власть"], id="as the watch writes it"),
        pytest.param("Читал во Власти. Власти ждут. Все власти", ["Власти"] * 2, id="sure once"),
        pytest.param("«Власти» вышли. Все власти ждут", ["Власти"], id="quoted"),
        pytest.param("ведущий эксперт", [], id="э is seen through"),
    ],
)
def test_a_word_that_begins_a_sentence_may_be_ordinary(text: str, expected: list[str]) -> None:
    """The text itself tells whether the capital is only the sentence's."""
    matcher = Matcher([Watch(brand="Власть"), Watch(brand="Эксперт")])

    assert [form for match in matcher.match("", text) for form in _texts(match)] == expected


def test_an_excluded_phrase_is_somebody_else(matcher: Matcher) -> None:
    """Occurrences inside the phrase fall out; others in the same text stay."""
    (match,) = matcher.match("", "В аптеке Ромашка тихо, а Ромашку судят")

    assert _texts(match) == ["Ромашку"]


def test_an_excluded_phrase_without_the_name_refuses_the_text() -> None:
    """«футбол» on a club's namesake keeps sports pages out."""
    matcher = Matcher([Watch(brand="Спартак", exclude=("футбольный матч",))])

    assert matcher.match("", "Спартак выиграл. Итоги футбольного матча") == ()


def test_title_and_text_keep_their_own_offsets(matcher: Matcher) -> None:
    """Each term says which field its offsets are in."""
    (match,) = matcher.match("Скандал в «Ромашке»", "Директор Ромашки молчит")

    assert [(t.field, t.start, t.text) for t in match.matched] == [
        ("title", 11, "Ромашке"),
        ("text", 9, "Ромашки"),
    ]
    assert [(t.field, t.text, t.term) for t in match.crisis] == [("title", "Скандал", "скандал")]


def test_crisis_words_far_from_the_name_are_left_out(matcher: Matcher) -> None:
    """Same sentence or fifteen words: a fraud at the other end of a digest is not ours."""
    far = "Ромашка открыла магазин. " + "Дождь идёт весь день. " * 10 + "Мошенника задержали."

    (match,) = matcher.match("", far)

    assert match.crisis == ()


def test_crisis_words_that_a_watch_asks_for_are_crisis_words_still() -> None:
    """They are no names themselves: what stands near them alone is not near the brand."""
    far = "Дождь идёт весь день. " * 10
    text = f"Скандал вокруг Ромашки. {far}Там скандал, здесь обманутые дольщики. Крах биржи."
    matcher = Matcher(
        [
            Watch(brand="Ромашка", queries=("brand(Ромашка) /5 скандал",)),
            Watch(brand="Стройка", queries=('"обманутые дольщики"',)),
        ]
    )

    ours, theirs = matcher.match("", text)

    assert [(term.text, term.start) for term in ours.crisis] == [("Скандал", 0)]
    assert [term.text for term in theirs.crisis] == ["скандал", "обманутые", "дольщики", "Крах"]


def test_misspellings_count_within_the_budget() -> None:
    """None unless asked for; then in every form, and never an ordinary word."""
    text = "Сбирбанку стыдно, а магниты целы"
    strict = Matcher([Watch(brand="Сбербанк"), Watch(brand="Магнит")])
    lenient = Matcher([Watch(brand="Сбербанк", misspellings=20), Watch(brand="Магнит")])

    assert strict.match("", text) == ()
    assert [form for match in lenient.match("", text) for form in _texts(match)] == ["Сбирбанку"]


def test_a_brand_has_crisis_words_of_its_own(matcher: Matcher) -> None:
    """They are found in every form, phrases too."""
    (match,) = matcher.match("", "Ромашка опять не сдала дом")

    assert [term.term for term in match.crisis] == ["не сдали дом"]


def test_a_watch_added_later_is_found_at_once() -> None:
    """A running matcher needs no rebuild, and its version tells the change."""
    matcher = Matcher(WATCHES)
    before = matcher.version

    matcher.add(Watch(brand="Сбербанк"))

    assert [match.brand for match in matcher.match("", "в Сбербанке")] == ["Сбербанк"]
    assert matcher.version != before


def test_the_snippet_shows_the_name_beside_the_trouble(matcher: Matcher) -> None:
    """Of several occurrences the one nearest to a crisis word is shown."""
    text = "Ромашка цвела. " + "Слово за слово. " * 60 + "Ромашку обвинили в обмане вкладчиков."
    (match,) = matcher.match("", text)

    shown = snippet("", text, match, width=120)

    assert "Ромашку обвинили" in shown
    assert shown.startswith("…")
    assert len(shown) <= 122


def test_a_name_is_disguised_in_any_of_its_words(matcher: Matcher) -> None:
    """Not in the longest only."""
    told = [matcher.match("", text)[0].disguised for text in ("Дом у реки", "Дoм у реки")]

    assert told == [False, True]


def test_letters_of_two_characters_are_letters(matcher: Matcher) -> None:
    """й as и and its breve, at the end of a word too."""
    text = unicodedata.normalize("NFD", "Николай Белый, «мой Озон» и Дом у реки")

    found = {term.text for match in matcher.match("", text) for term in match.matched}

    assert found == {unicodedata.normalize("NFD", "Белый"), "Озон", "Дом у реки"}


class _Walked(tuple[CrisisTerm, ...]):
    """Crisis words that count how often somebody goes through them all."""

    walks = 0

    def __iter__(self) -> Iterator[CrisisTerm]:
        self.walks += 1
        return super().__iter__()


def test_a_snippet_goes_through_the_crisis_words_once_a_field(matcher: Matcher) -> None:
    """Not once a name: a long post of nothing but names and trouble would hold up the database."""
    text = "Слово за слово. Ромашка цвела. " * 100 + "Обман, Ромашка!"
    (match,) = matcher.match("Ромашка", text)
    crisis = _Walked(match.crisis)

    shown = snippet("Ромашка", text, replace(match, crisis=crisis), width=40)

    assert "Обман, Ромашка!" in shown
    assert crisis.walks == 2


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_string_is_matched_without_an_error(title: str, text: str) -> None:
    """Hostile input is normal, and every offset slices back to what was reported."""
    fields = {"title": title + " Газпрома", "text": text + " #ГазпромОбман Ozon'у " + text}

    for match in _MATCHER.match(fields["title"], fields["text"]):
        for term in (*match.matched, *match.crisis):
            assert fields[term.field][term.start : term.end] == term.text


@pytest.mark.parametrize(
    "text",
    ["Ива\ud800н Белый", "Бе\ud800лов Белый-Бе\ud800лов", "\ud800. Белого, в Бе\udfffлый"],
)
def test_half_a_character_beside_a_name_is_no_error(matcher: Matcher, text: str) -> None:
    """The dictionary cannot be asked about a lone surrogate, so it is not."""
    for match in matcher.match(text, f"{text} и Ромашка"):
        assert match.brand in {watch.brand for watch in WATCHES}


def test_a_word_of_ten_megabytes_is_just_a_word(matcher: Matcher) -> None:
    """Time and memory follow the length of the text, nothing worse."""
    assert matcher.match("", "Газпром" * 1_500_000) == ()


@pytest.mark.parametrize("sign", ["'", "\u0301", "#Га", "«", "."])
def test_a_million_signs_around_a_name_are_only_signs(matcher: Matcher, sign: str) -> None:
    """Neither time nor offsets suffer."""
    text = f"{sign * 1_000_000} Газпром {sign * 1_000_000}"

    (match,) = matcher.match("", text)

    assert "Газпром" in {text[term.start : term.end] for term in match.matched}


def test_parts_of_several_tags_are_found_where_they_stand(matcher: Matcher) -> None:
    """CamelCase is taken apart in every tag of a text."""
    text = "#ДомКупили сегодня #НеОзонНоСбер и #СкандалГазпрома"

    found = [(m.brand, m.matched[0].start, m.matched[0].text) for m in matcher.match("", text)]

    assert found == [("Ozon", 22, "Озон"), ("Газпром", 43, "Газпрома")]


_MATCHER = Matcher(WATCHES)
