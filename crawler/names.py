"""Turn what a watch names into what is looked for: forms, gates and anchors.

A form that is also an ordinary word (Озон, Центр, Белый) must be written with a capital.
A person known by full name is looked for by surname, and accepted in a text that also
has the first name, its initial, the office or the brand.
"""

import functools
import re
from dataclasses import dataclass, replace

from crawler.company_words import LEGAL_FORMS
from crawler.dictionary import (
    common_words,
    is_common_word,
    is_given_name,
    is_place,
    name_gender,
)
from crawler.first_names import other_spellings, short_names
from crawler.folding import fold_words, script, spelling, spellings, twin, words
from crawler.full_names import is_patronymic, split_full_name
from crawler.habits import Gate, Habits
from crawler.known_brands import is_english_word, is_known_brand
from crawler.misspellings import misspellings
from crawler.transliteration import cyrillic_spelling, latin_spellings
from crawler.two_languages import russian_spellings, ukrainian_spellings
from crawler.word_forms import brand_forms, given_name_forms, surname_forms, word_forms

_OFFICES = {
    "director": (
        "директор гендиректор руководитель начальник глава директорка керівник керівниця "
        "очільник очільниця director ceo"
    ),
    "deputy": (
        "заместитель заместительница замдиректора замгендиректора заступник заступниця deputy"
    ),
    "spokesman": "пресс-секретарь представитель представник речник речниця spokesman spokesperson",
}
NO_GATE = Gate()
_RUSSIAN_ONLY = re.compile("[ыэъё]")
_UKRAINIAN_ONLY = re.compile("[іїєґ']")
_DOUBLE = re.compile(r"([бвгдзклмнпрстфц])\1")
_SAME_INITIALS = {"и": "і", "і": "и", "е": "є", "є": "е"}  # Иван and Іван, Евгений and Євген
# Алексеевич is Олексійович, Осипович Йосипович, Николаевич Миколайович, Георгиевич Юрійович.
_FATHERS_INITIALS = tuple(map(frozenset, ("аоеєэ", "иій", "нм", "гю")))
_TOO_SHORT_TO_READ = 2  # letters; what RT is read as is other names' initials, too
_KEPT = 1_000  # words whose forms are kept: a watch says the same ones in its names and queries
_SHORT = 4  # letters; a Latin name this short must be written with a capital


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnchor:
    """What shows that a surname is this person's."""

    given: frozenset[str]  # forms of first name and patronymic
    first: frozenset[str]  # forms of the first name alone, which may be misspelled
    called: frozenset[str]  # forms of its short names
    initials: frozenset[str]
    others: frozenset[str]  # of the patronymic and of further first names
    begins: frozenset[str]  # what a first name begins with of which only the initial is known
    fathers: frozenset[str]  # forms of the patronymic
    offices: frozenset[str]  # forms of the words for what the person is


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Name:
    """One name to look for: a word, or several in a row. Each is equal to itself only."""

    term: str  # as the watch writes it
    kind: str  # "brand" | "person" | "watch" | "exclude" | "crisis"
    words: tuple[frozenset[str], ...]  # the spellings allowed for each word
    anchor: int  # the word that is looked up
    gate: Gate = NO_GATE  # of the first word
    shouted: bool = False  # must be written in capitals throughout (ЭТО, ОКО)
    person: PersonAnchor | None = None  # None: the name alone is enough
    is_surname: bool = False
    also: frozenset[str] = frozenset()  # what else it is: "place", "given", "initials"
    is_company: bool = False  # one word, a brand's

    def may_be(self, spelled: str, *, mixed: bool) -> bool:
        """Whether a word that folds like one of the name's is spelled like one, or disguised."""
        return mixed or spelled in self.words[self.anchor]

    def is_mostly_ordinary(self, written: str) -> bool:
        """Whether the stream has taught that a form is hardly ever the name."""
        return spelling(written) in self.gate.ordinary

    @property
    def neighbour(self) -> tuple[int, frozenset[str]] | None:
        """Of several words the one beside the anchor: how far it stands, and its spellings."""
        if len(self.words) == 1:
            return None
        step = -1 if self.anchor else 1
        return step, self.words[self.anchor + step]

    def folded(self) -> frozenset[bytes]:
        """The folded words that may be this name."""
        forms = self.words[self.anchor]
        folded = fold_words(" ".join(forms))
        if len(folded) == len(forms):
            return frozenset(folded)
        return frozenset(key for word in forms for key in fold_words(word)[:1])


def brand_name(
    term: str,
    *,
    any_case: bool = False,
    mistyped: int = 0,
    kind: str = "brand",
    habits: Habits | None = None,
) -> Name | None:
    """A brand's name or alias, with as many misspellings; None when no word is left of it.

    What the stream has taught of its writing opens or shuts the gate of the capital.
    """
    parts = _without_legal_form(words(term))
    if not parts:
        return None
    if len(parts) == 1:
        name = _one_word_name(term, parts[0], any_case, mistyped, kind)
        return replace(name, gate=Gate(name.gate.shut, habits)) if habits else name
    return _phrase(term, parts, kind=kind, any_case=any_case)


