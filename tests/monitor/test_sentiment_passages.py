"""What of a text is judged, and how passages are summed up."""

import unicodedata
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sentiment.passages import (
    MOST_OCCURRENCES,
    MOST_PASSAGES,
    around,
    cut,
    find_target,
    passages_toward,
    sum_up,
)
from monitor.sentiment.protocol import Passage
from monitor.sentiment.verdict import tone_of

FILLER = "Погода в области на этой неделе останется сухой и тёплой, говорят синоптики. " * 12
TWO_SIGNS = unicodedata.normalize("NFD", "Чайка")


@pytest.mark.parametrize(
    ("text", "target", "found"),
    [
        ("Банк «Рубикон» молчит", "Рубикон", ["Рубикон"]),
        ("РУБИКОН молчит", "Рубикон", ["РУБИКОН"]),
        ("Клиенты Рубикона недовольны", "Рубикон", ["Рубикона"]),
        ("Вклады в Белых Парусах", "Белые Паруса", ["Белых Парусах"]),
        ("Рубиконд — это не он, а Рубикон он", "Рубикон", ["Рубикон"]),
        ("Ничего о нём", "Рубикон", []),
        ("Любой текст", "", []),
        ("Любой текст", "«»!", []),
        ("a (b) c", "(b", ["(b"]),
        ("Семенов молчит", "Семёнов", ["Семенов"]),
        ("О СЕМЁНОВЕ молчат", "Семенов", ["СЕМЁНОВЕ"]),
        (f"Банк {TWO_SIGNS} молчит", "Чайка", [TWO_SIGNS]),
        ("Банк Чайка молчит", TWO_SIGNS, ["Чайка"]),
        ("В Ро\u00admашке и Ро́машке", "Ромашке", ["Ро\u00admашке", "Ро́машке"]),
        ("у Рoмашки в офисе\u200b", "ромашки", ["Рoмашки"]),
    ],
    ids=[
        "as written",
        "another case",
        "another ending",
        "two words",
        "whole word first",
        "absent",
        "empty",
        "only signs",
        "pattern signs",
        "е for ё",
        "ё for е",
        "й as two signs",
        "target's й as two signs",
        "signs that nobody sees",
        "a letter of the other script",
    ],
)
def test_a_target_is_found_in_its_forms(text: str, target: str, found: list[str]) -> None:
    """As written in any letter case and spelling, else with another ending."""
    assert [text[start:end] for start, end in find_target(text, target)] == found


def test_a_short_text_is_judged_as_it_is() -> None:
    """A tweet needs no cutting."""
    (passage,) = passages_toward("Рубикон врёт. Уйду.", "Рубикон", None, None, "ru")
    assert passage == Passage(text="Рубикон врёт. Уйду.", start=0, end=7, lang="ru")


def test_a_long_text_gives_the_sentence_of_each_occurrence() -> None:
    """What is said far from the target is not said about it."""
    text = FILLER + "Рубикон обманул вкладчиков, и они подали коллективный иск в суд. " + FILLER
    (passage,) = passages_toward(text, "Рубикон", None, None, "ru")
    assert passage.text == "Рубикон обманул вкладчиков, и они подали коллективный иск в суд. "
    assert passage.span == (0, 7)


@pytest.mark.parametrize(
    ("target", "other", "found"),
    [
        ("Ромашка", "Ромашку", True),
        ("Рубикон", "Рубиконом", True),
        ("Рубикон", "Рубиконд", False),
        ("Белые Паруса", "Белыми Парусами", True),
        ("Нова пошта", "Новою поштою", True),
        ("Семёнов", "Семеновым", True),
        ("Acme", "Acme's", True),
        ("Банк", "Банкноты", False),
    ],
)
def test_a_long_text_is_read_around_all_grammatical_cases_of_its_target(
    target: str, other: str, found: bool
) -> None:
    """The first sentence names it as asked for, and the accusation may stand in another case."""
    text = f"{target} открыли. {FILLER}В обмане обвиняют {other} многие вкладчики города. {FILLER}"

    passages = passages_toward(text, target, None, None, "ru")

    assert [one.text.count(other) for one in passages] == ([0, 1] if found else [0])


def test_a_very_short_sentence_is_read_with_the_one_before() -> None:
    """«Спасибо, Рубикон.» means nothing alone."""
    text = FILLER + "Месяц ждал перевода. Спасибо, Рубикон. " + FILLER
    (passage,) = passages_toward(text, "Рубикон", None, None, "ru")
    assert "Месяц ждал перевода. Спасибо, Рубикон." in passage.text


