"""One person's first name, as Russians and Ukrainians write it, and as careless people do."""

import functools

from crawler.folding import words

_SAME = """
александр олександр
александра олександра
алексей олексій
алёна олена елена альона
анастасия анастасія
андрей андрій
анна ганна
антон антін
антонина антоніна
аркадий аркадій
артём артем
афанасий опанас
богдан
борис
вадим
валентин
валентина
валерий валерій
валерия валерія
василий василь
вера віра
виктор віктор
виктория вікторія
виталий віталій
владимир володимир
владислав
всеволод
вячеслав вʼячеслав
галина
геннадий геннадій
георгий георгій юрий юрій
григорий григорій
даниил данило данил данила
дарья дарія дарина
денис
дмитрий дмитро димитрий
евгений євген евген
евгения євгенія
егор єгор
екатерина катерина
елизавета єлизавета
захар
зинаида зінаїда
иван іван
игнат гнат ігнат
игорь ігор
илларион іларіон
илья ілля
инна інна
иосиф йосип
ирина ірина
кирилл кирило
константин костянтин
ксения ксенія оксана
лариса
лев
леонид леонід
лидия лідія
людмила
максим
маргарита
марина
мария марія
матвей матвій
михаил михайло
надежда надія
наталья наталія наталия
никита микита
николай микола
нина ніна
олег
ольга
павел павло
пётр петро
раиса раїса
родион родіон
роман
руслан
светлана світлана
семён семен
сергей сергій
софья софія
станислав станіслав
степан
тарас
татьяна тетяна
тимофей тимофій
фёдор федір
филипп пилип філіп
эдуард едуард
юлия юлія
яков яків
ярослав
"""
# In each line names, and what their bearers are called: short, or by English newspapers.
_CALLED = """
александр олександр александра олександра = саша сашка саня шура сашко
александр олександр = alexander alexandre
алексей олексій = алёша лёша олекса
алёна олена елена = лена helen helena
анастасия анастасія = настя ася
андрей андрій = андрюша andrew
анна ганна = аня анюта нюра ann anne
антон антін = тоша anthony
антонина антоніна = тоня
артём артем артемий = тёма
борис = боря
вадим = вадик
валентин валентина валерий валерій валерия валерія = валя лера валера
василий василь = вася basil
виктор віктор = витя вітя victor
виктория вікторія = вика віка victoria
виталий віталій = виталик
владимир володимир = вова володя
владислав вячеслав вʼячеслав станислав станіслав ярослав святослав ростислав мирослав = слава
владислав влада = влад
станислав станіслав = стас
галина = галя
геннадий геннадій = гена
георгий георгій = гоша жора george
григорий григорій = гриша gregory
даниил данило данил данила = даня daniel
дарья дарія дарина = даша
денис = дэн dennis
дмитрий дмитро димитрий = дима митя діма
евгений євген евген евгения євгенія = женя
евгений євген евген = eugene
екатерина катерина = катя catherine katherine
елизавета єлизавета = лиза elizabeth
иван іван = ваня john
игорь ігор = гарик
илья ілля = илюша
иосиф йосип = joseph
ирина ірина = ира іра irene
кирилл кирило = cyril
константин костянтин = костя
ксения ксенія оксана = ксюша
лариса = лара
леонид леонід = лёня льоня
лев = leo
любовь = люба
людмила = люда мила ludmila
маргарита = рита
мария марія = маша маруся mary
максим = макс
матвей матвій = matthew
михаил михайло = миша міша michael
надежда надія = надя
наталья наталія наталия = наташа
никита микита = nick
николай микола = коля nicholas
ольга = оля
павел павло = паша paul
пётр петро = петя peter
роман = рома
светлана світлана = света світа
семён семен = сёма
сергей сергій = серёжа serge
софья софія = соня sophia sofia
степан = стёпа stephen
тамара = тома
татьяна тетяна = таня
тимофей тимофій тимур = тима
фёдор федір = федя theodore
эдуард едуард = эдик edward
юлия юлія = юля julia
юрий юрій = юра george
яков яків = яша jacob
"""
_SURE = 7  # letters; a shorter name with one letter changed is another name
_SHORT_FORM = 4


@functools.cache
def _groups() -> dict[str, frozenset[str]]:
    lines = (frozenset(words(line)) for line in _SAME.splitlines())
    return {name: names for names in lines for name in names}


def other_spellings(name: str) -> frozenset[str]:
    """The same first name in the other language: Николай and Микола; the name itself too."""
    name = name.lower()
    return _groups().get(name, frozenset()) | {name}


@functools.cache
def _called() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _CALLED.strip().splitlines():
        names, _, called = line.partition("=")
        for name in words(names):
            found[name] = found.get(name, frozenset()) | frozenset(words(called))
    return found


def short_names(name: str) -> frozenset[str]:
    """What the bearer of a first name is also called: Саша, Alexander. Initials say the name."""
    return _called().get(name.lower(), frozenset())


@functools.lru_cache(20_000)
def is_called(word: str, names: frozenset[str]) -> bool:
    """Whether a word is one of the short or English names, or begins it: Alex, but not Maryna."""
    begins = len(word) >= _SHORT_FORM and any(name.startswith(word) for name in names)
    return begins or word in names


@functools.lru_cache(20_000)
def is_likely_same(word: str, names: frozenset[str]) -> bool:
    """Whether a word is one of the names but for one letter, or short for it: Мохаммед, Джефф."""
    return any(_one_letter_apart(word, name) or _is_short_for(word, name) for name in names)


def _is_short_for(word: str, name: str) -> bool:
    shorter, longer = sorted((word, name), key=len)
    return len(shorter) >= _SHORT_FORM and len(longer) > len(shorter) and longer.startswith(shorter)


def _one_letter_apart(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _SURE or len(longer) - len(shorter) > 1 or shorter[0] != longer[0]:
        return False
    same = 0
    while same < len(shorter) and shorter[same] == longer[same]:
        same += 1
    rest = longer[same + 1 :]
    return rest == (shorter[same:] if len(longer) > len(shorter) else shorter[same + 1 :])
