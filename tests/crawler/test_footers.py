"""What a feed writes under every text is no part of any."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.footers import without_footers
from crawler.identity import StoryIndex

FOOTER = (
    "Отзыв оставлен посетителем нашего сайта, его мнение может не совпадать с мнением редакции.\n"
    "Читать полностью и ответить автору можно на нашем сайте в разделе народного рейтинга услуг."
)
TOLD = [
    "Курьер не приехал.", "Деньги списали дважды.", "Окно течёт.", "Врач нагрубил.", "Суп холодный."
]  # fmt: skip


def test_what_most_texts_end_with_is_left_out() -> None:
    """However many lines it has; a text that ends otherwise stays whole."""
    texts = [f"{text}\n{FOOTER}" for text in TOLD]
    assert without_footers([*texts, "Другое.\nИначе."]) == [*TOLD, "Другое.\nИначе."]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([f"{text}\n{FOOTER}" for text in TOLD[:4]], id="too few to tell"),
        pytest.param([f"{TOLD[0]}\n{FOOTER}"] * 9, id="one text in many places"),
        pytest.param([f"{text}\nВаш {n % 3}" for n, text in enumerate(TOLD)], id="no custom"),
        pytest.param(["Нет описания."] * 9, id="all there is"),
        pytest.param([], id="none"),
    ],
)
def test_anything_else_stays(texts: list[str]) -> None:
    """A text's own end is part of it."""
    assert without_footers(texts) == texts


def test_short_complaints_under_one_footer_are_stories_of_their_own() -> None:
    """With the footer all of them would be one."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    texts = [f"{text}\n{FOOTER}" for text in TOLD]
    stories = []
    for some in (without_footers(texts), texts):
        index = StoryIndex(timedelta(days=7))
        stories.append(len({index.add(n, "Отзыв", text, at).story for n, text in enumerate(some)}))
    assert stories == [len(TOLD), 1]
