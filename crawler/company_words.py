"""Words that stand before a company's name and show that it is one: ООО, банк, газета, клуб."""

import functools

from crawler.folding import spelling, words
from crawler.word_forms import word_forms

LEGAL_FORMS = frozenset(
    words(
        "ооо зао пао оао ао нао ип нко тов тзов прат пат пп фоп гк нпо фгуп гуп муп "
        "llc ltd inc corp gmbh plc llp jsc ojsc cjsc sa"
    )
)
_SECTORS = words(
    "компания фирма корпорация концерн холдинг предприятие завод фабрика комбинат банк страховщик "
    "оператор авиакомпания застройщик производитель разработчик ритейлер сеть магазин супермаркет "
    "гипермаркет маркетплейс бренд марка сервис сайт портал приложение агентство издательство "
    "издание газета журнал еженедельник телеканал канал радиостанция радио студия киностудия "
    "театр кинотеатр музей галерея группа ансамбль команда клуб фк хк партия движение организация "
    "фонд ассоциация аптека клиника ресторан кафе отель гостиница санаторий ансамбль "
    "компанія підприємство мережа крамниця виробник забудовник агенція видання часопис "
    "тм гурт партія рух організація асоціація лікарня готель видавництво застосунок"
)


@functools.cache
def sector_forms() -> frozenset[str]:
    """All forms of what companies are: «банка», «газете», «клубом»."""
    return frozenset(spelling(form) for word in _SECTORS for form in word_forms(word))


def announces_company(word: str) -> bool:
    """Whether a word before a name says that the name is a company's."""
    spelled = spelling(word)
    return spelled in LEGAL_FORMS or spelled in sector_forms()
