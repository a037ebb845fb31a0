"""Take a person's full name apart: first name and patronymic, and surname, in either order.

Pure. What patronymics look like and which words belong to a surname is known here.
"""

import re

from crawler.dictionary import is_given_name, is_surname, name_gender
from crawler.folding import words

_PATRONYMIC = re.compile(
    r"(ович|евич|йович|ьич|лліч|кузьмич|лукич|фомич|хомич|никитич|силыч|саввич|"
    r"овна|евна|ична|инична|івна|ївна)$"
)
PARTICLES = frozenset(
    words(
        "бен бин ибн фон де дель ди да ван дер аль эль мл ст оглы кызы "
        "von van de der del bin al jr sr"
    )
)
_SHORT = 4  # letters; a name of such words is looked for whole


def split_full_name(term: str) -> tuple[list[str], list[str]]:
    """First name and patronymic, and surname, of a name in either order."""
    family, comma, rest = term.partition(",")
    if comma and words(rest):
        return words(rest), words(family)
    parts = [part for word in term.split() if (part := "-".join(words(word)))]
    parts = [
        part for place, part in enumerate(parts) if not place or part.lower() not in PARTICLES
    ] or parts
    if len(parts) < 2 or (len(parts) > 2 and max(map(len, parts)) <= _SHORT):
        return [], _hyphen_parts(parts)  # Ким Чен Ир is looked for whole
    patronymic = next((i for i, part in enumerate(parts) if i and is_patronymic(part)), None)
    if len(parts) == 2 and patronymic and _is_surname_after(*parts):
        return parts[:1], _hyphen_parts(parts[1:])
    if patronymic is not None:
        given = parts[patronymic - 1 : patronymic + 1]
        surname = parts[: patronymic - 1] + parts[patronymic + 1 :]
        return (given, _hyphen_parts(surname)) if surname else ([], _hyphen_parts(parts))
    first, last = parts[0].lower(), parts[-1].lower()
    surname_first = is_given_name(last) and (not is_given_name(first) or is_surname(first))
    if surname_first:
        return parts[-1:], _hyphen_parts(parts[:-1])
    return parts[:-1], _hyphen_parts(parts[-1:])


def is_person_name(term: str) -> bool:
    """Whether a brand's name is a person's full name."""
    parts = words(term)
    return len(parts) in (2, 3) and any(is_patronymic(part) for part in parts[1:])


def is_patronymic(part: str) -> bool:
    """Whether a part of a name is a patronymic, as far as its ending tells."""
    return bool(_PATRONYMIC.search(part.lower()))


def _is_surname_after(first: str, last: str) -> bool:
    """Роман Абрамович and Светлана Алексиевич have no patronymic there; Иван Иванович has."""
    is_womans = name_gender(first.lower()) == "f" and last.lower().endswith("ич")
    return is_given_name(first.lower()) and (is_womans or is_surname(last.lower()))


def _hyphen_parts(parts: list[str]) -> list[str]:
    return [piece for part in parts for piece in part.split("-") if piece]
