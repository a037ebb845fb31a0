"""Watches of the watch language, judged on texts."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.matching import Matcher
from crawler.watch_language import WatchError, parse
from crawler.watch_tree import And, Field, Near, Node, Not, Or, Phrase, Word
from storage.records import Watch

RIVER = '"дом у реки" /s (обман | (не /3 сдали))'


def _found(query: str, text: str, title: str = "") -> list[str] | None:
    """The words a watch finds, None when it refuses the text."""
    matches = Matcher([Watch(brand="zz", queries=(query,))]).match(title, text)
    return [term.text for term in matches[0].matched] if matches else None


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        pytest.param("обман", "Обманом занялись", ["Обманом"], id="every form"),
        pytest.param("=обман", "обманом занялись", None, id="exact refuses a form"),
        pytest.param("=обман", "Обман!", ["Обман"], id="exact"),
        pytest.param("^Роза", "роза цветёт", None, id="capital refuses"),
        pytest.param("^Роза", "с Розой", ["Розой"], id="capital"),
        pytest.param("мошен*", "мошенники и мошна", ["мошенники"], id="beginning"),
        pytest.param("мошен*", "мoшенники", ["мoшенники"], id="beginning in letters of two scripts"),
        pytest.param('"дом у реки"', "дoм у реки", ["дoм у реки"], id="phrase of two scripts"),
        pytest.param("кредит вклад", "вклады и кредиты", ["вклады", "кредиты"], id="and"),
        pytest.param("кредит вклад", "только кредиты", None, id="and needs both"),
        pytest.param("кредит OR вклад", "только вклады", ["вклады"], id="or"),
        pytest.param("банк -река", "берег реки, банк", None, id="not"),
        pytest.param("банк -река", "банк", ["банк"], id="not absent"),
        pytest.param("банк (-река -море)", "банк", ["банк"], id="nots in brackets"),
        pytest.param("банк (-река -море)", "банк, моря", None, id="nots in brackets refuse"),
        pytest.param('"дом у реки"', "дом у реки", ["дом у реки"], id="phrase"),
        pytest.param('"дом у реки"', "доме у реки", None, id="phrase is exact"),
        pytest.param("phrase(дом у реки)", "в Доме у реки", ["Доме у реки"], id="phrase forms"),
        pytest.param("кот /2 пёс", "кот, пёс", ["кот", "пёс"], id="next to it"),
        pytest.param("кот /2 пёс", "пёс не кот", ["пёс", "кот"], id="either order"),
        pytest.param("кот /2 пёс", "кот и ещё пёс", None, id="too far"),
        pytest.param("кот /+2 пёс", "пёс и кот", None, id="wrong order"),
        pytest.param("кот /+2 пёс", "кот и пёс", ["кот", "пёс"], id="right order"),
        pytest.param("кот /s пёс", "Кот спит. Пёс ест.", None, id="two sentences"),
        pytest.param("кот /s пёс", "Кот А. Б. Иванова и пёс", ["Кот", "пёс"], id="initials"),
        pytest.param("кот /s пёс", "кот из г. Тулы, пёс", ["кот", "пёс"], id="abbreviation"),
        pytest.param(RIVER, "Дом у реки: опять не всё сдали", ["Дом у реки", "не", "сдали"],
                     id="the example of the configuration"),
        pytest.param(RIVER, "Дом у реки сдали. Обман?", None, id="the example refuses"),
        pytest.param("name(Иванов)", "Ивановой и Ивановым", ["Ивановой", "Ивановым"], id="name"),
        pytest.param("name(Иванов, m)", "Ивановой", None, id="name of a man"),
        pytest.param("name(Иванов Иван)", "Иванов", None, id="full name needs its anchor"),
        pytest.param("brand(Ozon, Озон)", "Озоном и Ozon'у", ["Озоном", "Ozon'у"], id="brand"),
        pytest.param("brand(Озон)", "слой озона", None, id="brand gate"),
        pytest.param("brand(Озон, any)", "слой озона", ["озона"], id="brand in any case"),
        pytest.param("не /1 работает", "не работает", ["не", "работает"], id="frequent word"),
        pytest.param("Сбербанк-онлайн", "Сбербанк-Онлайне", ["Сбербанк-Онлайне"], id="hyphen"),
    ],
)  # fmt: skip
def test_a_watch_finds_what_it_says(query: str, text: str, expected: list[str] | None) -> None:
    """Words in all forms, phrases, distances and negation."""
    assert _found(query, text) == expected


def test_fields_are_told_apart() -> None:
    """title: and body: look in their own place only."""
    assert _found("title:(кот)", "кот", title="пёс") is None
    assert _found("title:(кот) body:(пёс)", "пёс", title="Кот") == ["Кот", "пёс"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("title:(кот пёс)", False),
        ("title:(кот -пёс)", True),
        ("title:(кот /9 пёс)", False),
        ("title:(кот | (лев пёс))", True),
        ("title:(лев | (кот пёс))", False),
    ],
)
def test_all_that_a_field_says_is_said_of_that_field(query: str, found: bool) -> None:
    """Also what must not be there, and what is near."""
    assert (_found(query, "Пёс лает", title="Кот") is not None) == found


def test_a_phrase_does_not_cross_from_title_to_text() -> None:
    """The end of the title is an end."""
    assert _found('"дом реки"', "реки текут", title="Дом") is None


def test_what_a_watch_found_is_of_the_kind_watch() -> None:
    """With the word of the watch it is a form of."""
    matcher = Matcher([Watch(brand="Ромашка", queries=("обман /3 ^Роза",))])

    (match,) = matcher.match("", "Роза: обманом всех")

    assert match.kind == "watch"
    assert [(term.term, term.kind) for term in match.matched] == [
        ("Роза", "watch"),
        ("обман", "watch"),
    ]


def test_watches_share_words_and_keep_apart() -> None:
    """The same word in two watches is looked for once, and each is judged alone."""
    matcher = Matcher(
        [Watch(brand="a", queries=("кот пёс",)), Watch(brand="b", queries=("кот рыба",))]
    )

    assert [match.brand for match in matcher.match("", "кот и рыба")] == ["b"]


def test_a_list_of_one_watch_inside_a_list_of_another_is_looked_for() -> None:
    """What the first made of its list does not hide the second's."""
    matcher = Matcher(
        [
            Watch(brand="a", queries=("рыба (кот | пёс)",)),
            Watch(brand="b", queries=('"дом у реки" | (кот | пёс)',)),
        ]
    )

    assert [match.brand for match in matcher.match("", "пёс лает")] == ["b"]


