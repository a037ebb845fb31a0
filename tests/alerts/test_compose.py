"""Messages: what they say, and that no text from outside can break or lengthen them."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.brief import Brief
from alerts.compose import alert, marked, notice, push
from alerts.parts import number, sparkline
from alerts.spans import units
from storage.incident_records import Link, Silence, StoryFact
from storage.records import Basis
from tests.alerts.making import NOON, event, facts, incident, playbook, series, story
from tests.fakes.telegram_markup import parse

NASTY = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["<b>", "</a>", "a < b & c > d", "&lt;", "\0", "\u202egnp", "'\"><script>", "😀" * 300,
         "я" * 5000, "\ud800", "&#0;", "{0}{title}%s", "e\u0301" * 400, "👨‍👩‍👧‍👦" * 90, ""]
    ),
)  # fmt: skip
NASTY_URL = st.one_of(
    NASTY,
    st.sampled_from(
        ["javascript:alert(1)", "https://x.example/\0", 'https://x.example/"><b>',
         "https://[::1", "tg://user?id=1", "https://пример.рф/a b", "https://e.example/" + "x" * 9000]
    ),
)  # fmt: skip


LONG_BASIS = Basis(
    watched=timedelta(days=26, hours=3),
    stored=timedelta(hours=47, minutes=59),
    archive=timedelta(hours=47, minutes=59),
    shared=0.9,
)


def paused(by: str) -> Silence:
    return Silence(id=1, brand_id=1, until=NOON + timedelta(days=9), by=by, created_at=NOON)


def brief(**given: Any) -> Brief:
    about = given.pop("facts", facts())
    recognised = playbook().recognise(about)
    reaction = playbook().reaction(recognised.situation.id)
    made = Brief(
        incident=incident(),
        event=event(facts=about),
        level=3,
        recognised=recognised,
        reaction=reaction,
        begun_at=NOON,
        take_until=NOON + reaction.take_within,
        asked=reaction.owner,
        mark="0123456789",
    )
    return replace(made, **given)


@st.composite
def nasty_stories(draw: st.DrawFn) -> StoryFact:
    return story(
        title=draw(NASTY),
        url=draw(NASTY_URL),
        publisher=draw(NASTY),
        author=draw(NASTY),
        copies=draw(st.integers(1, 10**6)),
    )


@st.composite
def nasty_briefs(draw: st.DrawFn) -> Brief:
    told = facts(
        observed=draw(st.floats(0, 1e9)),
        expected=draw(st.floats(0, 1e6)),
        first=draw(nasty_stories()),
        top=tuple(draw(st.lists(nasty_stories(), max_size=3))),
        publishers=tuple((draw(NASTY), 3) for _ in range(3)),
        top_author=draw(NASTY),
        top_author_share=1.0,
        crisis=((draw(NASTY), 9),),
        persons=(draw(NASTY),),
        about=draw(NASTY),
        sources_alive=3,
        basis=draw(st.sampled_from([None, LONG_BASIS])),
    )
    state = draw(st.sampled_from(["open", "calmed", "resolved"]))
    return brief(
        facts=told,
        incident=incident(brand=draw(NASTY), state=state, taken_by=draw(NASTY), taken_at=NOON),
        owners=(("PR", draw(NASTY)),),
        language=draw(st.sampled_from(["ru", "uk", "en"])),
        reader=draw(NASTY),
        silence=draw(st.sampled_from([None, paused("Ж" * 200)])),
        links=tuple(
            Link(incident=incident(brand=draw(NASTY), state=state), facts=told)
            for _ in range(draw(st.integers(0, 5)))
        ),
    )


@settings(max_examples=300, deadline=None)
@given(nasty_briefs())
def test_no_text_breaks_or_overfills_a_telegram_message(made: Brief) -> None:
    """Whatever was written about a brand: readable markup, a caption's length, safe links."""
    message = marked(alert(made, "telegram"), "telegram", made.language)

    read = parse(message.html)
    assert units(read.text) <= 1024
    assert all(link.startswith(("http://", "https://")) for link in read.links)
    assert all(len(data.encode()) <= 64 for _, data in message.buttons)


@pytest.mark.parametrize("language", ["ru", "uk", "en"])
def test_the_longest_names_everywhere_still_fit(language: str) -> None:
    """Whatever else goes: what it is, how bad, in whose hands, what to do, and its number."""
    name = "Ж" * 200
    hands = incident(brand=name, taken_by=name, taken_at=NOON - timedelta(days=3), id=10**9)
    first = story(publisher=name, author=name)
    told = facts(observed=1e12, expected=3e8, window=timedelta(hours=25, minutes=59), first=first,
                 top_author=name, sources_alive=10**6, sources_total=10**7, basis=LONG_BASIS)  # fmt: skip
    made = brief(facts=told, incident=hands, level=4, language=language, silence=paused(name))
    links = [Link(incident=incident(brand=f"{place}{name}"), facts=told) for place in range(9)]
    message = alert(replace(made, links=tuple(links), timezone="Asia/Kathmandu"), "telegram")

    assert units(message.text) <= 976
    assert all(sign in message.text for sign in ("⛔", "📈", "✅", "🔕", "☐", f"-{10**9}"))
    assert all(sign not in message.text for sign in ("🗣️", "🧭"))


