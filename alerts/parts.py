"""The lines of an alert, each part within its budget. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.brief import Brief
from alerts.spans import Line, Span, clip
from alerts.texts import Speech
from storage.incident_records import Facts, Incident, StoryFact

_LIGHTS = {1: "🟡", 2: "🟠", 3: "🔴", 4: "⛔"}
_BARS = "▁▂▃▄▅▆▇█"
_GAP = Line("gap")
_LONG_WATCHED = timedelta(days=28)
_WORTH_SAYING = timedelta(hours=1)
_COUNTABLE = 0.5  # of less, "so many times more" says nothing to anybody


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of each part may be said."""

    title: int
    stories: int
    steps: int
    step: int
    names: int
    avoid: int
    extras: bool


# Where nothing limits the length.
WIDE = Budget(title=200, stories=3, steps=9, step=240, names=8, avoid=9, extras=True)

# From generous to the bare need; the first that fits is taken.
LADDER = (
    Budget(title=110, stories=3, steps=4, step=110, names=3, avoid=3, extras=True),
    Budget(title=90, stories=3, steps=3, step=90, names=3, avoid=2, extras=True),
    Budget(title=80, stories=3, steps=3, step=90, names=3, avoid=1, extras=False),
    Budget(title=70, stories=3, steps=3, step=80, names=2, avoid=1, extras=False),
    Budget(title=64, stories=3, steps=2, step=90, names=2, avoid=1, extras=False),
    Budget(title=60, stories=3, steps=2, step=80, names=2, avoid=0, extras=False),
    Budget(title=54, stories=2, steps=2, step=80, names=1, avoid=0, extras=False),
    Budget(title=50, stories=2, steps=2, step=50, names=1, avoid=0, extras=False),
    Budget(title=40, stories=1, steps=1, step=40, names=1, avoid=0, extras=False),
    Budget(title=0, stories=0, steps=1, step=40, names=0, avoid=0, extras=False),
)


def number(incident: Incident) -> str:
    """The incident's number as people say it: «РОМ-142»."""
    letters = "".join(c for c in incident.brand if c.isalnum())[:3].upper()
    return f"{letters or 'N'}-{incident.id}"


def lines_of(brief: Brief, budget: Budget) -> list[Line]:
    """The whole message, part after part, with a gap between."""
    groups = (
        _what(brief, budget),
        _stories(brief, budget),
        _steps(brief, budget),
        _foot(brief),
    )
    out: list[Line] = []
    for group in groups:
        if out and group:
            out.append(_GAP)
        out.extend(group)
    return out


def _what(brief: Brief, budget: Budget) -> list[Line]:
    speech, facts = brief.speech, brief.facts
    lines = [
        Line("head", (Span(head(brief), "bold"),)),
        Line("title", (Span(clip(brief.recognised.situation.title, 80), "bold"),)),
        Line("fact", (Span(f"📈 {_observed(speech, facts)}"),)),
    ]
    spark = sparkline(facts)
    if spark and budget.extras:
        lines.append(Line("spark", (Span(spark),)))
    if budget.extras and brief.recognised.because:
        words = ", ".join(clip(word, 30) for word in brief.recognised.because[:4])
        lines.append(Line("fact", (Span(f"🔎 {speech.say('signs', words=words)}"),)))
    if facts.about and budget.names:
        said = speech.say("about", name=clip(facts.about, 60))
        lines.append(Line("fact", (Span(f"🧑 {said}"),)))
    lines += _basis(brief)
    lines += _linked(brief, budget)
    lines.append(Line("fact", _first(brief)))
    if budget.names and facts.publishers:
        lines.append(Line("fact", (Span(f"📣 {_spread(speech, facts, budget.names)}"),)))
    if facts.top_author and _is_loud(facts):
        said = speech.say(
            "loudest",
            author=clip(facts.top_author, 40),
            share=speech.percent(facts.top_author_share),
        )
        lines.append(Line("note", (Span(f"🗣️ {said}"),)))
    return lines


def _is_loud(facts: Facts) -> bool:
    """Whether the loudest author wrote a share worth naming, and more than a single text of it."""
    is_share = facts.top_author_share >= 0.15 and facts.mentions >= 3
    return is_share and facts.top_author_share * facts.negative > 1.5


