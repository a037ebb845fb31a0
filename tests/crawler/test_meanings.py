"""What found words may mean, kept by spelling and true after every change."""

from crawler.crisis_words import CrisisWords
from crawler.document import Document
from crawler.folding import fold_words
from crawler.meanings import Meaning, Meanings
from crawler.names import brand_name
from crawler.watch_query import WatchQuery


def _meanings(*brands: str) -> Meanings:
    meanings = Meanings(CrisisWords({"обман": ["обман", "обмана"]}))
    rousing = set[bytes]()
    for watch, brand in enumerate(brands):
        name = brand_name(brand)
        assert name
        rousing |= meanings.add_name(watch, name)
    meanings.look_for({*CrisisWords({"обман": ["обман"]}).keys}, rousing=rousing)
    return meanings


def _read(meanings: Meanings, text: str) -> list[Meaning]:
    document = Document("", text)
    return [meaning for _, meaning in meanings.read(document, document.hits(meanings.words))]


def test_a_word_means_what_its_spelling_allows() -> None:
    """«сор» and "cop" fold alike and are told apart; a disguise may be either."""
    meanings = _meanings("Сор")

    named = [bool(meaning.names) for meaning in _read(meanings, "Сор, cop и соp")]

    assert named == [True, False, True]


def test_trouble_alone_rouses_nobody() -> None:
    """A text without a name is left at the first look."""
    meanings = _meanings("Ромашка")

    (name,), (trouble,) = fold_words("Ромашка"), fold_words("обман")
    assert meanings.words.number(name) in meanings.rousing
    assert meanings.words.number(trouble) not in meanings.rousing
    assert [m.headword for m in _read(meanings, "Ромашка: обман")] == [None, "обман"]


def test_a_query_is_asked_because_of_its_rarest_part() -> None:
    """What was kept of a spelling before the query came is forgotten."""
    meanings = _meanings("Ромашка")
    assert [m.terms for m in _read(meanings, "Ромашка и лютик")] == [()]

    query = WatchQuery("brand(Ромашка) /5 лютик", {})
    words, rousing = meanings.add_query(7, query)
    meanings.look_for(words, rousing=rousing)

    (rarest,), (other,) = (
        [holder.owner for holder in m.terms] for m in _read(meanings, "Ромашка и лютик")
    )
    assert meanings.asked[rarest] == [(7, query)]
    assert other not in meanings.asked