@settings(max_examples=60, deadline=None)
@given(nasty_briefs())
def test_no_text_becomes_markup_in_a_letter(made: Brief) -> None:
    """Escaped once and for all; headers stay one line."""
    message = alert(made, "email")

    assert "<script" not in message.html
    assert 'href="javascript:' not in message.html
    assert "\n" not in message.subject


@pytest.mark.parametrize("text", ["a < b", "Tom & Jerry", "«ёлка» 👍", "1 > 0 <b>"])
def test_text_reads_in_the_chat_as_it_was_written(text: str) -> None:
    """Escaping must not show."""
    message = alert(brief(facts=facts(top=(story(title=text),))), "telegram")

    assert text in parse(message.html).text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "14 негативных историй за 2 ч, обычно около 1,6 (в 9 раз больше)"),
        ("uk", "14 негативних історій за 2 год, зазвичай близько 1,6 (у 9 разів більше)"),
        ("en", "14 negative stories in 2 h, usually about 1.6 (9 times more)"),
    ],
)
def test_the_number_stands_beside_what_is_usual(language: str, said: str) -> None:
    """In the reader's language."""
    message = alert(brief(language=language), "telegram")

    assert said in message.text.replace("\u00a0", " ")


def test_a_quiet_brand_is_not_divided_by_nothing() -> None:
    """Usually none at all: said in words."""
    text = alert(brief(facts=facts(expected=0.0)), "console").text

    assert "обычно почти ноль" in text
    assert "больше)" not in text


def test_an_incomplete_picture_is_said_aloud() -> None:
    """Silence is not calm."""
    text = alert(brief(facts=facts(sources_alive=20)), "telegram").text

    assert "Данные по 20 из 50 источников. ⚠️ Часть источников молчит" in text


@pytest.mark.parametrize(
    ("language", "total", "said"),
    [
        ("ru", 1, "Данные по 1 из 1 источника"),
        ("ru", 11, "Данные по 1 из 11 источников"),
        ("ru", 21, "Данные по 1 из 21 источника"),
        ("ru", 22, "Данные по 1 из 22 источников"),
        ("uk", 31, "Дані за 1 з 31 джерела"),
        ("en", 1, "Data from 1 of 1 source"),
    ],
)
def test_sources_are_counted_in_the_genitive(language: str, total: int, said: str) -> None:
    """«Из двадцати одного источника», not «источников»."""
    known = facts(sources_alive=1, sources_total=total)
    text = alert(brief(facts=known, language=language), "console").text

    assert said in [line.split(". ")[0] for line in text.splitlines()]


def test_an_unknown_first_source_is_said_to_be_unknown() -> None:
    """Not left out, not invented."""
    assert "Кто первый, пока не известно" in alert(brief(facts=facts(first=None)), "telegram").text


@pytest.mark.parametrize(("texts", "is_named"), [(1, False), (2, True)])
def test_who_wrote_a_single_text_is_not_called_the_loudest(texts: int, is_named: bool) -> None:
    """A third of three is one: each of the others said as much."""
    about = facts(mentions=3, negative=3, top_author="Анна", top_author_share=texts / 3)

    assert ("Громче всех Анна" in alert(brief(facts=about), "telegram").text) == is_named


def test_who_took_it_takes_the_place_of_the_deadline() -> None:
    """Everybody sees it is in hands."""
    taken = incident(taken_by="Орлов", taken_at=NOON + timedelta(minutes=4))
    message = alert(brief(incident=taken), "telegram")

    assert "В работе: Орлов, 15:04" in message.text
    assert "Беру в работу" not in "".join(label for label, _ in message.buttons)
    over = alert(brief(incident=replace(taken, state="resolved")), "telegram").text
    assert "Был в работе: Орлов, с 15:04" in over


@pytest.mark.parametrize("ticked", range(5))
def test_the_next_step_is_shown_also_where_not_all_have_room(ticked: int) -> None:
    """Each can be ticked while it is there, and when all are done there is nothing to tick."""
    taken = incident(taken_by="Орлов", taken_at=NOON)
    made = brief(incident=taken, ticked=ticked)
    message = alert(made, "telegram")

    steps = made.reaction.steps
    shown = re.findall("[☑☐]", message.text)
    assert len(shown) < len(steps) == 4
    assert ("☐" in shown) == (ticked < 4)
    assert all(one.what[:20] in message.text for one in steps[ticked : ticked + 1])
    assert any(data.startswith("step_done:") for _, data in message.buttons) == (ticked < 4)


