"""Lines as Telegram's HTML: escaped, within its limits, never cut through markup."""

import html
from collections.abc import Sequence

from alerts.spans import Line, Span, safe_link

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_TAGS = {"bold": "b", "italic": "i"}


def render(lines: Sequence[Line]) -> str:
    """HTML that Telegram's parser reads back as exactly these lines."""
    return "\n".join("".join(_span(span) for span in line.spans) for line in lines)


def _span(span: Span) -> str:
    text = html.escape(span.text, quote=False)
    link = safe_link(span.link) if span.link else ""
    if link:
        text = f'<a href="{html.escape(link, quote=True)}">{text}</a>'
    tag = _TAGS.get(span.style)
    return f"<{tag}>{text}</{tag}>" if tag else text
