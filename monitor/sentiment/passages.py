"""Cut from a text the passages that say something about a target, and sum them up.

Pure. A short text is judged as it is; from a long one the sentence around each
occurrence is taken, with those before it when it is too short to mean anything
alone. A dot after an initial or an abbreviation ends no sentence: one too long
is better than one that lost its accusation. The verdict on the whole is a third
the first passage, where a text says what it is about, and two thirds the
strongest one, where the harm is.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from monitor.sentiment.protocol import Passage
from monitor.sentiment.spelling import in_one_script, visible
from monitor.sentiment.verdict import tone_of
from storage.records import MatchedTerm, Mention, MentionView, Tone

SHORT = 350  # characters that are judged as one passage
REACH = 300  # characters looked at on each side of an occurrence in a longer text
MEANINGFUL = 60  # a shorter passage begins a sentence earlier
MOST_PASSAGES = 6  # the title, the first occurrences and the last
MOST_OCCURRENCES = 1000  # of a target that are looked at
STEM = 5  # letters of a target's word that have to agree in another word form
LONGEST_TARGET = 200
STRONGEST_SHARE = 2 / 3
HARM = 1.5  # an accusation outweighs praise that much more certain

_SMALL = "a-zа-яіїєґё"
# Giving nothing back: of hundreds of dots and spaces it would try every division. A line that
# goes on in small letters behind no stop was broken for its length.
_SENTENCE_END = re.compile(
    rf"(?:[.!?…]++[»”\")\]]*+\s++(?=[«“\"(\[—–-]*+\s*+(?:[@#]|(?![{_SMALL}])[^\W_]))"
    rf"|\n(?:[^\S\n]*+\n)++|(?<=[.!?…])\n|\n(?![^\S\n]*+[{_SMALL}]))"
)
_ABBREVIATION = re.compile(
    r"(?<![\w'’])(?:"
    r"[^\W\d_]|гг|рр|ул|вул|просп|пер|пл|буд|корп|кв|стр|обл|р-н|им|ім|акад|проф|доц|зам|заст|гос"
    r"|гр|пос|дер|мкр|наб|ген|тел|ред|гл|ст|св|см|др|ін|руб|коп|грн|тыс|тис|млн|млрд|трлн"
    r"|mr|mrs|ms|dr|prof|sr|jr|st|ave|inc|ltd|co|corp|no|vs|gen|gov|sen|rep|approx"
    r"|jan|feb|apr|aug|sept|oct|nov|dec"
    r")\Z",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 8
_WORD = re.compile(r"\w+")
_GAP = r"\W{1,3}"  # between the words of a target
_ENDED = re.compile(r"(?<=...)(?:[ыи]е|[ыиоі]й|[ая]я|[ое]е|[аеёийоуыьюяєії])$", re.IGNORECASE)
_ENDINGS = (
    r"(?:[аеиоуыьюяєіїй]|[оеє]й|[оеє]ю|[оеёє]м|[аяиыії]м|[аяиыії]ми|[аяиыії]х|[оеєії]в|[ое]ві"
    r"|ого|ому|[ауоия]я|[ую]ю|['’]?s)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPassage:
    """A passage, its own tone, and its share in the tone of the whole text."""

    passage: Passage
    tone: Tone
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The tone of a whole text and the passages it rests on; their shares sum to 1."""

    tone: Tone
    passages: tuple[JudgedPassage, ...]


def passages_of(view: MentionView) -> list[Passage]:
    """The passages of a mention's article that name the brand; never empty.

    Where no offset of the mention fits the article any more, the title with
    the beginning of the text stands for the whole.
    """
    found: list[Passage] = []
    names = _names(view.mention)
    for name, text in (("title", view.title), ("text", view.text)):
        terms = sorted((t.start, t.end) for t in names if t.field == name)
        found.extend(cut(text, terms, lang=view.lang))
    whole = Passage(text=f"{view.title}. {view.text[: 2 * REACH]}", lang=view.lang)
    return _chosen(found) or [whole]


def passages_toward(
    text: str, target: str | None, start: int | None, end: int | None, lang: str
) -> list[Passage]:
    """The passages to judge for a caller's text and target; never empty.

    Offsets win over the target's words; where neither leads anywhere the text
    is judged as a whole.
    """
    given = Passage(text=text, start=start, end=end, lang=lang).span
    spans = [given] if given else find_target(text, target or "")
    return _chosen(cut(text, spans, lang=lang)) or [Passage(text=text[: 4 * REACH], lang=lang)]


def cut(text: str, spans: Iterable[tuple[int, int]], *, lang: str) -> list[Passage]:
    """The passage around each span that fits the text, in order; of very many the first."""
    fitting = ((start, end) for start, end in spans if 0 <= start < end <= len(text))
    return [around(text, start, end, lang) for start, end in islice(fitting, MOST_OCCURRENCES)]


def find_target(text: str, target: str) -> list[tuple[int, int]]:
    """Where the target stands: as written in any letter case, else with another ending.

    In any spelling: ё may be written as е, й as two characters, a letter as its twin of the
    other script, and what nobody sees may stand within. In a long text, which is cut to what
    is said of it, its other grammatical cases are found beside it.
    """
    seen = in_one_script(visible(text))
    if len(seen) == len(text):
        return _found(seen, target)
    places = [place for place, sign in enumerate(text) if visible(sign)]
    return [(places[start], places[end - 1] + 1) for start, end in _found(seen, target)]


