"""Brands that the dictionaries list among ordinary words, though nobody means anything else.

«сбербанк» without a capital is the bank; «озон» may be the gas. Who watches another such
name says ``any_case`` in the config.
"""

_NAMES = frozenset(
    [
        "сбер",
        "киевстар",
        "київстар",
        "газпром",
        "втб",
        "лукойл",
        "росатом",
        "аэрофлот",
        "укрпошта",
        "укрзалізниця",
        "нафтогаз",
        "яндекс",
        "вконтакте",
        "фейсбук",
        "твиттер",
        "твіттер",
        "инстаграм",
        "інстаграм",
        "гугл",
        "ютуб",
        "айфон",
        "макдональдс",
        "ашан",
        "спортмастер",
        "райффайзен",
        "русал",
        "камаз",
        "внуково",
        "пежо",
        "тойота",
        "хонда",
        "фольксваген",
        "мерседес",
        "ауди",
        "рено",
        "тесла",
        "майкрософт",
        "самсунг",
        "вайбер",
        "скайп",
        "новатэк",
        "укртелеком",
        "укрнафта",
        "сільпо",
        "боинг",
        "аэробус",
    ]
)
_BANK = "банк"
_ORDINARY_BANKS = frozenset(["госбанк", "нацбанк", "центробанк", "интербанк", "банк", "евробанк"])


def is_known_brand(word: str) -> bool:
    """Whether the word is a brand however it is written: «сбербанк», «київстар»."""
    word = word.lower()
    if word.endswith(_BANK):
        return len(word) > len(_BANK) + 2 and word not in _ORDINARY_BANKS
    return word in _NAMES
