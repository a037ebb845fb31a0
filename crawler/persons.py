"""Tell a person from others: is this word a surname here, and whose?

A surname is also a town, an adjective, half of another surname, part of a link. A person
known by full name is accepted in a text that also has the first name, its initial, the
office or the brand; beside somebody else's first name never.
"""

import itertools
import re
from collections.abc import Sequence

from crawler.companies import choose_company
from crawler.dictionary import (
    agree,
    is_common_word,
    is_given_name,
    is_ordinary_noun,
    is_ordinary_subject,
    is_patronymic_beside,
    is_place,
    is_surname,
)
from crawler.document import Document, Found, Occurrence
from crawler.first_names import is_called, is_likely_same
from crawler.folding import script, spelling
from crawler.full_names import PARTICLES
from crawler.names import Name

_SURNAME_END = re.compile(
    r"(ов|ев|ёв|ин|ын|ск\w\w|цк\w\w|ич|ко|юк|ук|ян|дзе|швили|ова|ева|ина)$", re.IGNORECASE
)
_GENERATION = re.compile(r"(старш|младш|мл$|ст$|молодш)", re.IGNORECASE)  # Буш-старший
_ADDRESS = re.compile(r"(?:://|www\.|\.\w+/)\S*\Z")
_INSIDE = frozenset(["в", "во", "из", "под", "у", "із", "з", "до", "біля"])
_TOWN = re.compile(r"(город\w{0,3}|г|пригород\w?|штат\w?|област\w|мэр\w?|міст\w|мер\w?)")
_NAMED_AFTER = frozenset(["имени", "им", "імені", "ім"])
_ROMAN = re.compile(r"[IVXL]+")
_DEGREE = re.compile(r"степен|ступен|класс|созыв|век|квартал|тысяч")
_SHORT = 4  # letters; abbreviations are hardly longer
_ABBREVIATED = 3  # letters; Дж. and Вяч. have a dot, too
_FATHER = 3  # letters by which patronymics are told apart
_OFFICE_REACH = 4  # words between an office and the surname


def choose_person(
    name: Name, document: Document, occurrences: Sequence[Occurrence], *, brand_named: bool
) -> list[Occurrence]:
    """The occurrences that are the person, once the document has an anchor; else none.

    A surname beside somebody else's first name or initial is never the person.
    """
    if name.person is None:
        if name.is_company:
            return choose_company(name, document, occurrences)
        return _bare_surname(name, document, occurrences) if name.is_surname else [*occurrences]
    anchored, kept = brand_named, []
    for occurrence in occurrences:
        beside = _beside(name, document, occurrence)
        if beside == "other":
            continue
        if "initials" in name.also and beside != "own":
            continue
        anchored = anchored or beside in ("own", "office")
        kept.append(occurrence)
    return kept if anchored else []


def is_no_surname_here(name: Name, document: Document, found: Found, *, gated: bool) -> bool:
    """Half of a double name, part of a link, a town, or an adjective with its noun."""
    characters = document.characters
    if _is_part_of_double_name(document, found) or _is_abbreviation(name, document, found):
        return True
    if characters[found.start].islower() and _in_address(characters, found):
        return True
    if not gated and not is_place(found.spelled):
        return False
    number = found.word
    before = spelling(document.word(number - 1)) if document.adjoins(number - 1) else ""
    if _TOWN.fullmatch(before) or (before in _INSIDE and is_place(found.spelled)):
        return True
    return gated and _is_adjective_here(name, document, number, before)


def _is_abbreviation(name: Name, document: Document, found: Found) -> bool:
    """ПО and ГОУ are not По and Гоу, but where everything is in capitals."""
    written = document.characters[found.start : found.end]
    if len(written) > _SHORT or not written.isupper() or "initials" in name.also:
        return False
    number = found.word
    return not any(
        len(word) > 1 and word.isupper()
        for word in (document.word(number - 1), document.word(number + 1))
    )


def _is_adjective_here(name: Name, document: Document, number: int, before: str) -> bool:
    """«Красной площади», but not «Алексея Красного» nor «Хмельницький Богдан»."""
    if not document.adjoins(number) or is_given_name(before):
        return False
    if name.person and document.is_any(number + 1, name.person.given):
        return False
    return agree(spelling(document.word(number)), document.word(number + 1))


