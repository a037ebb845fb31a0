"""Try extraction on one page: HTML bytes in, one JSON line out."""

import json

from crawler.extract import extract
from crawler.language import detect
from nabat import clock


def extract_page(page: bytes) -> str:
    """What stands on the page, as one JSON object; fields the page does not have are null."""
    found = extract(page, now=clock.now())
    published_at = found.published_at
    language = detect(f"{found.title}\n{found.text}") if found.title or found.text else ""
    return json.dumps(
        {
            "title": found.title or None,
            "text": found.text,
            "author": found.author,
            "published_at": published_at.isoformat() if published_at else None,
            "lang": language or found.lang or None,
            "canonical_url": found.canonical_url,
        },
        ensure_ascii=False,
    )
