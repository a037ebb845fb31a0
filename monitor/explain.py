"""What is behind a spike: stories, sources, authors, words, against what is usual.

Pure: stored mentions in, facts out. Every fact can be pointed at in the mentions
it was made from; nothing is inferred about people or places.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

from monitor.counts import StoryKey, is_negative, story_key
from storage.counted import CountedMention
from storage.denial import is_denied
from storage.incident_records import Facts, Point, StoryFact
from storage.records import Mention, MentionView, Verdict

_TOP_STORIES = 3
_TOP_WORDS = 8
# How sites sign what is not signed.
_NOBODY = frozenset(
    [
        "гость", "гостья", "гість", "аноним", "анонимно", "анонім", "пользователь", "користувач",
        "администратор", "админ", "admin", "administrator", "anonymous", "guest", "user",
    ]
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an explanation is made from."""

    begun_at: datetime  # the first story of the crisis; what is older was usual
    wave_at: datetime  # since then its newest wave is told; what is older is known by now
    mentions: Sequence[CountedMention]  # all of the stretch, of any tone
    negative: Sequence[MentionView]  # the negative ones among them, oldest first
    before: Sequence[MentionView]  # of the baseline, to tell what is unusual
    series: Sequence[Point]  # hours of the last week
    sources_alive: int
    sources_total: int


def explain(verdict: Verdict, evidence: Evidence) -> Facts:
    """Put together everything an alert may say about a verdict."""
    blamed = [one for one in evidence.mentions if is_negative(one)]
    negative = evidence.negative
    stories = _stories(negative, evidence.mentions)
    authors = _authors(negative)
    loudest, loudest_count = authors[0] if authors else (None, 0)
    persons = _counted(name for view in negative for name in _persons(view))
    return Facts(
        observed=verdict.observed,
        expected=verdict.expected,
        window=verdict.window,
        probability=verdict.probability,
        return_days=verdict.return_days,
        reason=verdict.reason,
        coverage=verdict.coverage,
        sources_alive=evidence.sources_alive,
        sources_total=evidence.sources_total,
        mentions=len(evidence.mentions),
        negative=len(blamed),
        stories=len({story_key(one) for one in blamed}),
        first=_first(stories, evidence.begun_at),
        top=_top(stories, evidence.wave_at),
        publishers=_counted(view.publisher for view in negative),
        languages=_counted(view.lang or "other" for view in negative),
        authors=len(authors),
        top_author=loudest,
        top_author_share=loudest_count / len(negative) if negative else 0.0,
        crisis=_counted(word for view in negative for word in _crisis(view)),
        persons=tuple(name for name, _ in persons),
        about=_about(negative),
        words=_unusual_words(negative, evidence.before),
        series=tuple(evidence.series),
        basis=verdict.basis,
        since=verdict.since,
    )


def _stories(
    negative: Sequence[MentionView], all_of_them: Sequence[CountedMention]
) -> list[StoryFact]:
    """One fact per story with a negative mention, told by its first one."""
    copies = Counter(story_key(one) for one in all_of_them)
    families: dict[StoryKey, set[str]] = {}
    for one in all_of_them:
        families.setdefault(story_key(one), set()).add(one.publisher)
    firsts: dict[StoryKey, MentionView] = {}
    for view in negative:
        firsts.setdefault(_story(view), view)
    return [
        StoryFact(
            mention_id=view.mention.id,
            title=view.title or view.mention.snippet,
            url=view.url,
            publisher=view.publisher,
            author=_author(view),
            happened_at=view.mention.happened_at,
            copies=copies[key],
            publishers=len(families[key]),
            negative=_negativity(view.mention),
            crisis=_crisis(view),
        )
        for key, view in firsts.items()
    ]


def _first(stories: Sequence[StoryFact], begun_at: datetime) -> StoryFact | None:
    """The story that the crisis began with."""
    since = (story for story in stories if story.happened_at >= begun_at)
    return min(since, key=lambda story: story.happened_at, default=None)


def _story(view: MentionView) -> StoryKey:
    if view.story_id is None:
        return ("article", view.mention.article_id)
    return ("story", view.story_id)