def test_a_closed_incident_has_no_buttons_and_no_steps() -> None:
    """There is nothing left to do."""
    message = alert(brief(incident=incident(state="resolved")), "telegram")

    assert message.buttons == ()
    assert "Карта реакций" not in message.text


def test_a_crisis_of_many_brands_names_some_and_counts_the_rest() -> None:
    """What is over at one of them is said to be over."""
    names = ["Лютик", "Клевер", "Мята", "Мак"]
    links = tuple(Link(incident=incident(brand=name), facts=facts()) for name in names)
    rested = Link(incident=incident(brand="Укроп", state="calmed"), facts=facts())
    text = alert(brief(links=(*links, rested)), "console").text

    assert "«Ромашка», «Лютик», «Клевер» и ещё 3" in text.splitlines()[0]
    assert text.count("🔗") == 5
    assert "🔗 «Укроп»: стихает" in text


@pytest.mark.parametrize(
    ("days", "shared", "said"),
    [
        ((3, 0, 9), 0.4, "🧭 Норма: 3 дня своих наблюдений, 9 дней по архивам источников"),
        ((0, 20, 0), 0.3, "🧭 Норма: 20 дней по сохранённым статьям"),
        ((0, 0, 0), 1.0, "🧭 Норма: пока больше по среднему бренду"),
    ],
    ids=["archives", "stored articles", "shared profile"],
)
def test_a_young_brand_says_what_is_called_usual(
    days: tuple[float, float, float], shared: float, said: str
) -> None:
    """A month on its own eyes it needs no more words."""
    watched, stored, archive = (timedelta(days=one) for one in days)
    basis = Basis(watched=watched, stored=stored, archive=archive, shared=shared)
    text = alert(brief(facts=facts(basis=basis)), "telegram").text.replace("\u00a0", " ")
    grown = replace(basis, watched=timedelta(days=28))

    assert said in text.splitlines()
    assert "🧭" not in alert(brief(facts=facts(basis=grown)), "telegram").text


def test_a_false_alarm_says_so() -> None:
    """The state in the first line."""
    closed = incident(state="resolved", verdict="false-alarm")

    assert alert(brief(incident=closed), "telegram").text.startswith("✅ ЛОЖНАЯ ТРЕВОГА")


def test_a_letter_has_room_for_everything() -> None:
    """Nothing is shortened where nothing limits the length."""
    long = "Очень длинный заголовок о том, что случилось в «Ромашке» вчера вечером и почему " * 2
    text = alert(brief(facts=facts(top=(story(title=long[:150]),))), "email").text

    assert long[:150].strip() in text
    assert "ещё" not in text.split("Карта реакций")[1]


def test_a_mark_of_repetition_stands_on_top_everywhere() -> None:
    """In text, in Telegram's markup and in the letter."""
    for channel in ("telegram", "email", "console"):
        message = marked(alert(brief(), channel), channel, "ru")
        assert message.text.startswith("♻️ Возможен повтор")
        assert channel == "console" or "Возможен повтор" in message.html


def test_a_push_is_short_and_names_the_incident() -> None:
    """It hangs under the living message."""
    message = push(brief(), "telegram", "push_level", level=3, before=2)

    assert "Уровень 3 из 4, был 2" in message.text
    assert "РОМ-142" in message.text
    assert len(message.text) < 300


def test_a_notice_of_any_length_fits() -> None:
    """Troubles come in numbers; what there is no room for is counted. A letter has room."""
    lines = [f"{place} <очень> длинно " * 100 for place in range(50)]
    message = notice("Беда", lines, "telegram")

    shown = message.text.splitlines()
    assert units(parse(message.html).text) <= 4096
    assert shown[-1] == f"и ещё {50 - (len(shown) - 2)}"
    assert len(notice("Беда", lines, "email").text.splitlines()) == 51


def test_a_notice_cuts_no_address() -> None:
    """Cyrillic ones are long, and half of one leads nowhere."""
    address = "https://example.org/" + "%D0%B6" * 200

    assert notice("Запись", [f"Заголовок {address}"], "telegram").text.endswith(address)


@pytest.mark.parametrize(
    ("brand", "said"), [("Ромашка", "РОМ-142"), ("«О!»", "О-142"), ("!!!", "N-142")]
)
def test_incident_numbers_begin_with_the_brand(brand: str, said: str) -> None:
    """As people say them."""
    assert number(incident(brand=brand)) == said


def test_the_sparkline_ends_with_the_spike() -> None:
    """Sixteen bars, newest right; none without a past."""
    assert sparkline(facts(series=series())).endswith("▁█")
    assert sparkline(facts()) == ""