def _basis(brief: Brief) -> list[Line]:
    """What "usual" stands on, while the brand has not been watched for long."""
    speech, basis = brief.speech, brief.facts.basis
    if basis is None or basis.watched >= _LONG_WATCHED:
        return []
    parts = (("watched", basis.watched), ("stored", basis.stored), ("archive", basis.archive))
    said = [
        speech.say(f"basis_{name}", length=speech.duration(span))
        for name, span in parts
        if span >= _WORTH_SAYING
    ]
    if basis.shared >= 0.5:
        said.append(speech.say("basis_shared"))
    return [Line("note", (Span(f"🧭 {speech.say('basis', parts=', '.join(said))}"),))]


def _linked(brief: Brief, budget: Budget) -> list[Line]:
    """What the same crisis does to kindred brands, in numbers of their own."""
    speech = brief.speech
    lines = []
    for link in brief.links[: budget.names]:
        brand = speech.say("quote", text=clip(link.incident.brand, 40))
        said = speech.say(link.incident.state) if link.incident.state != "open" else ""
        about = said.lower() or _observed(speech, link.facts)
        lines.append(Line("fact", (Span(f"🔗 {brand}: {about}"),)))
    return lines


def named(brands: Sequence[str], speech: Speech, limit: int = 40) -> str:
    """Brands by name, two of them, and how many more there are."""
    shown = ", ".join(speech.say("quote", text=clip(name, limit)) for name in brands[:2])
    rest = len(brands) - 2
    return speech.say("more_names", names=shown, number=rest) if rest > 0 else shown


def _observed(speech: Speech, facts: Facts) -> str:
    expected = facts.expected
    usual = (
        speech.say("expected_none")
        if expected < 0.05
        else speech.say("expected_few")
        if expected < _COUNTABLE
        else speech.say("expected_about", number=speech.number(round(expected, 1)))
    )
    text = speech.say(
        "observed",
        stories=speech.count(round(facts.observed), "story"),
        window=speech.duration(facts.window),
        expected=usual,
    )
    times = facts.observed / expected if expected >= _COUNTABLE else 0.0
    if times >= 2:
        text += speech.say("times", times=speech.count(round(times), "times"))
    return text


def _first(brief: Brief) -> tuple[Span, ...]:
    speech, first = brief.speech, brief.facts.first
    if first is None:
        return (Span(f"🌱 {speech.say('first_unknown')}"),)
    at = speech.clock(first.happened_at, near=brief.event.at)
    text = f"🌱 {speech.say('first', time=at, publisher='')}"
    spans = [Span(text), Span(clip(first.publisher, 50), "", first.url)]
    if first.author:
        spans.append(Span(speech.say("by_author", author=clip(first.author, 40))))
    return tuple(spans)


def _spread(speech: Speech, facts: Facts, names: int) -> str:
    shown = ", ".join(clip(name, 30) for name, _ in facts.publishers[:names])
    rest = len(facts.publishers) - names
    if rest > 0:
        shown = speech.say("more_names", names=shown, number=rest)
    return speech.say(
        "spread",
        mentions=speech.count(facts.mentions, "mention"),
        publishers=speech.count(len(facts.publishers), "publisher"),
        names=shown,
    )


def _stories(brief: Brief, budget: Budget) -> list[Line]:
    stories = brief.facts.top[: budget.stories]
    if not stories:
        return []
    lines = [Line("section", (Span(brief.speech.say("main"), "bold"),))]
    for place, story in enumerate(stories, 1):
        lines.append(Line("item", _story(brief.speech, place, story, budget.title)))
    return lines


def _story(speech: Speech, place: int, story: StoryFact, title: int) -> tuple[Span, ...]:
    tail = f" — {clip(story.publisher, 30)}"
    if story.copies > 1:
        tail += f", {speech.count(story.copies - 1, 'copy')}"
    name = clip(story.title, title) or clip(story.url, title) or "…"
    return (Span(f"{place}. "), Span(name, "", story.url), Span(tail))


