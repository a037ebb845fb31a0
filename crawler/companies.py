"""Tell a brand from what else bears its name: a town, a person, an ordinary word.

A brand that is also a town needs an anchor in the text: quotes, an address, a legal form or
the name of its trade before it. Beside somebody's first name a word is a surname, and so it
is in the rest of that text. An ordinary word at the beginning of a sentence has its capital
from there.
"""

import functools
import re
from collections.abc import Sequence

from crawler.company_words import announces_company
from crawler.dictionary import agree, is_genitive, is_given_name, is_given_nominative, tags
from crawler.document import Document, Occurrence
from crawler.folding import script, spelling, words
from crawler.marks import is_marked
from crawler.names import Name

_REACH = 40  # characters before a name that are looked at
_NEXT_WORD = re.compile(r"[^\S\n]+([А-ЯЁІЇЄҐ][\w'’-]*)")
_INITIAL = re.compile(r"\b[А-ЯЁІЇЄҐ]\.[^\S\n]?$")
_QUOTES = ("«", '"', "“", "„")
_INSIDE = frozenset(words("в во из под у із з до біля на над через возле около к по между"))
_KIN = re.compile(  # «дочка» is not among them: what companies have is called so more often
    r"(дочь|дочери|дочерью|сын|сын[аеу]|сыном|жен[аеуы]|женой|муж|муж[ауе]|мужем|брат|брат[ауе]|"
    r"братом|сестр\w+|донь\w+|дружин\w+|чоловік\w*|син|син[ауі]|сином)"
)
_NOT = frozenset(["не", "ні", "нет", "немає"])
_SURNAME_SUBJECT = re.compile(r"((ов|ев|ин|ын)[аыі]|[сц](кая|кие|ька|ькі))$")  # hers, or theirs
_TOWN = re.compile(
    r"(город\w{0,3}|г|пригород\w?|штат\w?|област\w|район\w{0,2}|улиц\w{1,2}|мэр\w?|міст\w|мер\w?)"
)


def choose_company(
    name: Name, document: Document, places: Sequence[Occurrence]
) -> list[Occurrence]:
    """The places that are the brand, so far as their neighbours tell."""
    verdicts = [_verdict(name, document, place) for place in places]
    if verdicts.count("") == len(verdicts) and "place" not in name.also:
        return list(places)
    sure = "yes" in verdicts or ("" in verdicts and "place" not in name.also)
    anchored = "yes" in verdicts
    neutral = anchored or ("place" not in name.also and "other" not in verdicts)
    kept = {"yes": True, "": neutral, "weak": sure and neutral}
    return [
        place for place, verdict in zip(places, verdicts, strict=True) if kept.get(verdict, False)
    ]


def _verdict(name: Name, document: Document, place: Occurrence) -> str:
    """ "yes", "" for what is likely, "weak" for what is not, "no" here, "other" everywhere."""
    characters = document.characters
    if is_marked(characters, place.start, place.end):
        return "yes"
    town = "place" in name.also
    before = _kind_before(characters, place.start)
    if before == "company":
        written = characters[place.start : place.end]
        if not town or spelling(written) == spelling(name.term):
            return "yes"
    if before == "subject":
        before = "" if _is_oblique(name, characters, place) else "person"
    if before == "person" and not _is_foreign(characters, place):
        return "other"
    if before == "town" or (town and before == "inside"):
        return "no"
    if "given" in name.also and (after := _NEXT_WORD.match(characters, place.end)):
        return "" if announces_company(after[1]) else "no"
    return _ordinary(name, document, place) if place.gated else ""


def _is_foreign(characters: str, place: Occurrence) -> bool:
    """Whether a name in Latin letters stands after a Cyrillic word: «интервью Ефимов CNN»."""
    before = characters[max(0, place.start - 3) : place.start]
    return characters[place.start : place.end].isascii() and not before.isascii()


def _is_oblique(name: Name, characters: str, place: Occurrence) -> bool:
    """Whether a name is no subject: «Рада Ощадбанку» and «Роман Газпрома» are nobody.

    Анна Калашникова is somebody, whatever «Калашников» makes.
    """
    written, term = spelling(characters[place.start : place.end]), spelling(name.term)
    other_form = written != term and script(written) == script(term)
    return other_form and not _SURNAME_SUBJECT.search(written)


def _kind_before(characters: str, start: int) -> str:
    """What the word before a name says of it; "" when nothing, or when none is beside it."""
    tail = characters[max(0, start - _REACH) : start]
    if tail[-1:] == "." or tail[-2:-1] == ".":
        return "person" if _INITIAL.search(tail) else ""
    tail = tail.rstrip('«"“„')
    head = tail.rstrip()
    if not head or head == tail or "\n" in tail[len(head) :]:
        return ""
    return _kind(head.split()[-1].lstrip('«"“„('))


@functools.lru_cache(20_000)
def _kind(word: str) -> str:
    if announces_company(word):
        return "company"
    spelled = spelling(word)
    if word[:1].isupper() and is_given_name(spelled):
        return "subject" if is_given_nominative(spelled) else "person"
    if _KIN.fullmatch(spelled):
        return "person"
    if _TOWN.fullmatch(spelled):
        return "town"
    return "inside" if spelled in _INSIDE else ""


@functools.lru_cache(1_000)
def _is_pronoun(form: str) -> bool:
    return any("Apro" in tag or "NPRO" in tag for lang in ("ru", "uk") for tag in tags(form, lang))


def _ordinary(name: Name, document: Document, place: Occurrence) -> str:
    """Whether a word with a capital may be the ordinary one all the same.

    «Власти» at the beginning of a sentence is not the weekly «Власть», «Новую Гвинею» not
    «Нова». The name as the watch writes it is left alone: it begins many a headline.
    """
    characters = document.characters
    written = characters[place.start : place.end]
    number = place.first
    if document.adjoins(number) and agree(spelling(written), document.word(number + 1)):
        return "no"
    if _is_of_something(document, number):
        return "no"
    if _begins_title(characters, place):
        return "weak"
    if not document.begins_sentence(place.start):
        return ""
    if written.isupper() and len(written) > 1:
        return ""
    if name.is_mostly_ordinary(written) or _is_pronoun(spelling(written)):
        return "weak"
    if spelling(written) == spelling(name.term):
        return ""
    other = f" {written.lower()}" in characters or _is_other_number(spelling(written), name.term)
    return "weak" if other else ""


def _is_of_something(document: Document, number: int) -> bool:
    """«Лента новостей» and «Партия регионов», but not «Лента денег не вернула»."""
    if not document.adjoins(number) or not document.word(number + 1).islower():
        return False
    denied = any(document.word(number + step) in _NOT for step in (2, 3, 4))
    return not denied and is_genitive(spelling(document.word(number + 1)))


@functools.lru_cache(10_000)
def _is_other_number(form: str, term: str) -> bool:
    """Whether a form may be the plural of a name in the singular: власти and Власть."""
    named = [tag for lang in ("ru", "uk") for tag in tags(term, lang) if "nomn" in tag]
    number = "plur" if any("sing" in tag or "masc" in tag for tag in named) else "sing"
    return any(
        tag.startswith("NOUN") and number in tag and "nomn" in tag
        for lang in ("ru", "uk")
        for tag in tags(form, lang)
    )


def _begins_title(characters: str, place: Occurrence) -> bool:
    """«Наши дни» is another name than «Наши»."""
    opened = characters[max(0, place.start - 1) : place.start] in _QUOTES
    return opened and characters[place.end : place.end + 2].lstrip()[:1].islower()
