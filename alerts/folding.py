"""A crowd of first messages for one chat as a few digests: nobody reads five hundred. Pure."""

import re
from collections.abc import Sequence

from alerts import payload
from alerts.compose import notice
from alerts.spans import clip, units
from alerts.texts import Speech
from storage.incident_records import Message, Notification

CROWD = 4  # so many first messages waiting for one address are told as one
_SHOWN = 12
_ROW = 20
_LIMIT = 3500
_NUMBER = re.compile(r"\(([^()]+)\)$")
_LEVEL = re.compile(r"(\d)/4\]")


def fold(subjects: Sequence[str], channel: str, language: str) -> list[Message]:
    """Every subject told once: the gravest in a line each, of the others their numbers."""
    speech = Speech(language)
    grave = sorted(subjects, key=_level, reverse=True)
    lines = [clip(one, 160) for one in grave[:_SHOWN]]
    numbers = [_number(one) for one in grave[_SHOWN:]]
    if numbers:
        lines.append(speech.say("folded_more", number=len(numbers)) + ":")
    lines += [", ".join(numbers[i : i + _ROW]) for i in range(0, len(numbers), _ROW)]
    head = speech.say("folded_subject", notices=speech.count(len(subjects), "notice"))
    return [notice(head, page, channel, language) for page in _pages(lines)]


def subject(notification: Notification) -> str:
    """What the message is about; its key where it cannot be read."""
    try:
        return payload.read(notification).subject
    except payload.PayloadError:
        return notification.key


def _pages(lines: Sequence[str]) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    used = 0
    for line in lines:
        used += units(line) + 1
        if used > _LIMIT and pages[-1]:
            pages.append([])
            used = units(line) + 1
        pages[-1].append(line)
    return pages


def _level(subject: str) -> int:
    found = _LEVEL.search(subject)
    return int(found[1]) if found else 0


def _number(subject: str) -> str:
    found = _NUMBER.search(subject)
    return clip(found[1] if found else subject, 24)