def _steps(brief: Brief, budget: Budget) -> list[Line]:
    if brief.incident.state == "resolved":
        return []
    speech, reaction = brief.speech, brief.reaction
    title = speech.say("plan", id=clip(reaction.id, 12), title=clip(reaction.title, 60))
    lines = [Line("section", (Span(title, "bold"),))]
    # Where not all of them have room, the first that is not done yet is among those shown.
    end = min(len(reaction.steps), max(budget.steps, brief.ticked + 1))
    begin = max(0, end - budget.steps)
    for place, step in enumerate(reaction.steps[begin:end], begin):
        until = speech.say(
            "until", time=speech.clock(brief.begun_at + step.within, near=brief.event.at)
        )
        box = "☑" if place < brief.ticked else "☐"
        text = (
            f"{box} {until} — {clip(step.what, budget.step)} ({clip(brief.owner(step.owner), 40)})"
        )
        lines.append(Line("item", (Span(text),)))
    rest = len(reaction.steps) - end
    if rest > 0:
        lines.append(
            Line("item", (Span(speech.say("more_steps", steps=speech.count(rest, "step"))),))
        )
    if budget.avoid and reaction.do_not:
        avoid = "; ".join(clip(one, 60) for one in reaction.do_not[: budget.avoid])
        lines.append(Line("item", (Span(f"✖ {avoid[:1].upper()}{avoid[1:]}"),)))
    return lines


def _foot(brief: Brief) -> list[Line]:
    speech, facts, incident, event = brief.speech, brief.facts, brief.incident, brief.event
    lines = []
    if incident.taken_by and incident.taken_at:
        at = speech.clock(incident.taken_at, near=event.at)
        phrase = "was_taken" if incident.state == "resolved" else "taken"
        said = speech.say(phrase, who=clip(incident.taken_by, 60), time=at)
        lines.append(Line("owner", (Span(f"✅ {said}", "bold"),)))
    elif incident.state == "open":
        until = speech.clock(brief.take_until, near=event.at)
        owner = clip(brief.owner(brief.asked), 60)
        lines.append(Line("owner", (Span(f"👤 {speech.say('owner', owner=owner, time=until)}"),)))
    if brief.silence is not None and incident.state != "resolved":
        until = speech.clock(brief.silence.until, near=event.at)
        said = speech.say("paused", time=until, who=clip(brief.silence.by, 60))
        lines.append(Line("owner", (Span(f"🔕 {said}"),)))
    if facts.sources_total:
        text = speech.say(
            "coverage",
            alive=speech.number(facts.sources_alive),
            total=speech.count(facts.sources_total, "of_source"),
        )
        if facts.sources_alive < facts.sources_total * 0.8:
            text += f". ⚠️ {speech.say('blind')}"
        lines.append(Line("foot", (Span(text),)))
    foot = speech.say(
        "foot",
        number=number(incident),
        opened=speech.clock(incident.opened_at, near=event.at),
        updated=speech.clock(event.at),
        zone=speech.zone_name(event.at),
    )
    lines.append(Line("foot", (Span(foot),)))
    return lines


def sparkline(facts: Facts, width: int = 16) -> str:
    """The last hours as bars, newest right; nothing where there is no series."""
    points = facts.series[-width * 3 :]
    if len(points) < width:
        return ""
    step = len(points) // width
    sums = [
        sum(max(0.0, p.observed) for p in points[i : i + step])
        for i in range(len(points) - step * width, len(points), step)
    ]
    top = max(sums)
    if not top > 0:
        return ""
    return "".join(_BARS[min(7, int(7 * one / top + 0.5))] for one in sums)


def state(brief: Brief) -> str:
    """How things stand, in a word."""
    incident = brief.incident
    if incident.verdict == "false-alarm":
        return brief.speech.say("false_alarm")
    if incident.state in ("calmed", "resolved"):
        return brief.speech.say(incident.state)
    return brief.speech.say(f"level_{min(4, max(1, brief.level))}")


def whom(brief: Brief) -> str:
    """The brands of the crisis, the one it is told by first."""
    brand = brief.speech.say("quote", text=clip(brief.incident.brand, 60))
    others = [one.incident.brand for one in brief.links]
    return ", ".join(filter(None, (brand, named(others, brief.speech, 30))))


def head(brief: Brief) -> str:
    """The first line: how bad, whom, which level."""
    light = {"calmed": "🟢", "resolved": "✅"}.get(
        brief.incident.state, _LIGHTS[min(4, max(1, brief.level))]
    )
    brand = whom(brief)
    return f"{light} {state(brief)} · {brand} · {brief.speech.say('level', level=brief.level)}"
