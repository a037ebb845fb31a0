"""What is behind a spike: every fact stands on stored mentions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.counts import is_negative
from monitor.explain import Evidence, explain
from storage.counted import CountedMention
from storage.incident_records import Facts
from storage.records import CrisisTerm, MatchedTerm, Mention, MentionView, Tone, Verdict

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERSON = "Иванов Иван Петрович"
VERDICT = Verdict(
    brand_id=1,
    at=NOON,
    alarm=True,
    state="spike",
    observed=4,
    expected=0.5,
    window=timedelta(hours=3),
    since=NOON - timedelta(hours=3),
    probability=1e-4,
    return_days=85,
    reason="4 in 3 h where 0.5 is usual",
    baseline=timedelta(days=28),
    coverage=0.9,
)


def view(
    number: int,
    title: str = "Новость",
    *,
    negative: float = 0.9,
    story: int | None = None,
    publisher: str = "Газета",
    author: str | None = None,
    crisis: tuple[str, ...] = (),
    person: str | None = None,
) -> MentionView:
    """A mention so many minutes after noon."""
    label = "negative" if negative >= 0.5 else "neutral"
    names = [("Ромашка", "brand")] + ([(person, "person")] if person else [])
    return MentionView(
        mention=Mention(
            id=number,
            article_id=number,
            brand_id=1,
            matched=tuple(
                MatchedTerm(start=0, end=1, text=name, term=name, kind=kind) for name, kind in names
            ),
            crisis=tuple(CrisisTerm(start=0, end=1, text=word, term=word) for word in crisis),
            snippet="",
            kind="brand",
            happened_at=NOON + timedelta(minutes=number),
            created_at=NOON,
            tone=Tone(
                label=label,
                negative=negative,
                neutral=1 - negative,
                positive=0.0,
                unsure=False,
                model="m",
            ),
        ),
        brand="Ромашка",
        url=f"https://example.org/{number}",
        title=title,
        text="",
        lang="ru",
        author=author,
        publisher=publisher,
        source="rss:x",
        story_id=story,
        published_at=None,
        seen_at=NOON,
    )


def facts(
    *mentions: MentionView, before: tuple[MentionView, ...] = (), begun: int = 0, wave: int = 0
) -> Facts:
    """The facts of these mentions."""
    known = [counted(one) for one in mentions]
    negative = [view for view, one in zip(mentions, known, strict=True) if is_negative(one)]
    return explain(
        VERDICT,
        Evidence(
            begun_at=NOON + timedelta(minutes=begun),
            wave_at=NOON + timedelta(minutes=wave),
            mentions=known,
            negative=sorted(negative, key=lambda one: one.mention.happened_at),
            before=before,
            series=(),
            sources_alive=9,
            sources_total=10,
        ),
    )


def counted(one: MentionView) -> CountedMention:
    """The little of a mention that counting needs."""
    assert one.mention.tone is not None
    return CountedMention(
        id=one.mention.id,
        brand_id=one.mention.brand_id,
        article_id=one.mention.article_id,
        happened_at=one.mention.happened_at,
        story_id=one.story_id,
        label=one.mention.tone.label,
        negative=one.mention.tone.negative,
        author=one.author,
        publisher=one.publisher,
    )


def test_the_verdict_s_numbers_are_told_unchanged() -> None:
    """Observed, expected, chance, reason, coverage."""
    found = facts(view(1))
    assert (found.observed, found.expected, found.return_days) == (4, 0.5, 85)
    assert (found.reason, found.coverage) == (VERDICT.reason, 0.9)
    assert (found.sources_alive, found.sources_total) == (9, 10)
    assert (found.since, found.window) == (VERDICT.since, VERDICT.window)


@pytest.mark.parametrize(
    ("named", "about"),
    [
        ([PERSON, PERSON, None], PERSON),
        ([PERSON, None], PERSON),
        ([PERSON, None, None], None),
        ([None], None),
        ([], None),
    ],
)
def test_an_incident_is_about_whom_half_of_its_stories_name(
    named: list[str | None], about: str | None
) -> None:
    """Forty reprints of one story that names him are one story."""
    reprints = [view(90 + copy, person=PERSON, story=7) for copy in range(5)] if about else []
    found = facts(*(view(number, person=one) for number, one in enumerate(named)), *reprints)
    assert found.about == about


def test_reprints_are_copies_of_one_story() -> None:
    """Told by its first mention, with copies and publisher families."""
    found = facts(
        view(3, story=7, publisher="Б"),
        view(1, "Первый", story=7, publisher="А"),
        view(2, story=7, publisher="А"),
        view(4),
    )
    assert (found.mentions, found.negative, found.stories) == (4, 4, 2)
    assert found.top[0].title == "Первый"
    assert (found.top[0].copies, found.top[0].publishers) == (3, 2)


def test_a_story_before_the_crisis_began_is_not_the_first_of_it() -> None:
    """The window reaches back into ordinary hours."""
    told = [view(1, "Обычная"), view(5, "Начало"), view(6, "Ещё")]
    first = facts(*told, begun=5).first
    assert first is not None
    assert first.title == "Начало"
    assert facts(*told, begun=7).first is None


def test_the_first_story_is_the_earliest_and_the_top_the_widest() -> None:
    """Who began, and what spread."""
    wide = [view(n, "Широкая", story=9, publisher=f"И{n}") for n in range(5, 9)]
    found = facts(view(1, "Первая"), *wide)
    assert found.first is not None
    assert found.first.title == "Первая"
    assert found.top[0].title == "Широкая"


def test_the_stories_of_a_new_wave_are_on_top() -> None:
    """However wide the old ones, which people have read; where there is room they come after."""
    wide = [view(n, "Старая", story=9, publisher=f"И{n}") for n in range(4)]
    found = facts(*wide, view(5, "Новая"), view(6, "Ещё новая"), wave=5)
    assert [one.title for one in found.top] == ["Новая", "Ещё новая", "Старая"]


def test_only_three_stories_are_on_top() -> None:
    """A message has room for three."""
    assert len(facts(*(view(n) for n in range(10))).top) == 3


def test_neutral_mentions_are_counted_and_not_blamed() -> None:
    """They are mentions; they make no negative story."""
    found = facts(view(1), view(2, negative=0.1, publisher="Другой"))
    assert (found.mentions, found.negative, found.stories) == (2, 1, 1)
    assert found.publishers == (("Газета", 1),)


def test_the_loudest_author_has_a_share() -> None:
    """Three of four by one person at one place; a namesake elsewhere is somebody else."""
    found = facts(
        *(view(n, author="Пётр") for n in range(3)), view(4, author="Пётр", publisher="Форум")
    )
    assert (found.authors, found.top_author) == (2, "Пётр (Газета)")
    assert found.top_author_share == pytest.approx(0.75)


def test_unsigned_mentions_have_no_loudest_author() -> None:
    """Nobody is named when nobody signed."""
    found = facts(view(1), view(2))
    assert (found.authors, found.top_author, found.top_author_share) == (0, None, 0.0)


def test_crisis_words_and_persons_are_counted_by_mentions() -> None:
    """Most first."""
    found = facts(
        view(1, crisis=("суд", "суд", "скандал"), person="Иванов Иван"),
        view(2, crisis=("суд",)),
    )
    assert found.crisis == (("суд", 2), ("скандал", 1))
    assert found.persons == ("Иванов Иван",)


def test_a_denied_crisis_word_is_none() -> None:
    """«Жертв нет» in its title is no sign of harm."""
    title = "Пожар в Ромашке, жертв нет"
    places = ((0, 5, "пожар"), (17, 22, "жертва"))
    words = tuple(
        CrisisTerm(start=start, end=end, text=title[start:end], term=word, field="title")
        for start, end, word in places
    )
    told = view(1, title)

    found = facts(replace(told, mention=replace(told.mention, crisis=words)))

    assert found.crisis == (("пожар", 1),)
    assert found.top[0].crisis == ("пожар",)


def test_words_are_those_said_more_than_usual() -> None:
    """A word of the crisis is told; the brand and everyday words are not."""
    before = tuple(view(100 + n, "Ромашка открыла магазин", negative=0.1) for n in range(50))
    found = facts(
        *(view(n, "Отравление: Ромашка закрыла магазин") for n in range(4)), before=before
    )
    assert "отравление" in found.words
    assert "ромашка" not in found.words
    assert found.words[0] != "магазин"


def test_reprints_hide_no_word_of_their_story() -> None:
    """Two stories in forty places say what the same two in two places say."""
    before = tuple(view(100 + n, "Открытие магазина", negative=0.1) for n in range(10))
    few, many = (
        facts(*(view(n, "Захват завода", story=1 + n % 2) for n in range(copies)), before=before)
        for copies in (2, 40)
    )
    assert few.words == many.words == ("завода", "захват")


def test_nothing_negative_gives_empty_facts() -> None:
    """No stories, no authors, no division by zero."""
    found = facts()
    assert (found.mentions, found.stories, found.first, found.top) == (0, 0, None, ())


def test_an_author_is_one_person_in_whatever_letters() -> None:
    """Told as spelt most often; a namesake at another publisher is another person."""
    names = ["ПЁТР КОТОВ", "Пётр Котов", "Петр  Котов", "Пётр Котов"]
    found = facts(
        *(view(number, author=name) for number, name in enumerate(names)),
        view(9, author="Пётр Котов", publisher="Журнал"),
    )
    assert (found.authors, found.top_author) == (2, "Пётр Котов (Газета)")
    assert found.top_author_share == pytest.approx(0.8)


@pytest.mark.parametrize("name", ["Газета", "ГАЗЕТА", " ", "Example.org", None, "Гость", "admin"])
def test_a_place_or_nobody_is_no_author(name: str | None) -> None:
    """Many feeds sign all they publish with their own name, forums what unnamed people write."""
    found = facts(*(view(number, author=name) for number in range(4)))
    assert (found.authors, found.top_author, found.top_author_share) == (0, None, 0.0)
    assert found.first is not None
    assert found.first.author is None
