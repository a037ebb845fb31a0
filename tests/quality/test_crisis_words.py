"""Floors for crisis words in real texts of both languages, judged by hand, form by form."""

import json
from collections import Counter
from pathlib import Path

import pytest

from crawler.crisis_words import shipped_crisis_words
from crawler.document import Document
from crawler.folding import spelling
from crawler.meanings import Meanings, trouble

TEXTS = Path(__file__).parents[2].parent / "shared" / "data" / "sentiment"
SETS = ("rusentne", "cedr", "brighter", "brand_synth")
# What was found in those texts and is mostly another word than the one listed.
OTHERS = {
    "ru": "крах суди ври бреши позови вора браки браков разводят кинул кинуть кидает кидать "
    "пирамид пирамида пирамиды тараканами тараканов сократить сократил сокращено",
    "uk": "кидаю кинув кинула кинули кинуло таракан",
}
# Forms of listed words that were seen in those texts, of every case, number and tense.
SEEN = {
    "ru": "арестован арестованного арестах аварийную аферах взломали взломав взорванных взрывам "
    "взяток взятками воруют врали вымогательстве гибелью дефектного диверсиями дискриминацией "
    "домогательствах дракой жалобу жаловалась жертвами заболеваниями задержанному задержаны "
    "задолжала запрещающего запрещено изнасилована избили избитый исков истцам катастрофой "
    "кибератаках клеветы компрометирующие контрафактным конфликтующие коррупционную крадут "
    "кражей ложью лживых митингующим мошенническими мошенниках нападавшему нарушениям нарушившее "
    "насилию недовольных обвиняемым обвинив обвиняется обманывают обокрали обысками оскорблениям "
    "отмыванию отравленного отставкой оштрафовали паникует подкупу подозреваемыми подозреваются "
    "подсудимых пожарами пожаловались позорно покушений пострадавшую похищенных преступников "
    "пригрозила приговорены провальной протестующими разоблачивший расследуемых растратах рухнувшем "
    "сгоревших скандальную следователям следственном смертельными солгал судебному терактах "
    "террористическую травмированным убийцей убытками уволенного увольняют уголовному угрожавшего "
    "фальсифицировать хакерскую халатности хищениях шантажируя штрафами эвакуирован экстремистским",
    "uk": "брехня вибух викраденням відставку жахливими заборонили загрозою затриманий затримати "
    "звинувачувати зламала корупцією кримінальній невдоволення неякісною обдурила обурені огидна "
    "отруєння отруїв панікують погрожують пожежі померла порушував постраждалих прострочені протесту "
    "підкупі розкраданні санкції скаржився смертельним травмованими хабаря хабарі шахрайство "
    "шкідливу шахраями хабарів обшуки обшуків звинувачення підозрюваного арештували арештований "
    "скандалом судового вироку штрафів збитки крадіжок вимагання погрозами обману ошукали",
}


def trouble_in(text: str) -> Counter[str]:
    """The crisis words of a text, and how often each stands there."""
    crisis = shipped_crisis_words()
    document = Document("", text)
    meanings = Meanings(crisis)
    meanings.look_for(set(crisis.keys), rousing=set())
    places = trouble(meanings.read(document, document.hits(meanings.words)))
    return Counter(spelling(text[place.start : place.end]) for place in places)


@pytest.mark.parametrize("lang", ["ru", "uk"])
def test_forms_of_crisis_words_are_found(lang: str) -> None:
    """Cases, tenses and participles."""
    missed = {spelling(form) for form in SEEN[lang].split()} - set(trouble_in(SEEN[lang]))

    assert len(missed) <= 0.005 * len(SEEN[lang].split()), missed


@pytest.mark.skipif(not TEXTS.exists(), reason="the texts are not here")
@pytest.mark.parametrize("lang", ["ru", "uk"])
def test_what_is_found_is_trouble(lang: str) -> None:
    """Few of the words found in real texts are other words of the same letters."""
    records = [
        json.loads(line)
        for name in SETS
        for line in (TEXTS / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    seen = trouble_in("\n".join(one["text"] for one in records if one["lang"] == lang))

    others = sum(seen[spelling(form)] for form in OTHERS[lang].split())
    assert 1 - others / seen.total() >= 0.95
