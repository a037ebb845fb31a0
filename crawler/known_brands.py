"""Which brands are one however they are written, and which are ordinary words without a capital.

«сбербанк» without a capital is the bank, though the dictionaries list it; «озон» may be the
gas. Of English words no dictionary is at hand: those that companies are called by are told
here. Who watches another such name says ``any_case`` in the config.
"""

from crawler.folding import words

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
        "атб",
        "окко",
        "боинг",
        "аэробус",
    ]
)
_ENGLISH_WORDS = frozenset(
    words(
        "apple orange target shell oracle subway chase virgin sprint delta united discover "
        "alphabet windows mercury jaguar beetle crest monster square stripe slack signal notion "
        "threads bumble hinge frontier spirit general national continental capital standard "
        "southern western express independent guardian observer mirror times telegraph economist "
        "nature science fortune people variety insider focus fiesta mustang explorer escape sharp "
        "brother fossil guess converse supreme coach boots staples public progressive liberty "
        "principal vanguard citizens regions anthem bounty orbit extra eclipse quest boost corona "
        "steam origin unity valve pioneer champion reserve mango direct island office whole "
        "digital catalyst caterpillar blackberry burger domino"
    )
)
_BANK = "банк"
_ORDINARY_BANKS = frozenset(["госбанк", "нацбанк", "центробанк", "интербанк", "банк", "евробанк"])


def is_known_brand(word: str) -> bool:
    """Whether the word is a brand however it is written: «сбербанк», «київстар»."""
    word = word.lower()
    if word.endswith(_BANK):
        return len(word) > len(_BANK) + 2 and word not in _ORDINARY_BANKS
    return word in _NAMES


def is_english_word(word: str) -> bool:
    """Whether a company's name without its capital is an ordinary English word: apple, target."""
    return word in _ENGLISH_WORDS