def _one_word_name(term: str, word: str, any_case: bool, mistyped: int, kind: str) -> Name:
    forms = _brand_spellings(word) | _mistyped_forms(word, mistyped)
    tag = term.lstrip().startswith(("@", "#"))
    free = any_case or tag or is_known_brand(word)
    gated = frozenset() if free else _gated(forms)
    return Name(
        term=term,
        kind=kind,
        words=(forms,),
        anchor=0,
        gate=Gate(gated),
        shouted=bool(gated) and word.isupper() and len(word) <= _SHORT,
        is_company=True,
        also=frozenset() if free else _else(word),
    )


def tag_name(term: str) -> Name | None:
    """A brand's name of several words run together: #ЗелёныйМыс, @почтароссии.

    One with a hyphen is often written without it, in every case: Альфабанка.
    """
    parts = _without_legal_form(words(term))
    if len(parts) < 2:
        return None
    word = "".join(map(spelling_kept, parts))
    forms = _brand_spellings(word) if "-" in term else spellings([word])
    gate = NO_GATE if is_known_brand(word) else Gate(forms)
    return Name(term=term, kind="brand", words=(forms,), anchor=0, gate=gate)


def phrase(term: str, *, kind: str) -> Name | None:
    """A phrase in any form and any case; None when it has no word."""
    parts = words(term)
    return _phrase(term, parts, kind=kind, any_case=True) if parts else None


def person_name(
    term: str,
    role: str = "",
    *,
    gender: str | None = None,
    any_case: bool = False,
    kind: str = "person",
) -> Name | None:
    """A person: by surname alone when no more is known, else by surname and an anchor."""
    given, surname = split_full_name(term)
    if not surname:
        return None
    if surname[0].isupper() and len(surname[0]) <= _SHORT:  # letters; no name is before them
        given = [part for part in given if not part.islower()]
    told = (name_gender(part.lower()) for part in given)
    gender = gender or next((found for found in told if found), None)
    sets = tuple(_surname_spellings(part, gender) for part in surname)
    anchor = max(range(len(sets)), key=lambda index: len(surname[index]))
    return Name(
        term=term,
        kind=kind,
        words=sets,
        anchor=anchor,
        gate=Gate(_gated(sets[0])) if len(sets) == 1 and not any_case else NO_GATE,
        person=_anchor(given, role) if given else None,
        is_surname=len(sets) == 1,
        also=_else_of_surname(surname[0]) if len(sets) == 1 else frozenset(),
    )


def spelling_kept(word: str) -> str:
    """A word ready for the rules: lower case, ё and apostrophes as the rules know them."""
    return word.lower().replace("’", "'").replace("ʼ", "'").replace("\u0301", "")


@functools.lru_cache(_KEPT)
def _brand_spellings(part: str) -> frozenset[str]:
    """Forms of a brand's one word; of what a Latin one is read as, only those that mean it."""
    forms, alike = spellings(brand_forms(spelling_kept(part))), _twins(part.lower())
    if script(part) != "latin":
        return forms | alike
    reading = spelling(cyrillic_spelling(part.lower()))
    if len(part) <= _TOO_SHORT_TO_READ:
        return frozenset(form for form in forms if script(form) != "cyrillic") | alike
    if reading.endswith(tuple("еиоуы")):  # as such names stay: Сони, Рено
        forms = frozenset(form for form in forms if script(form) != "cyrillic" or form == reading)
    return frozenset(form for form in forms if form == reading or not is_given_name(form)) | alike


def _twins(word: str) -> frozenset[str]:
    """What one letter or letters with digits are written as, too: nobody sees 1С from 1C."""
    alike = len(word) == 1 or any(letter.isdigit() for letter in word)
    return frozenset(other for other in [twin(spelling(word))] if alike and other)


def _mistyped_forms(word: str, budget: int) -> frozenset[str]:
    """All forms of the likeliest misspellings, but none that is a word of its own."""
    if not budget:
        return frozenset()
    forms = {
        spelling(form)
        for mistyped in misspellings(word, budget)
        for form in brand_forms(mistyped, dictionary=False)
    }
    return frozenset(form for form in forms if not _is_other_word(form))


def _phrase(term: str, parts: list[str], *, kind: str, any_case: bool) -> Name:
    sets = tuple(_phrase_spellings(part) for part in parts)
    common = not any_case and all(len(part) < 3 or is_common_word(part.lower()) for part in parts)
    return Name(
        term=term,
        kind=kind,
        words=sets,
        anchor=max(range(len(parts)), key=lambda index: len(parts[index])),
        gate=Gate(sets[0]) if common else NO_GATE,
    )


@functools.lru_cache(_KEPT)
def _phrase_spellings(part: str) -> frozenset[str]:
    word = spelling_kept(part)
    if len(word) < 3 or word.isdigit():
        return frozenset({spelling(word)}) | _twins(word)
    return spellings(word_forms(word) | brand_forms(word))


