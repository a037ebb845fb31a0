"""Is a word denied where it stands: «пострадавших нет», «обошлось без жертв», "no injuries"?

Russian, Ukrainian and English. By the words next to it, so a denial told at length is
not understood: a crisis that is taken for worse than it is costs less than one missed.
"""

import re

_REACH = 40  # characters on either side
_WORD = re.compile(r"[^\W\d_]+")
_PART = re.compile(r"[.!?;:,\n—–]")  # beyond these something else is said
_NEXT_TO = {
    "без", "не", "нет", "ни", "никаких", "нема", "немає", "ні", "жодних", "жодного", "ніяких",
    "no", "not", "without", "zero",
}  # fmt: skip
_BEFORE_ONE = {"не", "ні", "нет", "no", "nobody", "none", "without"}
_BETWEEN = {
    "было", "будет", "оказалось", "обнаружено", "зафиксировано", "выявлено",
    "було", "буде", "виявилось", "виявлено", "зафіксовано",
    "one", "was", "were", "is", "are", "been", "serious", "reported", "major",
}  # fmt: skip
_AFTER = {"нет", "нема", "немає"}
_WITHOUT = {"без", "without"}
_TWICE = {"не", "ни", "ні", "not", "never"}  # with one of the above: «не обошлось без жертв»
_ENDLESS = {
    "конца", "предела", "пределов", "оправдания", "оправданий", "прощения",
    "кінця", "меж", "виправдання", "пробачення",
}  # fmt: skip


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether the word at ``[start, end)`` is said not to be so, or not to be there."""
    said = _words(_PART.split(text[max(0, start - _REACH) : start])[-1])
    before, after = said[-2:], _words(_PART.split(text[end : end + _REACH])[0])[:2]
    if said and said[-1] in _WITHOUT and not _TWICE.isdisjoint((*said, *after[:1])):
        return False
    return (
        (bool(before) and before[-1] in _NEXT_TO)
        or (len(before) == 2 and before[0] in _BEFORE_ONE and before[1] in _BETWEEN)
        or (bool(after) and after[0] in _AFTER and _ENDLESS.isdisjoint(after))
        or (len(after) == 2 and after[0] == "не" and after[1] in _BETWEEN)
    )


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