def test_as_many_sentences_are_read_before_as_give_a_meaning() -> None:
    """One short sentence before another says no more than one."""
    text = FILLER + "Рубикон удержал наши вклады. Полгода. Жду. Спасибо, Рубикон. " + FILLER
    found = passages_toward(text, "Спасибо, Рубикон", None, None, "ru")
    assert [passage.text for passage in found] == [text[len(FILLER) : -len(FILLER)]]


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("За взятку в особо крупном размере суд арестовал директора И. И. Иванова. ", "Иванова"),
        ("За взятку в особо крупном размере суд арестовал директора И.И. Иванова. ", "Иванова"),
        (
            "За взятку в крупном размере суд арестовал И.\u00a0И.\u2009Иванова, директора. ",
            "Иванова",
        ),
        ("За хабар в особливо великому розмірі суд заарештував Є. Ю. Іваненка. ", "Іваненка"),
        ("The director was jailed for a bribe in Leeds today: it is J. R. Smith. ", "Smith"),
        ("The court found the fraud in Leeds proven: Mr. Smith has paid no one back. ", "Smith"),
        ("Суд арестовал за хищение директора ООО «Ромашка», г. Тверь, и его зама. ", "Ромашка"),
        ("Взяли за хищение директора ООО с ул. Ленина, д. 5, кв. 7, «Ромашка» молчит. ", "Ромашка"),
        ("Суд взыскал за обман покупателей 40 млн. Рублей у «Ромашки» больше нет. ", "Ромашки"),
        ("Директор «Ромашки» в своём доме на наб. Фонтанки арестован за взятку. ", "Ромашки"),
        ("Суд решил, что «Ромашка» обманула гр. Иванову и ещё семерых. ", "Ромашка"),
        ("Oakstone was found guilty of what it denied till Dec. 2023, fraud. ", "Oakstone"),
        (
            "Справу про обман вкладників на 5 млн. Гривень має розглянути суд у «Ромашки». ",
            "Ромашки",
        ),
    ],
    ids=[
        "ru",
        "ru without a space",
        "ru with other spaces",
        "uk",
        "en",
        "Mr.",
        "town",
        "street",
        "millions",
        "embankment",
        "citizen",
        "month",
        "uk millions",
    ],
)
def test_a_dot_after_an_initial_or_abbreviation_ends_no_sentence(said: str, target: str) -> None:
    """The accusation stands before the initials as often as after them."""
    filler = "Погода останется сухой и тёплой. Ветер будет слабым, говорят синоптики. " * 12
    (passage,) = passages_toward(filler + said + filler, target, None, None, "ru")
    assert passage.text == said


@pytest.mark.parametrize(
    "end",
    [". ", "! ", "? ", "… ", "... ", ".» ", ".) ", ".\n", "\n\n", " И.\n"],
    ids=repr,
)
def test_other_ends_of_sentences_still_cut(end: str) -> None:
    """Also after a word that merely ends as an abbreviation does, and at every new line."""
    own = "Рубикон молчит о том, что стало с вкладами его клиентов за это лето. "
    text = FILLER + f"Город встретил праздник{end}" + own + FILLER
    (passage,) = passages_toward(text, "Рубикон", None, None, "ru")
    assert passage.text == own


def test_a_line_broken_for_its_length_ends_no_sentence() -> None:
    """A page or letter with lines of sixty signs says the same as one without."""
    said = "Рубикон годами удерживал вклады пенсионеров\n и не возвращал их без суда. "
    (passage,) = passages_toward(FILLER + said + FILLER, "Рубикон", None, None, "ru")
    assert passage.text == said


@pytest.mark.parametrize(
    "end",
    ["\n\nдругое: ", "\nДругое: ", "\n- другое: ", ".\nдругое: ", ". @user пишет: ", "! #новость: "],
    ids=["paragraph", "capital", "list", "full stop", "handle", "tag"],
)  # fmt: skip
def test_other_lines_and_handles_begin_a_sentence(end: str) -> None:
    """What stands in the lines and posts before is not said about the target."""
    before = "Суд арестовал за хищение бюджета всё руководство мэрии, включая сторожа"
    said = "Рубикон здесь ни при чём, он давно и честно работает в другом городе. "
    (passage,) = passages_toward(FILLER + before + end + said + FILLER, "Рубикон", None, None, "ru")
    assert "арестовал" not in passage.text


