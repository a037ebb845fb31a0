"""Cyrillic bytes become Cyrillic text, whatever the document claims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.encodings import decode

TEXT = (
    "В Ромашке обнаружили нарушения: директор Иванов отрицает, что знал о жалобах клиентов. "
    "Проверка продлится до конца недели, сообщила пресс-служба прокуратуры."
)
CHARSETS = ["utf-8", "windows-1251", "koi8-r", "cp866", "iso-8859-5"]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("said", ["nowhere", "in the header", "in the document"])
def test_a_charset_is_found_wherever_it_is_said(charset: str, said: str) -> None:
    """Header, declaration, or nothing at all."""
    head = f'<?xml version="1.0" encoding="{charset}"?>' if said == "in the document" else ""
    header = f"text/html; charset={charset}" if said == "in the header" else "text/html"
    assert TEXT in decode(f"{head}<p>{TEXT}</p>".encode(charset), header).text


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("lie", [*CHARSETS, "iso-8859-1", "us-ascii", "no-such-charset"])
def test_a_lying_header_does_no_harm(charset: str, lie: str) -> None:
    """What reads like no language was not written in that charset."""
    body = f"<rss><title>{TEXT}</title></rss>".encode(charset)
    assert TEXT in decode(body, f"text/xml; charset={lie}").text


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("header", ["", "text/html; charset=iso-8859-1"])
def test_text_behind_a_long_script_is_judged_too(charset: str, header: str) -> None:
    """A page may begin with more ASCII than a charset needs to be told by."""
    script = "<script>" + "var a = 1;\n" * 20_000 + "</script>"
    body = f"<title>\u00a9</title>{script}<p>{TEXT}</p>".encode(charset, "ignore")
    assert TEXT in decode(body, header).text


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_settles_it(charset: str) -> None:
    """A mark is stronger than any claim."""
    decoded = decode(TEXT.encode(charset), "text/html; charset=windows-1251")
    assert decoded.text == TEXT
    assert decoded.as_declared


def test_western_text_stays_western() -> None:
    """Accents in French are no mojibake."""
    text = "Où étaient les élèves déjà reçus ? À l'école, près du théâtre de Besançon."
    assert decode(text.encode("iso-8859-1"), "text/html; charset=iso-8859-1").text == text


def test_broken_bytes_here_and_there_do_not_spoil_the_rest() -> None:
    """A few bad bytes in a long text are replaced, not fatal."""
    body = (TEXT * 20).encode() + b"\xff\xfe\xff"
    assert decode(body, "text/html; charset=utf-8").text.startswith(TEXT)


def test_a_contradicted_claim_is_told() -> None:
    """The fast feed reader is not let near bytes that lie."""
    body = f'<?xml version="1.0" encoding="utf-8"?><t>{TEXT}</t>'.encode("windows-1251")
    assert not decode(body).as_declared
    assert decode(body.replace(b"utf-8", b"windows-1251")).as_declared


def test_a_codec_that_is_no_charset_is_not_believed() -> None:
    """``rot13`` and ``hex`` are Python's, not the web's."""
    assert decode(f'<?xml encoding="rot13"?><t>{TEXT}</t>'.encode()).as_declared
    assert decode(f"<meta charset=cp1251><p>{TEXT}".encode("cp1251")).charset == "cp1251"


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_have_a_text(body: bytes, content_type: str) -> None:
    """No document and no header make it raise."""
    assert isinstance(decode(body, content_type).text, str)