def _bare_surname(
    name: Name, document: Document, occurrences: Sequence[Occurrence]
) -> list[Occurrence]:
    """What is left of a surname known without a first name.

    A town's name is the town's until somebody's first name stands beside it, or a form that the
    town has not; letters such as II or ГОУ are a surname nowhere else.
    """
    if "initials" in name.also:
        return [place for place in occurrences if _follows_a_name(document, place)]
    if "place" in name.also and not any(_is_no_town(document, one) for one in occurrences):
        return []
    return _sure_of_themselves(document, occurrences)


def _is_no_town(document: Document, place: Occurrence) -> bool:
    """Whether a surname that is also a town's name is somebody's: «Ивановой» is not Иваново."""
    written = document.characters[place.start : place.end]
    return _has_first_name(document, place) or not is_place(spelling(written))


def _has_first_name(document: Document, place: Occurrence) -> bool:
    """Whether somebody's first name stands beside a surname, be it one no dictionary knows."""
    number = place.first
    before = document.word(number - 1)
    if document.adjoins(number - 1) and spelling(before) in _NAMED_AFTER:
        return True
    return any(
        _is_initial(document, near) or is_given_name(spelling(document.word(near)))
        for near in _neighbours(document, number, number)
    ) or (_only_dots(document.between(number - 1)) and _is_strange(before))


def _follows_a_name(document: Document, place: Occurrence) -> bool:
    """Павел II and Шенуда III, not «орден Отечества III степени» or «артист СССР»."""
    number = place.first
    if not _ROMAN.fullmatch(document.word(number)):
        before = document.word(number - 1)
        return _only_dots(document.between(number - 1)) and is_given_name(spelling(before))
    named = document.adjoins(number - 1) and document.word(number - 1)[:1].isupper()
    return named and not _DEGREE.match(document.word(number + 1))


def _is_initial(document: Document, number: int) -> bool:
    """Whether a word is one letter with a dot, be it the text's last."""
    if len(document.word(number)) != 1:
        return False
    end = document.end_of(number)
    return document.characters[end : end + 1] == "."


def _is_strange(word: str) -> bool:
    """Whether a word with a capital is in no dictionary: Лино, Уго."""
    spelled = spelling(word)
    return (
        word[:1].isupper()
        and word[1:].islower()
        and not (is_common_word(spelled) or is_place(spelled) or is_surname(spelled))
    )


def _sure_of_themselves(document: Document, occurrences: Sequence[Occurrence]) -> list[Occurrence]:
    """All of them, unless each is an ordinary word that merely begins a sentence."""
    characters = document.characters
    if any(
        not place.gated
        or not document.begins_sentence(place.start)
        or not _is_ordinary(spelling(characters[place.start : place.end]))
        for place in occurrences
    ):
        return list(occurrences)
    return []


def _is_ordinary(word: str) -> bool:
    """Whether a word is hardly the surname where it begins a sentence.

    «Адвокат» is not the coach Адвокат there, nor «Голова» a Голов; few sentences begin with
    many «зайцев».
    """
    if not is_ordinary_noun(word):
        return False
    return is_ordinary_subject(word) or not (is_surname(word) and _SURNAME_END.search(word))


def _in_address(characters: str, found: Found) -> bool:
    return _ADDRESS.search(characters, max(0, found.start - 100), found.start) is not None


def _is_part_of_double_name(document: Document, found: Found) -> bool:
    """Иванов-Петров and Грин-парк are not Иванов and Грин; Буш-старший is Буш."""
    characters = document.characters
    after = characters[found.end : found.end + 1] == "-"
    before = found.start > 0 and characters[found.start - 1] == "-"
    if not after and not before:
        return False
    number = found.word
    if after and document.between(number) == "-":
        whole = f"{document.word(number)}-{document.word(number + 1)}"
        if is_place(spelling(whole)):
            return True  # Сент-Луис
    beside = [(number, number + 1)] if after else []
    beside += [(number - 1, number - 1)] if before else []
    return any(
        document.between(gap) == "-" and _belongs_to_another(document.word(word))
        for gap, word in beside
    )


