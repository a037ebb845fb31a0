"""Strings as a hostile web sends them, the same for the same seed."""

from random import Random

_PIECES = (
    "Ромашка", "директор обманул", "повернули гроші", "refund", " ", "\n", "\t", "—", "«", "»",
    "<b>", "</b>", "</a>", "<a href='javascript:alert(1)'>", "<script>", "<br>", "<!--", "<", ">",
    "a < b & c > d", "&lt;", "&amp;", "&nbsp;", "&#0;", "&#x202e;", "&#128512;", "&", '"', "'",
    "*", "_", "`", "[x](https://x.example)", "\\", "||", "{0}", "{title}", "%s", "%(a)s", "\0",
    "\x01", "\x1b[31m", "\x7f", "\x85", "\u00ad", "\u061c", "\u200b", "\u200d", "\u200e", "\u202a",
    "\u202e", "\u2066", "\u2069", "\u2028", "\u2029", "\ufeff", "\ufff9", "\uffff", "\ud800",
    "\udfff", "e\u0301", "\u0489", "Z\u0351\u0326\u0311", "😀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇺🇦", "👍🏽", "𝕬", "\U000e0041",
    "\U0010ffff", "ﷺ", "العربية", "עברית", "日本語", "ไทย", "@admin", "#тег", "/start", "tg://user?id=1",
)  # fmt: skip
_LINKS = (
    "https://news.example/{}", "http://x.example/?q={}", 'https://x.example/"><b>{}',
    "https://x.example/\0{}", "javascript:alert({})", "tg://user?id={}", "https://[::1{}",
    "https://пример.рф/{}", "https://user:p@x.example:99999/{}", "//x.example/{}", "ftp://x/{}",
    "https://x.example/\n{}", "data:text/html,{}", " https://x.example/{} ", "https://x.example/<{}>",
)  # fmt: skip


def string(random: Random) -> str:
    """Any text: words, markup, controls, directions, emoji, or one word of thousands of letters."""
    draw = random.random()
    if draw < 0.01:
        return random.choice(("я", "😀", "<", "&", "e\u0301", "\u202e", "W")) * 5000
    if draw < 0.05:
        codes = (random.randrange(0x110000) for _ in range(random.randrange(1, 40)))
        return "".join(map(chr, codes))
    return "".join(random.choices(_PIECES, k=random.randrange(1, 14)))


def link(random: Random) -> str:
    """An address, often one that no browser should be led to."""
    return random.choice(_LINKS).format(string(random)[:200])
