"""What a terminal may show of a text that came from anywhere."""

import unicodedata

_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def clean(text: str) -> str:
    """Answer the text as a terminal may show it: no control characters, no direction marks."""
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(sign) in _UNSHOWN else sign for sign in text)


def clean_lines(text: str) -> str:
    """The same of a text of several lines, which stay."""
    return "\n".join(clean(line) for line in text.split("\n"))