def _belongs_to_another(word: str) -> bool:
    if word.islower():
        return not _GENERATION.search(word)
    known = is_given_name(word.lower()) or is_surname(word.lower())
    return not known or _SURNAME_END.search(word) is not None


def _beside(name: Name, document: Document, occurrence: Occurrence) -> str:
    """Who the words next to a surname say it is: "own", "office", "other" or ""."""
    first, last = occurrence.first, occurrence.last
    near = _neighbours(document, first, last)
    verdicts = [_given(name, document, number) for number in near]
    if _is_of_another_generation(name, document, last):
        return "other"
    if "own" in verdicts:
        return "other" if _has_another_father(name, document, near) else "own"
    if "other" in verdicts:
        return "other"
    offices = name.person.offices if name.person else frozenset()
    if offices and any(
        document.is_any(number, offices) for number in range(max(0, first - _OFFICE_REACH), first)
    ):
        return "office"
    return ""


def _is_of_another_generation(name: Name, document: Document, last: int) -> bool:
    """Буш-старший is not Джордж Буш, unless the watch says «старший»."""
    after = document.word(last + 1) if document.between(last) == "-" else ""
    return bool(_GENERATION.match(after)) and not _GENERATION.search(name.term)


def _has_another_father(name: Name, document: Document, near: Sequence[int]) -> bool:
    """Иван Сергеевич Иванов and И. С. Иванов are not Иван Петрович.

    Patronymics are compared within one language, and told apart by how they begin:
    Алексеевич is Олексійович, Сергеич is Сергеевич.
    """
    if name.person is None:
        return False
    fathers, initials = name.person.fathers, name.person.initials
    heads = {form[:_FATHER] for form in fathers}
    spelled = [spelling(document.word(number)) for number in near]
    if any(one[:_FATHER] not in heads and is_patronymic_beside(one, fathers) for one in spelled):
        return True
    return any(
        first + 1 == second
        and all(_is_initial(document, one) for one in (first, second))
        and spelling(document.word(first)) in initials
        and _is_anothers_initial(name.person.others, document.word(second))
        for first, second in itertools.pairwise(sorted(near))
    )


def _is_anothers_initial(own: frozenset[str], word: str) -> bool:
    """Whether a Cyrillic letter stands for none of the names; what Latin ones do is unsure."""
    return bool(own) and script(word) == "cyrillic" and spelling(word) not in own


def _neighbours(document: Document, first: int, last: int) -> list[int]:
    """Up to two capitalised words before and after, divided by spaces and dots only.

    Between them may stand what belongs to a surname: Усама бен Ладен, Доминик де Вильпен.
    """
    near: list[int] = []
    number = first - 1
    if document.word(number) in PARTICLES and document.adjoins(number):
        number -= 1
    while len(near) < 2 and _is_beside(document, number, number):
        near.append(number)
        number -= 1
    for number in (last + 1, last + 2):
        if not _is_beside(document, number, number - 1):
            break
        near.append(number)
    return near


def _is_beside(document: Document, number: int, gap: int) -> bool:
    """Whether a word has a capital, and only spaces stand in the gap, or the dot of an initial.

    After a longer word a dot ends the sentence: «Задержан Иванов. Анна Сергеева назначена».
    """
    if not document.word(number)[:1].isupper():
        return False
    between = document.between(gap)
    ends_sentence = "." in between and len(document.word(gap)) > _ABBREVIATED
    return _only_dots(between) and not ends_sentence


def _only_dots(between: str) -> bool:
    return len(between) <= 3 and "\n" not in between and not between.replace(".", " ").strip()


def _given(name: Name, document: Document, number: int) -> str:
    """Whether a word is the person's first name or initial, somebody else's, or neither."""
    word = document.word(number)
    if name.person is None or not word[:1].isupper():
        return ""
    person, spelled = name.person, spelling(word)
    if len(word) == 1:
        if not _is_initial(document, number):
            return ""
        if spelled in person.initials:
            return "own"
        return "" if spelled in person.others else "other"
    if document.is_any(number, person.given):
        return "own"
    if is_called(spelled, person.called) or is_likely_same(spelled, person.first):
        return "own"
    if not is_given_name(spelled):
        return ""
    return "own" if spelled[:1] in person.begins else "other"
