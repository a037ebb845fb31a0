"""An incident's event and its facts into one message, by channel and language.

Pure. A Telegram message fits a caption in every case: fields have budgets and
the least needed lines go first, so markup is never cut.
"""

from collections.abc import Sequence
from dataclasses import replace

from alerts import mail_html, telegram_html
from alerts.brief import Brief
from alerts.parts import LADDER, WIDE, head, lines_of, number, state, whom
from alerts.spans import Line, Span, clip, length, plain
from alerts.texts import Speech
from storage.incident_records import Message

_LIMIT = telegram_html.CAPTION_LIMIT - 48  # room for the line that says "may be a repeat"
_NOTICE_LIMIT = telegram_html.TEXT_LIMIT - 48
_NOTICE_LINE = 1700  # a title beside the longest address, which is no address when cut
_TAIL = 30  # of them for the line that says how many more there are
_SPARE = ("note", "fact")  # lines that go, the last first, where the least budget is too much


def alert(brief: Brief, channel: str) -> Message:
    """The whole message about an incident as it stands now."""
    lines = _fitting(brief) if channel == "telegram" else lines_of(brief, WIDE)
    return _message(brief, lines, channel, _buttons(brief))


def push(brief: Brief, channel: str, what: str, **values: object) -> Message:
    """A short message beside the living one, for what must be heard: it rings."""
    lines = (
        Line("head", (Span(head(brief), "bold"),)),
        Line("fact", (Span(brief.speech.say(what, **values)),)),
        Line("fact", (Span(clip(brief.recognised.situation.title, 80)),)),
        Line("foot", (Span(number(brief.incident)),)),
    )
    buttons = _buttons(brief)[:2] if brief.incident.state == "open" else ()
    return _message(brief, lines, channel, buttons)


def notice(subject: str, texts: Sequence[str], channel: str, language: str = "ru") -> Message:
    """A message about nabat itself: lines of plain words under a subject.

    What Telegram has no room for is left out from the end, and counted.
    """
    lines = [Line("head", (Span(clip(subject, 600), "bold"),))]
    lines += [Line("fact", (Span(clip(text, _NOTICE_LINE)),)) for text in texts]
    if channel == "telegram" and length(lines) > _NOTICE_LIMIT:
        kept = list(lines)
        while length(kept) > _NOTICE_LIMIT - _TAIL:
            kept.pop()
        rest = Speech(language).say("more", number=len(lines) - len(kept))
        lines = [*kept, Line("fact", (Span(rest),))]
    return Message(
        subject=clip(subject, 200), text=plain(lines), html=_html(lines, channel, "", language)
    )


def marked(message: Message, channel: str, language: str) -> Message:
    """The same message, saying that it may be a repeat."""
    line = Line("note", (Span(f"♻️ {Speech(language).say('repeat')}", "italic"),))
    html = message.html
    if channel == "telegram" and html:
        html = f"{telegram_html.render((line,))}\n{html}"
    elif html:
        html = mail_html.marked(html, line.text)
    return replace(message, text=f"{line.text}\n{message.text}", html=html)


def _fitting(brief: Brief) -> list[Line]:
    """The most that fits a caption; what stays at the end is clipped to less than that."""
    lines: list[Line] = []
    for budget in LADDER:
        lines = lines_of(brief, budget)
        if length(lines) <= _LIMIT:
            return lines
    for kind in _SPARE:
        while length(lines) > _LIMIT and (spare := [one for one in lines if one.kind == kind]):
            lines.remove(spare[-1])
    return lines


def _message(
    brief: Brief, lines: Sequence[Line], channel: str, buttons: tuple[tuple[str, str], ...]
) -> Message:
    reader = brief.speech.say("why_sent", name=clip(brief.reader, 80)) if brief.reader else ""
    return Message(
        subject=_subject(brief),
        text=plain(lines),
        html=_html(lines, channel, reader, brief.language),
        buttons=buttons,
    )


def _html(lines: Sequence[Line], channel: str, reader: str, language: str) -> str:
    if channel == "telegram":
        return telegram_html.render(lines)
    return mail_html.render(lines, reader, language) if channel == "email" else ""


def _subject(brief: Brief) -> str:
    # The same words for the life of an incident would be folded by mail readers; the
    # thread is held by References, so the subject may say how things stand.
    speech = brief.speech
    return speech.say(
        "subject",
        state=state(brief),
        level=brief.level,
        brand=whom(brief),
        situation=clip(brief.recognised.situation.title, 80),
        number=number(brief.incident),
    )


def _buttons(brief: Brief) -> tuple[tuple[str, str], ...]:
    if brief.incident.state == "resolved":
        return ()
    names = ["escalate", "pause", "false", "notus", "tone", "open"]
    if brief.incident.taken_by is None:
        names.insert(0, "take")
    elif brief.ticked < len(brief.reaction.steps):
        names.insert(0, "step_done")
    tail = f"{brief.incident.id}:{brief.mark}"
    icons = {
        "take": "✅", "escalate": "⬆️", "pause": "🔕", "false": "🙅", "notus": "🚫", "tone": "🎭",
        "step_done": "☑️", "open": "📋",
    }  # fmt: skip
    return tuple((f"{icons[n]} {brief.speech.say(n)}", f"{n}:{tail}") for n in names)
