"""The stream teaches whether a word is the name or an ordinary word."""

from crawler.habits import ENOUGH, Habits
from crawler.matching import Matcher
from storage.records import Watch


def named(matcher: Matcher, text: str) -> list[str]:
    return [term.text for match in matcher.match("", text) for term in match.matched]


def test_writing_is_counted_inside_sentences_only() -> None:
    """Beginnings of sentences, quotes and shouting tell nothing; what was taken is gone."""
    matcher = Matcher([Watch(brand="Озон")])
    matcher.match("", "Озон вырос. В небе озон, а в суде Озон. Наш «Озон». ВСЕ ЗА ОЗОН. Озон.")

    assert matcher.habits.take() == {"озон": (1, 1)}
    assert matcher.habits.take() == {}


def test_old_texts_read_again_teach_only_of_forms_not_heard_of() -> None:
    """A look back counts what it has counted before no second time."""
    watches = [Watch(brand="Озон"), Watch(brand="Власть")]
    matcher = Matcher(watches, habits=Habits({"озон": (1, 1)}))
    with matcher.habits.again():
        matcher.match("", "В небе озон, а в суде Озон. За эту власть, за Власть.")
    assert matcher.habits.take() == {"власть": (1, 1)}
    matcher.match("", "В небе озон.")
    assert matcher.habits.take() == {"озон": (1, 0)}


def test_a_word_nearly_always_a_name_is_found_in_small_letters() -> None:
    """The gate opens once enough was seen."""
    learned = {"озон": (1, ENOUGH)}
    text = "заказала на сайте озон"

    assert named(Matcher([Watch(brand="Озон")]), text) == []
    assert named(Matcher([Watch(brand="Озон")], habits=Habits(learned)), text) == ["озон"]


def test_a_rare_form_is_judged_by_all_forms_together() -> None:
    """«озоном» is hardly ever seen, but «озон» tells."""
    learned = {"озон": (0, ENOUGH), "озоном": (0, 1)}

    assert named(Matcher([Watch(brand="Озон")], habits=Habits(learned)), "озоном") == ["озоном"]


def test_a_word_nearly_never_a_name_is_not_one_for_beginning_a_sentence() -> None:
    """Unless the text says elsewhere that it is the name."""
    matcher = Matcher([Watch(brand="Власть")], habits=Habits({"власть": (ENOUGH, 1)}))

    assert named(matcher, "Власть молчит.") == []
    assert named(matcher, "Власть молчит. Журнал «Власть» нет.") == ["Власть", "Власть"]


def test_too_little_seen_changes_nothing() -> None:
    """A few texts are no stream."""
    matcher = Matcher([Watch(brand="Озон")], habits=Habits({"озон": (0, ENOUGH - 1)}))

    assert named(matcher, "слой озон") == []


def test_counting_goes_on_after_the_gate_has_opened() -> None:
    """What was learned can be unlearned."""
    matcher = Matcher([Watch(brand="Озон")], habits=Habits({"озон": (0, ENOUGH)}))
    matcher.match("", "слой озона и озон")

    assert matcher.habits.take() == {"озона": (1, 0), "озон": (1, 0)}


def test_a_running_matcher_goes_on_learning() -> None:
    """What others stored meanwhile opens the gate, and shuts it again."""
    matcher = Matcher([Watch(brand="Озон")])
    text = "заказала на сайте озон"
    assert named(matcher, text) == []

    matcher.learn({"озон": (1, ENOUGH)})
    assert named(matcher, text) == ["озон"]

    matcher.learn({"озон": (ENOUGH, 1)})
    assert named(matcher, text) == []