def _top(stories: Sequence[StoryFact], wave_at: datetime) -> tuple[StoryFact, ...]:
    """What is worth showing, before all of the newest wave: people have read of the others."""
    ranked = sorted(
        stories, key=lambda one: (one.happened_at >= wave_at, _weight(one)), reverse=True
    )
    return tuple(ranked[:_TOP_STORIES])


def _weight(story: StoryFact) -> tuple[int, int, int, float]:
    """What makes a story worth showing: spread first, then copies, crisis words, certainty."""
    return (story.publishers, story.copies, len(story.crisis), story.negative)


def _negativity(mention: Mention) -> float:
    if mention.corrected is not None:
        return 1.0 if mention.corrected == "negative" else 0.0
    return mention.tone.negative if mention.tone else 0.0


def _authors(negative: Sequence[MentionView]) -> list[tuple[str, int]]:
    """Who wrote how much, the loudest first, each as they are spelt most often.

    An author is somebody at a place: namesakes elsewhere are other people.
    """
    spelt: dict[tuple[str, str], Counter[str]] = {}
    for view in negative:
        if author := _author(view):
            spelt.setdefault((_folded(author), view.publisher), Counter())[author] += 1
    counted = [
        (f"{names.most_common(1)[0][0]} ({publisher})", names.total())
        for (_, publisher), names in spelt.items()
    ]
    return sorted(counted, key=lambda one: -one[1])


def _author(view: MentionView) -> str | None:
    """Who wrote it; many feeds name themselves as the author of everything, and forums nobody."""
    name = _folded(view.author or "")
    site = view.url.partition("//")[2].partition("/")[0].casefold().removeprefix("www.")
    return view.author if name and name not in (_folded(view.publisher), site, *_NOBODY) else None


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split())


def _crisis(view: MentionView) -> tuple[str, ...]:
    """The crisis words that are not denied where they stand."""
    said = (
        term.term
        for term in view.mention.crisis
        if not is_denied(view.title if term.field == "title" else view.text, term.start, term.end)
    )
    return tuple(dict.fromkeys(said))


def _persons(view: MentionView) -> tuple[str, ...]:
    named = (term.term for term in view.mention.matched if term.kind == "person")
    return tuple(dict.fromkeys(named))


def _about(negative: Sequence[MentionView]) -> str | None:
    """The watched person whom at least half of the negative stories name; reprints count once."""
    stories = {_story(view) for view in negative}
    named = Counter(
        name for name, _ in {(name, _story(view)) for view in negative for name in _persons(view)}
    )
    name, count = min(named.items(), key=lambda one: (-one[1], one[0]), default=(None, 0))
    return name if count * 2 >= len(stories) else None


def _counted(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counts = Counter(values)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _unusual_words(
    negative: Sequence[MentionView], before: Sequence[MentionView]
) -> tuple[str, ...]:
    """Words of the titles and snippets that far more of the stories say than in the baseline."""
    (now, stories_now), (usual, stories_usual) = _word_counts(negative), _word_counts(before)
    watched = {
        part
        for view in negative
        for term in view.mention.matched
        for part in _WORD.findall(term.text.lower())
    }
    total_now, total_usual = max(1, stories_now), max(1, stories_usual)
    scores = {
        word: count * log((count / total_now) / ((usual[word] + 0.5) / total_usual))
        for word, count in now.items()
        if count >= 2 and word not in watched
    }
    rising = [word for word, score in scores.items() if score > 0]
    return tuple(sorted(rising, key=lambda word: (-scores[word], word))[:_TOP_WORDS])


def _word_counts(views: Sequence[MentionView]) -> tuple[Counter[str], int]:
    """In how many stories each word occurs, and of how many; reprints do not shout louder."""
    counts: Counter[str] = Counter()
    seen = set()
    for view in views:
        if _story(view) in seen:
            continue
        seen.add(_story(view))
        counts.update(set(_WORD.findall(f"{view.title} {view.mention.snippet}".lower())))
    return counts, len(seen)
