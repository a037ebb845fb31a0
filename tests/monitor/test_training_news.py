"""News for a teacher to label: what is in it, and what is kept out of it."""

from pathlib import Path

import pytest

from training import news
from training.texts import Example

TEXT = (
    "Суд в Твери отменил решение мэрии о сносе старого рынка. "
    "Глава Росреестра назвал это решение ошибкой и подал жалобу. "
    "Тренер сборной Петров остался доволен тем, как его команда провела второй тайм. "
    + "Погода в городе всю неделю была ясной, ночью подмораживало, днём таяло. "
    * 5
)


def annotated(folder: Path, *names: tuple[str, str]) -> None:
    """Write the text and where each name stands in it, as NEREL has it."""
    lines = [
        f"T{number}\t{kind} {TEXT.index(name)} {TEXT.index(name) + len(name)}\t{name}"
        for number, (kind, name) in enumerate(names, start=1)
    ]
    lines += [
        "T90\tPERSON 0 3;9 14\tСуд Твери",
        "R1\tWORKS_AS Arg1:T1 Arg2:T2\t",
        "N1\tReference T1 Q1",
    ]
    (folder / "1.txt").write_text(TEXT, encoding="utf-8")
    (folder / "1.ann").write_text("\n".join(lines) + "\n", encoding="utf-8")


def labelled(text: str, target: str) -> Example:
    start = text.index(target)
    return Example(
        source="rusentne", lang="ru", label=0, text=text, start=start, end=start + len(target),
        group=text,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(news, "NEWS", tmp_path)
    annotated(
        tmp_path, ("CITY", "Твери"), ("ORGANIZATION", "мэрии"), ("ORGANIZATION", "Росреестра"),
        ("PROFESSION", "Тренер"), ("PERSON", "Петров"),
    )  # fmt: skip
    return tmp_path


def targets(train: list[Example], held_out: list[Example]) -> set[str]:
    found = news.read_news(train, held_out)
    assert all(row.source == "news" and row.given is None for row in found)
    return {row.text[row.start : row.end] for row in found}


@pytest.mark.usefixtures("folder")
def test_people_and_bodies_are_read_in_their_sentences() -> None:
    """Not towns, not a name in two pieces, not relations and links."""
    assert targets([], []) == {"мэрии", "Росреестра", "Тренер", "Петров"}
    assert {row.text for row in news.read_news([], []) if "Петров" in row.text} == {
        "Тренер сборной Петров остался доволен тем, как его команда провела второй тайм. "
    }


@pytest.mark.usefixtures("folder")
def test_a_sentence_that_measures_is_left_out() -> None:
    """Though it is cut and spelled otherwise there."""
    secret = "тренер сборной «Петров» остался доволен тем как его команда провела"
    assert targets([], [labelled(secret, "Петров")]) == {"мэрии", "Росреестра"}


@pytest.mark.usefixtures("folder")
def test_a_target_that_has_a_label_is_left_out() -> None:
    """Its neighbours in the sentence are not."""
    known = labelled("Тренер сборной Петров остался доволен тем, как его команда провела", "Петров")
    assert targets([known], []) == {"мэрии", "Росреестра", "Тренер"}


def test_without_the_data_there_is_no_news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project trains without what lies beside it."""
    monkeypatch.setattr(news, "NEWS", tmp_path / "absent")
    assert news.read_news([], []) == []
