"""Pages and feeds written for the tests, in the shapes of real ones."""

from collections.abc import Iterable
from html import escape

PARAGRAPHS = (
    "Прокуратура начала проверку компании «Ромашка» после жалоб клиентов на подорожание услуг.",
    "Директор компании Иван Иванов заявил, что о нарушениях узнал из новостей и готов отвечать.",
    "По словам пострадавших, деньги за неоказанные услуги им не возвращали больше трёх месяцев.",
    "Ранее подобные случаи были и в соседних областях, напоминают в обществе защиты потребителей.",
)


def article_page(
    title: str,
    paragraphs: Iterable[str] = PARAGRAPHS,
    *,
    published: str = "2026-03-02T10:00:00+03:00",
    author: str = "Анна Петрова",
    canonical: str = "",
    charset: str = "utf-8",
) -> bytes:
    """A news page with navigation around its article."""
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    menu = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("news", "sport", "about"))
    return f"""<!DOCTYPE html><html lang="ru"><head><meta charset="{charset}">
      <title>{escape(title)} — Новости дня</title><meta property="og:title" content="{escape(title)}">
      <meta property="og:site_name" content="Новости дня">
      <meta property="article:published_time" content="{published}">
      <meta name="author" content="{author}">{link}</head>
      <body><nav><ul>{menu}</ul></nav><main><article><h1>{escape(title)}</h1>{body}</article></main>
      <aside>Читайте также: погода на завтра</aside><footer>© Новости дня</footer></body></html>
      """.encode(charset, "xmlcharrefreplace")


def listing(paths: Iterable[str]) -> bytes:
    """A page of links."""
    links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in paths)
    return f"<html><body><ul>{links}</ul></body></html>".encode()


def rss_of(entries: Iterable[tuple[str, str, str]], published: str = "") -> bytes:
    """A feed of (link, title, description)."""
    date = published or "Mon, 02 Mar 2026 10:00:00 +0300"
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{link}</link>"
        f"<description>{escape(text)}</description><pubDate>{date}</pubDate></item>"
        for link, title, text in entries
    )
    text = (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>'
    )
    return text.encode()