@functools.lru_cache(_KEPT)
def _surname_spellings(part: str, gender: str | None) -> frozenset[str]:
    word = spelling_kept(part)
    if script(word) == "latin":
        return frozenset({spelling(word), spelling(word) + "s"})
    forms: frozenset[str] = frozenset({word})
    if not _UKRAINIAN_ONLY.search(word):
        forms |= surname_forms(word, "ru", gender)
    if not _RUSSIAN_ONLY.search(word):
        forms |= surname_forms(word, "uk", gender)
    forms |= {form + end for form in latin_spellings(word) for end in ("", "s")}
    spelled = {*spellings(form for form in forms if len(form) > 1)}
    spelled |= _other_language_forms(word, gender)
    variants = {variant for form in spelled for variant in _single_letters(form)} - spelled
    return frozenset(spelled | {variant for variant in variants if not _is_other_word(variant)})


def _other_language_forms(word: str, gender: str | None) -> frozenset[str]:
    """Forms of a surname as the other language spells it."""
    others = [] if _UKRAINIAN_ONLY.search(word) else [(ukrainian_spellings(word), "uk")]
    others += [] if _RUSSIAN_ONLY.search(word) else [(russian_spellings(word), "ru")]
    kept = frozenset[str]()
    for alike, lang in others:
        for other in alike:
            forms = surname_forms(other, lang, gender, dictionary=False)
            kept |= spellings(form for form in forms if len(form) > 1)
    return kept


def _is_other_word(form: str) -> bool:
    return is_common_word(form) or is_place(form)


def _single_letters(form: str) -> set[str]:
    """A form, and how it is written by those who write Баффет for Баффетт."""
    variants = {form}
    for double in _DOUBLE.finditer(form):
        single = double.group()[0]
        variants |= {variant.replace(double.group(), single) for variant in variants}
    return variants


def _anchor(given: list[str], role: str) -> PersonAnchor:
    whole = [part for part in given if len(part) > 1]
    parts = [name for part in whole for name in other_spellings(part)]
    parts += [piece for part in whole for piece in part.split("-") if "-" in part]
    names = [part for part in parts if not is_patronymic(part)]
    called = [short for part in whole for short in short_names(part)]
    forms = frozenset[str]().union(*map(_spelled_forms, parts))
    letters = frozenset[str]().union(*map(_initials_of, given[0].split("-")))
    others = frozenset[str]().union(*map(_initials_of, given[1:]))
    return PersonAnchor(
        given=forms,
        first=frozenset[str]().union(*map(_spelled_forms, names)),
        called=frozenset[str]().union(*map(_spelled_forms, called)),
        initials=letters,
        others=others.union(*(group for group in _FATHERS_INITIALS if others & group)),
        begins=letters if len(given[0]) == 1 else frozenset(),
        fathers=frozenset[str]().union(*map(_spelled_forms, filter(is_patronymic, parts))),
        offices=_office_forms(_OFFICES.get(role, role)),
    )


def _initials_of(name: str) -> frozenset[str]:
    """The letters for which a first name may stand, in both languages and in Latin."""
    names = other_spellings(name)
    if len(name) == 1:
        names |= frozenset(_SAME_INITIALS.get(name.lower(), ""))
    latin = {form[:1] for one in names for form in latin_spellings(one)}
    return frozenset({spelling(one)[:1] for one in names} | latin)


@functools.lru_cache(_KEPT)
def _spelled_forms(name: str) -> frozenset[str]:
    """A first name or patronymic in every form, in Latin too; many people share theirs."""
    return spellings(_given_forms(name)) | latin_spellings(name)


def _given_forms(name: str) -> frozenset[str]:
    """The dictionary's forms, and by rule where it says that a name never changes: Миа, Арлен."""
    forms = given_name_forms(name)
    return forms if len(forms) > 1 else forms | given_name_forms(name, dictionary=False)


@functools.lru_cache(1_000)
def _office_forms(office: str) -> frozenset[str]:
    return frozenset(
        spelling(form)
        for word in words(office)
        if len(word) > 3
        for form in word_forms(word.lower())
    )


@functools.lru_cache(_KEPT)
def _gated(forms: frozenset[str]) -> frozenset[str]:
    latin = frozenset(form for form in forms if form.isascii())
    ordinary = {form for form in latin if len(form) <= _SHORT or is_english_word(form)}
    return common_words(forms - latin) | ordinary


def _else(word: str) -> frozenset[str]:
    """What else a brand's name is."""
    spelled = spelling(word)
    kinds = (("place", is_place(spelled)), ("given", is_given_name(spelled)))
    return frozenset(kind for kind, known in kinds if known)


def _else_of_surname(word: str) -> frozenset[str]:
    """What else a surname without a first name is."""
    if word.isupper() and len(word) <= _SHORT:
        return frozenset({"initials"})
    return frozenset({"place"}) if is_place(spelling(word)) else frozenset()


def _without_legal_form(parts: list[str]) -> list[str]:
    kept = [part for part in parts if part.lower() not in LEGAL_FORMS]
    return kept or parts
