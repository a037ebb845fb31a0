"""The nouns of each language in the forms that go with numbers: data that translators may edit."""

from collections.abc import Mapping

NOUNS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "ru": {
        "day": ("день", "дня", "дней"),
        "story": ("негативная история", "негативные истории", "негативных историй"),
        "mention": ("упоминание", "упоминания", "упоминаний"),
        "publisher": ("издание", "издания", "изданий"),
        "copy": ("перепечатка", "перепечатки", "перепечаток"),
        "author": ("автор", "автора", "авторов"),
        "step": ("шаг", "шага", "шагов"),
        "incident": ("инцидент", "инцидента", "инцидентов"),
        "notice": ("сообщение", "сообщения", "сообщений"),
        "times": ("раз", "раза", "раз"),
    },
    "uk": {
        "day": ("день", "дні", "днів"),
        "story": ("негативна історія", "негативні історії", "негативних історій"),
        "mention": ("згадка", "згадки", "згадок"),
        "publisher": ("видання", "видання", "видань"),
        "copy": ("передрук", "передруки", "передруків"),
        "author": ("автор", "автори", "авторів"),
        "step": ("крок", "кроки", "кроків"),
        "incident": ("інцидент", "інциденти", "інцидентів"),
        "notice": ("повідомлення", "повідомлення", "повідомлень"),
        "times": ("раз", "рази", "разів"),
    },
    "en": {
        "day": ("day", "days", "days"),
        "story": ("negative story", "negative stories", "negative stories"),
        "mention": ("mention", "mentions", "mentions"),
        "publisher": ("outlet", "outlets", "outlets"),
        "copy": ("reprint", "reprints", "reprints"),
        "author": ("author", "authors", "authors"),
        "step": ("step", "steps", "steps"),
        "incident": ("incident", "incidents", "incidents"),
        "notice": ("message", "messages", "messages"),
        "times": ("time", "times", "times"),
    },
}
