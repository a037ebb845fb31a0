"""The crisis map and the reaction map: reading them, and saying which situation this is."""

from typing import Any

import pytest

from alerts.playbook import PlaybookError, load, parse
from storage.incident_records import Facts
from tests.alerts.making import DIRECTOR, facts, playbook, story

STEPS = [{"within": "30 min", "what": "Собрать факты"}]


def said(
    *words: tuple[str, int], title: str = "Новость", persons: tuple[str, ...] = (), **given: Any
) -> Facts:
    return facts(
        crisis=words,
        persons=persons,
        top=(story(title=title, crisis=()),),
        **{"top_author_share": 0.1} | given,
    )


@pytest.mark.parametrize(
    ("told", "situation"),
    [
        (said(("задержание", 12), persons=(DIRECTOR,)), "leader_accused"),
        (said(("утечка", 15)), "data_leak"),
        (said(("отравление", 9)), "harm"),
        (said(("пожар", 12)), "accident"),
        (said(("штраф", 12)), "authority"),
        (said(("забастовка", 12)), "strike"),
        (said(("увольнение", 12)), "staff"),
        (said(("брак", 12)), "defect"),
        (said(("мошенничество", 12)), "fraud_accusation"),
        (said(title="Мошенники звонят от имени «Ромашки»"), "impersonation"),
        (said(title="Покупатели жалуются: посылки задерживают"), "service"),
        (said(title="Сеть бот-ферм пишет о «Ромашке»"), "attack"),
        (said(title="Посетительницу оскорбили и выгнали"), "rudeness"),
        (said(title="Что случилось с «Ромашкой» пять лет назад"), "old_story"),
        (said(("шантаж", 12), top_author_share=0.8), "blackmail"),
        (said(top_author_share=0.9), "one_voice"),
        (said(), "unknown"),
        (facts(mentions=0, negative=0, top=(), crisis=(), persons=()), "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_shipped_map_knows_its_situations(told: Facts, situation: str) -> None:
    """By crisis words, by what titles say, by who is named, by who speaks."""
    assert playbook().recognise(told).situation.id == situation


@pytest.mark.parametrize(
    ("title", "situation"),
    [
        ("«Ромашка» отрубила клиентам интернет", "unknown"),
        ("Умеренный рост «Ромашки» разочаровал", "unknown"),
        ("Персональный менеджер «Ромашки» пропал", "unknown"),
        ("«Ромашка» слилась с конкурентом", "unknown"),
        ("«Ромашка» представляет новинку, и она ужасна", "unknown"),
        ("Очередной провал «Ромашки»", "unknown"),
        ("Задержан бухгалтер «Ромашки»", "unknown"),
        ("Покупатели протестировали «Ромашку»", "unknown"),
        ("Отменный позор «Ромашки»", "unknown"),
        ("Хамон в «Ромашке» втрое дороже", "unknown"),
        ("Бракосочетание сорвано «Ромашкой»", "unknown"),
        ("«Ромашку» проверяет ФАС", "authority"),
        ("ФАС: «Ромашка» виновата", "authority"),
        ("«Ромашке» вручили иск", "authority"),
        ("На заводе «Ромашки» — ЧП", "accident"),
        ("Дети отруїлися в «Ромашці»", "harm"),
        ("Взрыв в «Ромашке», пострадавших нет", "accident"),
        ("Взрыв в «Ромашке», пострадавших трое", "harm"),
        ("У «Ромашке» брак, пишет читатель", "defect"),
        ("«Ромашка» відкликає партію йогуртів", "defect"),
        ("Слили данные клиентов «Ромашки»", "data_leak"),
        ("Дані клієнтів «Ромашки» потрапили у відкритий доступ", "data_leak"),
        ("Очередь в «Ромашке» на три часа", "service"),
        ("«Ромашка» отменила рейсы", "service"),
        ("Кассир «Ромашки» нахамил ребёнку", "rudeness"),
        ("Протесты у офиса «Ромашки»", "strike"),
    ],
)
def test_a_word_that_begins_alike_or_is_denied_tells_nothing(title: str, situation: str) -> None:
    """«Очередной» is no queue, «пострадавших нет» no harm; a whole word may end the title."""
    assert playbook().recognise(said(title=title)).situation.id == situation


def test_an_accused_stranger_is_no_accused_director() -> None:
    """A situation that asks for a person needs one of ours."""
    assert playbook().recognise(said(("арест", 12))).situation.id != "leader_accused"


@pytest.mark.parametrize(
    ("roles", "is_meant"),
    [(["spokesman"], False), (["director"], True), (["director", "spokesman"], True)],
)
def test_a_role_that_is_not_asked_for_does_not_count(roles: list[str], is_meant: bool) -> None:
    """A situation may be for the director alone, of one of several brands."""
    own = {"situation": [{"id": "leader_accused", "persons": ["director"]}]}
    maps = load(own).with_roles([("Петрова Анна", role) for role in roles])

    recognised = maps.recognise(said(("арест", 12), persons=("Петрова Анна",)))

    assert (recognised.situation.id == "leader_accused") == is_meant


def test_a_word_in_a_few_of_many_mentions_decides_nothing() -> None:
    """One mention of a fire among a hundred complaints is not a fire."""
    assert playbook().recognise(said(("пожар", 2))).situation.id == "unknown"


def test_harmless_talk_beside_it_does_not_hide_a_situation() -> None:
    """Five hundred notices about a sale, and twelve of nineteen negative ones say "fire"."""
    told = said(("пожар", 12), mentions=519)
    assert playbook().recognise(told).situation.id == "accident"


def test_what_decided_is_told() -> None:
    """People see why."""
    because = playbook().recognise(said(("задержание", 12), persons=(DIRECTOR,))).because

    assert because == ("задержание", DIRECTOR)


@pytest.mark.parametrize("name", [one.id for one in load().situations])
def test_every_shipped_situation_has_a_usable_reaction(name: str) -> None:
    """An owner, steps in order of their clocks, first words and what not to do."""
    reaction = load().reaction(name)

    assert reaction.situation == name
    assert reaction.owner
    assert reaction.holding
    assert reaction.do_not
    assert reaction.then
    assert [s.within for s in reaction.steps] == sorted(s.within for s in reaction.steps)
    assert all(what.startswith("не ") for what in reaction.do_not)


def test_own_tables_change_only_the_keys_they_name() -> None:
    """The rest stays as shipped."""
    own = {
        "situation": [{"id": "service", "level": 2}],
        "reaction": [{"situation": "service", "owner": "Петрова"}],
    }

    maps = load(own)

    assert maps.situation("service").level == 2
    assert maps.situation("service").title == "Массовые жалобы на обслуживание и сроки"
    assert maps.reaction("service").owner == "Петрова"
    assert maps.reaction("service").id == "R-08"


def test_an_own_situation_joins_the_map() -> None:
    """With its own reaction, or with the fallback's."""
    own = {"situation": [{"id": "flood", "title": "Потоп", "crisis": ["потоп"]}]}

    maps = load(own)

    assert maps.recognise(said(("потоп", 15))).situation.title == "Потоп"
    assert maps.reaction("flood").id == "R-00"


def test_a_situation_that_left_the_map_is_the_fallback() -> None:
    """An old incident may name one."""
    assert load().situation("gone").id == "unknown"


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"situation": [{"id": "x", "titel": "X"}]}, "unknown key titel; did you mean title"),
        ({"situation": [{"id": "x"}]}, "situation x: title is missing"),
        ({"situation": [{"id": "x", "title": 5}]}, "must be a text in quotes"),
        ({"situation": [{"id": "service", "level": 9}]}, "level must be 1, 2, 3 or 4"),
        ({"situation": [{"id": "service", "crisis": "x"}]}, "crisis must be a list of texts"),
        ({"situation": [{"id": "service", "author_share": 7}]}, "share from 0 to 1"),
        ({"situation": [{"id": "service", "fallback": True}]}, "exactly one situation"),
        ({"situation": [{"id": "service", "fallback": "yes"}]}, "fallback must be true or false"),
        ({"situation": [{"id": "service", "words": [" "]}]}, "words must be a list of texts"),
        (
            {"situation": [{"id": "service", "level": 2}, {"id": "service", "level": 3}]},
            "situation service is there twice",
        ),
        (
            {"reaction": [{"situation": "service", "owner": "A"}] * 2},
            "reaction service is there twice",
        ),
        ({"situation": ["x"]}, "must be a table"),
        ({"situation": "x"}, "must be tables"),
        ({"reaction": [{"situation": "servise"}]}, "unknown situation servise; did you mean service"),
        ({"reaction": [{"id": "R-77", "title": "t"}]}, "reaction #1: situation is missing"),
        ({"situation": [{"title": "t"}]}, "situation #1: id is missing"),
        ({"situation": [{"id": "x", "title": "t"}], "reaction": [{"situation": "x"}]}, "reaction x: owner is missing"),
        (
            {"reaction": [{"id": "R", "situation": "servise", "title": "t", "owner": "o",
                           "steps": STEPS}]},
            "did you mean service",
        ),
        ({"reaction": [{"situation": "service", "steps": []}]}, "needs steps"),
        ({"reaction": [{"situation": "service", "steps": ["x"]}]}, "step 1: write it as"),
        (
            {"reaction": [{"situation": "service", "steps": [{"within": "soon", "what": "x"}]}]},
            "step 1: within: cannot read 'soon'",
        ),
        (
            {"reaction": [{"situation": "service", "steps": [{"what": "x"}]}]},
            "step 1: within is missing",
        ),
        ({"reaction": [{"situation": "service", "take_within": "-"}]}, "take_within"),
        (
            {"reaction": [{"situation": "service", "take_within": "9000000 days"}]},
            "take_within: '9000000 days' is too long",
        ),
    ],
)  # fmt: skip
def test_an_unusable_table_says_where_and_how_to_mend_it(tables: dict[str, Any], said: str) -> None:
    """The place, the key, the mend."""
    with pytest.raises(PlaybookError, match=said):
        load(tables, "nabat.toml")


def test_a_map_of_ones_own_alone_needs_a_fallback_with_a_reaction() -> None:
    """Everything must be something."""
    with pytest.raises(PlaybookError, match="the fallback situation x needs a reaction"):
        parse({"situation": [{"id": "x", "title": "X", "fallback": True}]}, "nabat.toml")


@pytest.mark.parametrize(
    ("times", "said"),
    [((2, 1), "situation x is there twice"), ((1, 2), "reaction x is there twice")],
)
def test_in_a_map_of_ones_own_nothing_is_there_twice(times: tuple[int, int], said: str) -> None:
    """Two of one id would hide each other."""
    situation = {"id": "x", "title": "X", "fallback": True}
    reaction = {"id": "R", "situation": "x", "title": "T", "owner": "PR", "steps": STEPS}
    twice = {"situation": [situation] * times[0], "reaction": [reaction] * times[1]}
    with pytest.raises(PlaybookError, match=said):
        parse(twice, "nabat.toml")