def sum_up(passages: Sequence[Passage], tones: Sequence[Tone]) -> Verdict:
    """The verdict on a text from the tones of its passages, the first passage first."""
    strength = [max(HARM * tone.negative, tone.positive) for tone in tones]
    strongest = strength.index(max(strength))
    shares = [0.0] * len(tones)
    shares[0] += 1 - STRONGEST_SHARE
    shares[strongest] += STRONGEST_SHARE
    return Verdict(
        tone=tones[0] if strongest == 0 else _mixed(tones[0], tones[strongest]),
        passages=tuple(
            JudgedPassage(passage=passage, tone=tone, share=share)
            for passage, tone, share in zip(passages, tones, shares, strict=True)
        ),
    )


def _found(text: str, target: str) -> list[tuple[int, int]]:
    composed = in_one_script(visible(unicodedata.normalize("NFC", target))).strip()
    words = _WORD.findall(composed[:LONGEST_TARGET])
    if not words:
        return []
    found = _spans(_spelled(composed), text)
    if not found:
        return _spans(_GAP.join(map(_inflected, words)), text)
    if len(text) <= SHORT:
        return found
    declined = _spans(_GAP.join(map(_declined, words)), text)
    last = 0
    together: list[tuple[int, int]] = []
    for start, end in sorted([*found, *declined]):
        if start >= last:
            together.append((start, end))
            last = end
    return together


def _names(mention: Mention) -> Sequence[MatchedTerm]:
    """What matched, without the crisis words that a watch asked for beside names."""
    words = {(word.field, word.start) for word in mention.crisis}
    names = [
        term
        for term in mention.matched
        if term.kind != "watch"
        or words.isdisjoint((term.field, place) for place in range(term.start, term.end))
    ]
    return names or mention.matched


def _mixed(first: Tone, strongest: Tone) -> Tone:
    rest = 1 - STRONGEST_SHARE
    return tone_of(
        rest * first.negative + STRONGEST_SHARE * strongest.negative,
        rest * first.neutral + STRONGEST_SHARE * strongest.neutral,
        rest * first.positive + STRONGEST_SHARE * strongest.positive,
        model=first.model,
    )


def _spans(wanted: str, text: str) -> list[tuple[int, int]]:
    pattern = re.compile(rf"(?<!\w){wanted}(?!\w)", re.IGNORECASE)
    return [match.span() for match in islice(pattern.finditer(text), MOST_OCCURRENCES)]


def _inflected(word: str) -> str:
    """A pattern for the word with another ending: the stem has to agree."""
    if len(word) < STEM - 1:
        return _spelled(word)
    return _spelled(word[: max(STEM - 1, len(word) - 2)]) + r"\w{0,4}"


def _declined(word: str) -> str:
    """A pattern for the word in its grammatical cases: the whole stem has to agree."""
    return _spelled(_ENDED.sub("", word)) + _ENDINGS if len(word) >= STEM - 1 else _spelled(word)


def _spelled(words: str) -> str:
    """A pattern for the words in every spelling that means the same; of very many as they are."""
    if len(words) > LONGEST_TARGET:
        return re.escape(words)
    return "".join(map(_letter, words))


def _letter(letter: str) -> str:
    if letter in "еёЕЁ":
        return "(?:е\N{COMBINING DIAERESIS}?|ё)"
    parts = unicodedata.normalize("NFD", letter)
    return re.escape(letter) if parts == letter else f"(?:{letter}|{parts})"


def around(text: str, start: int, end: int, lang: str) -> Passage:
    """The sentence of the span, as a passage whose offsets point at the same characters."""
    if len(text) <= SHORT:
        return Passage(text=text, start=start, end=end, lang=lang)
    low, high = max(0, start - REACH), min(len(text), end + REACH)
    ends = _sentence_ends(text, low, high)
    after = next((place for place in ends if place >= end), high)
    openings = [low, *(place for place in ends if place <= start)]
    opening = openings.pop()
    while openings and after - opening < MEANINGFUL:
        opening = openings.pop()
    return Passage(text=text[opening:after], start=start - opening, end=end - opening, lang=lang)


def _sentence_ends(text: str, low: int, high: int) -> list[int]:
    return [
        match.end()
        for match in _SENTENCE_END.finditer(text, low, high)
        if "\n" in match[0] or match[0].rstrip() != "." or not _abbreviates(text, match.start())
    ]


def _abbreviates(text: str, dot: int) -> bool:
    """Whether this dot stands after an initial or an abbreviation."""
    return _ABBREVIATION.search(text[max(0, dot - _LONGEST_ABBREVIATION) : dot]) is not None


def _chosen(passages: Iterable[Passage]) -> list[Passage]:
    """The first ones and the last, one for each sentence: its first occurrence speaks for it."""
    kept: dict[str, Passage] = {}
    for passage in passages:
        kept.setdefault(passage.text, passage)
    found = list(kept.values())
    return found if len(found) <= MOST_PASSAGES else [*found[: MOST_PASSAGES - 1], found[-1]]