def test_a_watch_added_later_is_judged_too() -> None:
    """Its words join those the matcher looks for."""
    matcher = Matcher([Watch(brand="a", queries=("кот",))])
    matcher.add(Watch(brand="b", queries=("рыба /2 мошен*",)))

    assert [match.brand for match in matcher.match("", "рыба мошенника")] == ["b"]


def test_a_wrong_watch_is_refused_when_the_matcher_is_made() -> None:
    """With its place and mend, so the config check can show them."""
    with pytest.raises(WatchError, match=r"position 1.*bracket is not closed; add"):
        Matcher([Watch(brand="a", queries=("(кот",))])


_LETTERS = st.sampled_from(["бв", "гд", "жз", "кл"])
_WORDS = st.builds("={}".format, _LETTERS)
_TEXTS = st.lists(st.sampled_from(["бв", "гд", "жз", "кл", "мн", "мн. Мн"]), max_size=14)


def _wider(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {})".format, part, part),
        st.builds("({} | {})".format, part, part),
        st.builds("({} -{})".format, part, part),
        st.builds("({} (-{} -{}))".format, part, part, part),
        st.builds("({} /{} {})".format, part, st.sampled_from(["1", "2", "+2", "s"]), part),
        st.builds("title:({})".format, part),
        st.builds('("{} {}" | {})'.format, _LETTERS, _LETTERS, part),
    )


@given(st.lists(st.recursive(_WORDS, _wider, max_leaves=7), max_size=3), _TEXTS, _TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_watch_says_yes_where_a_plain_reading_of_it_does(
    queries: list[str], title: list[str], text: list[str]
) -> None:
    """Anchors, kept spellings and terms shared with other watches change only the time."""
    readable = [query for query in queries if _readable(query)]
    fields = [" ".join(words) for words in (title, text)]
    watches = [Watch(brand=f"zz{n}", queries=(query,)) for n, query in enumerate(readable)]

    found = {match.brand for match in Matcher(watches).match(*fields)}

    assert found == {watch.brand for watch in watches if _places(parse(watch.queries[0]), *fields)}


def _readable(query: str) -> bool:
    try:
        return bool(parse(query))
    except WatchError:
        return False


def _places(node: Node, title: str, text: str) -> set[tuple[int, int]]:
    """First and last words that make a part of a watch true, by looking at every word."""
    whole = f"{title}\n\n{text}" if title else text
    words = list(re.finditer(r"\w+", whole))
    spelled = [word.group().lower() for word in words]
    sentence = [len(re.findall(r"\. |\n", whole[: word.start()])) for word in words]
    in_title = [bool(title) and word.start() < len(title) for word in words]

    def places(node: Node) -> set[tuple[int, int]]:
        match node:
            case Word(text=one):
                return {(n, n) for n, word in enumerate(spelled) if word == one}
            case Phrase(parts=parts):
                ends = [(n, n + len(parts) - 1) for n in range(len(spelled))]
                return {
                    (first, last)
                    for first, last in ends
                    if spelled[first : last + 1] == list(parts)
                    and len({in_title[n] for n in range(first, last + 1)}) == 1
                }
            case Or(parts=parts):
                return set().union(*map(places, parts))
            case And(parts=parts):
                wanted = [places(part) for part in parts if not isinstance(part, Not)]
                refused = [places(part.part) for part in parts if isinstance(part, Not)]
                return set().union(*wanted) if all(wanted) and not any(refused) else set()
            case Near(left=left, right=right):
                return _together(places(left), places(right), _test_of(node, sentence))
            case Field(name=name, part=part):
                return {one for one in places(part) if in_title[one[0]] == (name == "title")}
            case Not():
                return set()

    return places(node)


_Place = tuple[int, int]


def _together(
    left: set[_Place], right: set[_Place], close: Callable[[_Place, _Place], bool]
) -> set[_Place]:
    pairs = [(one, other) for one in left for other in right if close(one, other)]
    return {place for pair in pairs for place in pair}


def _test_of(node: Near, sentence: list[int]) -> Callable[[_Place, _Place], bool]:
    reach = node.reach
    if reach is None:
        return lambda one, other: sentence[one[0]] == sentence[other[0]]
    return lambda one, other: (
        0 < other[0] - one[1] <= reach or (not node.ordered and 0 < one[0] - other[1] <= reach)
    )
