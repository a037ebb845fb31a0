"""Lines as the HTML part of an e-mail: escaped by Jinja, no remote pictures, no scripts."""

from collections.abc import Sequence
from functools import cache

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import escape

from alerts.spans import Line, safe_link

CHART = "chart@nabat"  # Content-ID of the inline chart
_ANCHOR = "<!--top-->"
_TEMPLATE = """<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"></head>
<body style="font:15px/1.45 system-ui,sans-serif;max-width:640px;margin:0 auto;padding:12px;\
color:#1c1c1c;background:#fff">
<!--top-->
{%- for line in lines %}
{%- if line.kind == "gap" %}
<div style="height:10px"></div>
{%- else %}
<div style="{{ styles.get(line.kind, '') }}">
{%- for span in line.spans -%}
{%- set link = safe_link(span.link) if span.link else "" -%}
{%- if link %}<a href="{{ link }}" rel="noopener noreferrer">{{ span.text }}</a>
{%- elif span.style == "bold" %}<b>{{ span.text }}</b>
{%- elif span.style == "italic" %}<i>{{ span.text }}</i>
{%- else %}{{ span.text }}{% endif -%}
{%- endfor %}</div>
{%- endif %}
{%- endfor %}
<!--chart-->
{%- if reader %}
<p style="color:#767676;font-size:12px;margin-top:18px">{{ reader }}</p>
{%- endif %}
</body></html>
"""
_STYLES = {
    "head": "font-size:18px",
    "title": "font-size:17px;margin-bottom:6px",
    "section": "margin-top:4px",
    "item": "padding-left:6px",
    "spark": "font-family:monospace;letter-spacing:1px",
    "foot": "color:#555;font-size:13px",
}


def render(lines: Sequence[Line], reader: str, language: str) -> str:
    """A whole HTML document that shows the lines; text can never become markup."""
    return _template().render(
        lines=lines, reader=reader, language=language, styles=_STYLES, safe_link=safe_link
    )


@cache
def _template() -> Template:
    loader = DictLoader({"mail": _TEMPLATE})
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template("mail")


def marked(html: str, text: str) -> str:
    """The same document with one line of text on top."""
    return html.replace(_ANCHOR, f"{_ANCHOR}<div><i>{escape(text)}</i></div>", 1)


def with_chart(html: str, alt: str) -> str:
    """The same document with the inline chart under the lines."""
    picture = (
        f'<p><img src="cid:{CHART}" alt="{escape(alt)}" '
        'style="max-width:100%;border:0" width="640"></p>'
    )
    return html.replace("<!--chart-->", picture, 1)
