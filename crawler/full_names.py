"""Take a person's full name apart: first name and patronymic, and surname, in either order.

Pure. What patronymics look like and which words belong to a surname is known here.
"""

import re

from crawler.dictionary import (
    is_common_word,
    is_first_name,
    is_given_name,
    is_surname,
    name_gender,
)
from crawler.folding import words

_PATRONYMIC = re.compile(
    r"(ович|евич|йович|ьич|лліч|кузьмич|лукич|фомич|хомич|никитич|силыч|саввич|"
    r"овна|евна|ична|инична|івна|ївна)$"
)
_SURNAME = re.compile(r"\w{3}(?:[оеё]ва?|ский|ская|цкий|цкая|ський|ська|цький|цька|енко)$")
_CHILD = frozenset(words("оглы оглу огли кызы гызы кизи"))  # after the father's name
_CHILD_JOINED = re.compile(rf"-(?=(?:{'|'.join(sorted(_CHILD))})\b)", re.I)
PARTICLES = _CHILD | frozenset(
    words("бен бин ибн фон де дель ди да ван дер аль эль мл ст von van de der del bin al jr sr")
)
_GLUED = re.compile(r"\.(?=\w)")  # И.П.Иванов
_INITIAL = re.compile(r"[^\W\d_]\.(?:-[^\W\d_]\.?)?")  # Ж.-П., too
_SHORT = 4  # letters; a name of such words is looked for whole


def split_full_name(term: str) -> tuple[list[str], list[str]]:
    """First name and patronymic, or their initials, and surname, of a name in either order."""
    family, comma, rest = term.partition(",")
    if comma and words(rest):
        return words(rest), words(family)
    written = _CHILD_JOINED.sub(" ", _GLUED.sub(". ", term)).split()
    letters = [place for place in range(len(written)) if _is_initial(written, place)]
    initials = [words(written[place])[0] for place in letters]
    parts = [
        part
        for place, word in enumerate(written)
        if place not in letters and (part := "-".join(words(word)))
    ]
    if not parts:
        return [], initials
    own = [part for part in parts if part.lower() not in PARTICLES]
    if letters and own and (letters[0] == 0 or len(own) == 1):
        return initials, _hyphen_parts(own)
    given, surname = _split_parts(parts)
    return [*given, *initials], surname


def is_person_name(term: str) -> bool:
    """Whether a brand's name is a person's full name."""
    parts = words(term)
    return len(parts) in (2, 3) and any(is_patronymic(part) for part in parts[1:])


def is_patronymic(part: str) -> bool:
    """Whether a part of a name is a patronymic, as far as its ending tells."""
    return bool(_PATRONYMIC.search(part.lower()))


def _split_parts(parts: list[str]) -> tuple[list[str], list[str]]:
    child = next((i for i, part in enumerate(parts) if i > 1 and part.lower() in _CHILD), None)
    if child is not None and (surname := parts[child + 1 :]):
        return parts[:1], _hyphen_parts(surname)
    if child is not None and (surname := parts[: child - 2]):
        return [parts[child - 2]], _hyphen_parts(surname)
    parts = [part for place, part in enumerate(parts) if not place or part.lower() not in PARTICLES]
    if len(parts) < 2 or (len(parts) > 2 and max(map(len, parts)) <= _SHORT):
        return [], _hyphen_parts(parts)  # Ким Чен Ир is looked for whole
    patronymic = next((i for i, part in enumerate(parts) if i and is_patronymic(part)), None)
    if len(parts) == 2 and patronymic and _is_surname_after(*parts):
        return parts[:1], _hyphen_parts(parts[1:])
    if patronymic is not None:
        given = parts[patronymic - 1 : patronymic + 1]
        surname = parts[: patronymic - 1] + parts[patronymic + 1 :]
        return (given, _hyphen_parts(surname)) if surname else ([], _hyphen_parts(parts))
    if _is_surname_first(parts[0].lower(), parts[-1].lower()):
        return parts[-1:], _hyphen_parts(parts[:-1])
    return parts[:-1], _hyphen_parts(parts[-1:])


def _is_initial(written: list[str], place: int) -> bool:
    """Whether a word is one letter with its dot, or without it the last of several."""
    after = place > 0 and _INITIAL.fullmatch(written[place - 1]) is not None
    letter = written[place].rstrip(",;")
    return _INITIAL.fullmatch(letter) is not None or (after and len(letter) == 1)


def _is_surname_after(first: str, last: str) -> bool:
    """Роман Абрамович and Светлана Алексиевич have no patronymic there; Иван Иванович has."""
    is_womans = name_gender(first.lower()) == "f" and last.lower().endswith("ич")
    return is_given_name(first.lower()) and (is_womans or is_surname(last.lower()))


def _is_surname_first(first: str, last: str) -> bool:
    """Whether a name begins with the surname: «Иванов Иван», and «Аскаров Дилмурод», too.

    Many a surname is the genitive of a first name: «Дилмурод Аскаров» is no Аскар.
    """
    if is_first_name(last):
        return not is_given_name(first) or is_surname(first)
    if is_first_name(first) or is_common_word(last):
        return False
    return _SURNAME.search(first) is not None and _SURNAME.search(last) is None


def _hyphen_parts(parts: list[str]) -> list[str]:
    return [piece for part in parts for piece in part.split("-") if piece]
