"""Try the tone model on lines of JSON: ``nabat tone < pairs.jsonl``.

One line out for each line in, in the same order, with flat memory. A bad line
gives a line that says what is wrong with it, and the stream goes on.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from monitor.sentiment.passages import passages_toward, sum_up
from monitor.sentiment.protocol import Passage, SentimentBackend
from nabat.commands.text_lines import parse
from storage.records import Tone

BATCH = 64

_TYPES = {"text": str, "target": str, "start": int, "end": int, "lang": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One input line as passages to judge, or as the error that it is."""

    id: object
    passages: list[Passage]
    error: str | None = None


def tone_lines(
    portions: Iterable[Iterable[str]], backend: SentimentBackend, *, batch: int = BATCH
) -> Iterator[str]:
    """The answer to each input line, without its line feed.

    Lines that came together are judged ``batch`` at a time; all of them are
    answered before more are asked for.
    """
    numbers = count(1)
    for portion in portions:
        given = zip(portion, numbers, strict=False)
        while chunk := list(islice(given, batch)):
            yield from _judged([_read(number, line) for line, number in chunk], backend)


def is_error(answer: str) -> bool:
    """Whether an answer of ``tone_lines`` reports a bad line."""
    return "error" in json.loads(answer)


def _judged(asked: Sequence[_Asked], backend: SentimentBackend) -> Iterator[str]:
    tones = iter(backend.judge([passage for one in asked for passage in one.passages]))
    for one in asked:
        judged = [next(tones) for _ in one.passages]
        yield _error(one) if one.error else _answer(one, judged)


def _read(number: int, line: str) -> _Asked:
    """The passages of one input line, or what is wrong with it."""
    try:
        row = parse(line)
    except (ValueError, RecursionError) as error:
        reason = f"not JSON ({error})" if line.strip() else "empty"
        return _refused(None, number, f"{reason}; write one object a line")
    if not isinstance(row, dict):
        return _refused(None, number, 'not an object; write {"id": …, "text": …}')
    wrong = _wrong_field(row)
    if wrong:
        return _refused(row.get("id"), number, wrong)
    found = passages_toward(
        row["text"], row.get("target"), row.get("start"), row.get("end"), row.get("lang") or ""
    )
    return _Asked(id=row.get("id"), passages=found)


def _wrong_field(row: dict[str, object]) -> str | None:
    if "text" not in row:
        return 'no "text"; add the text to judge'
    for name, wanted in _TYPES.items():
        value = row.get(name)
        if value is None and name != "text":
            continue
        if not isinstance(value, wanted) or isinstance(value, bool):
            kind = "a string" if wanted is str else "a whole number"
            return f'"{name}" is {type(value).__name__}; make it {kind}'
    return None


def _refused(row_id: object, number: int, what: str) -> _Asked:
    return _Asked(id=row_id, passages=[], error=f"line {number}: {what}")


def _error(asked: _Asked) -> str:
    return json.dumps({"id": asked.id, "error": asked.error}, ensure_ascii=False)


def _answer(asked: _Asked, tones: list[Tone]) -> str:
    tone = sum_up(asked.passages, tones).tone
    shares = {
        "negative": tone.negative,
        "neutral": tone.neutral,
        "positive": tone.positive,
    }
    answer = {
        "id": asked.id,
        "label": tone.label,
        "p": shares,
        "unsure": tone.unsure,
        "model": tone.model,
    }
    return json.dumps(answer, ensure_ascii=False)