@pytest.mark.parametrize(
    ("start", "end"),
    [(-1, 3), (3, 3), (5, 2), (0, 10**9), (None, 4)],
    ids=["negative", "empty", "turned", "past the end", "half"],
)
def test_wrong_offsets_mean_no_target(start: int | None, end: int | None) -> None:
    """Offsets that can not be right are passed over, not believed."""
    (passage,) = passages_toward("Рубикон врёт", None, start, end, "ru")
    assert passage.span is None


def test_wrong_offsets_leave_the_targets_words() -> None:
    """The target's words are looked for when its offsets lead nowhere."""
    (passage,) = passages_toward("Рубикон врёт", "рубикон", 90, 97, "ru")
    assert passage.span == (0, 7)


def test_a_target_named_all_over_gives_a_bounded_number_of_passages() -> None:
    """A megabyte that repeats the brand costs as much as a page."""
    text = (
        "Рубикон снова врёт своим вкладчикам про ставки и сроки возврата, говорят люди. " * 13_000
    )
    assert len(passages_toward(text, "Рубикон", None, None, "ru")) <= MOST_PASSAGES


def test_occurrences_in_one_sentence_do_not_hide_the_rest_of_the_text() -> None:
    """The last sentence is read however often the first one names the target."""
    text = "Рубикон, " * 8 + "да и только. " + "Ни о чём. " * 40 + "Рубикон обманул вкладчиков."

    found = passages_toward(text, "Рубикон", None, None, "ru")

    assert ["обманул" in passage.text for passage in found] == [False, True]


def test_a_page_that_names_the_target_all_over_is_cut_around_some_of_it() -> None:
    """A hostile page of many thousand offsets would take seconds of everybody's time."""
    text = "Обман. " * 20_000
    spans = [(place, place + 5) for place in range(0, len(text), 7)]
    found = cut(text, spans, lang="ru")
    assert len(found) == MOST_OCCURRENCES
    assert found[0] == around(text, 0, 5, "ru")


def test_a_page_of_dots_and_spaces_is_cut_at_once() -> None:
    """A hostile page would hold up the tones of all the others."""
    text = ("Рубикон " + "." * 100 + " " * 200 + "и ") * 100

    begun = process_time()
    passages_toward(text, "Рубикон", None, None, "ru")

    assert process_time() - begun < 5


def test_the_strongest_passage_outweighs_the_first() -> None:
    """A neutral opening does not hide an accusation."""
    passages = [Passage(text="a"), Passage(text="b")]
    tones = [tone_of(0.05, 0.9, 0.05, model="m"), tone_of(0.9, 0.05, 0.05, model="m")]
    verdict = sum_up(passages, tones)
    assert verdict.tone.label == "negative"
    assert verdict.tone.negative == pytest.approx(0.05 / 3 + 0.9 * 2 / 3, abs=1e-3)
    assert [part.passage for part in verdict.passages] == passages
    assert [part.share for part in verdict.passages] == pytest.approx([1 / 3, 2 / 3])


def test_praise_is_strongest_where_nothing_is_negative() -> None:
    """Positive passages are not drowned by neutral ones."""
    tones = [tone_of(0.1, 0.8, 0.1, model="m"), tone_of(0.05, 0.05, 0.9, model="m")]
    assert sum_up([Passage(text="a"), Passage(text="b")], tones).tone.label == "positive"


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))
def test_shares_sum_to_one_and_explain_the_tone(drawn: list[tuple[float, float]]) -> None:
    """Who adds the passages up by their shares gets the stored probabilities."""
    tones = [tone_of(a * b, 1 - a, a * (1 - b), model="m") for a, b in drawn]
    verdict = sum_up([Passage(text=str(number)) for number in range(len(tones))], tones)
    parts = verdict.passages
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert sum(part.share * part.tone.negative for part in parts) == pytest.approx(
        verdict.tone.negative, abs=2e-4
    )


@given(st.text(), st.text(max_size=30), st.integers(-5, 60), st.integers(-5, 60))
def test_any_text_and_target_give_passages_whose_offsets_fit(
    text: str, target: str, start: int, end: int
) -> None:
    """Hostile strings are normal input."""
    for passage in passages_toward(text, target, start, end, ""):
        assert passage.start is None or passage.span is not None
