"""Looking very many words up at once, old ones and new ones."""

from crawler.lookup import WordLookup


def _found(lookup: WordLookup, text: bytes) -> set[tuple[bytes, int, int]]:
    """Each word with its place in the text; the spaces around it are part of a hit."""
    hits = lookup.find(b" " + text + b" ")
    return {(lookup.words[number], start, end - 2) for number, start, end in hits}


def test_whole_words_are_found_with_their_places() -> None:
    """Part of a word is not the word."""
    lookup = WordLookup([b"kot", b"pes"])

    assert _found(lookup, b"kot kotik pes") == {(b"kot", 0, 3), (b"pes", 10, 13)}


def test_a_beginning_answers_with_the_whole_word() -> None:
    """Marked with an asterisk, so that it is not taken for the word itself."""
    lookup = WordLookup([b"kot*", b"kot"])

    assert _found(lookup, b"kotik") == {(b"kot*", 0, 5)}


def test_words_added_one_by_one_are_all_found() -> None:
    """However many tiers they make, and none is answered twice."""
    words = [b"w%d" % number for number in range(300)]
    lookup = WordLookup(words[:100])
    for word in words[100:]:
        lookup.add([word])
    lookup.add(words)

    hits = lookup.find(b" %b " % b" ".join(words))
    assert sorted(lookup.words[number] for number, _, _ in hits) == sorted(words)
    assert [lookup.number(word) for word in words] == [lookup.words.index(word) for word in words]


def test_an_empty_lookup_finds_nothing() -> None:
    """No watches, no mentions."""
    assert _found(WordLookup([b""]), b"kot") == set()
