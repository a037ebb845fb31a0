"""`nabat backtest` and `nabat tone retrain`, as an operator asks them."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.sentiment.embedded import CORRECTION
from monitor.sentiment.retraining import store_correction
from nabat import clock
from storage.database import Database
from storage.mention_filter import MentionFilter
from tests.monitor.conftest import World
from tests.monitor.test_evaluate import crisis, run
from tests.monitor.test_sentiment_retraining import correction
from tests.monitor.test_teach import BLAME, PRAISE, fill, mark
from tests.nabat.conftest import Command, Written

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def storm(upgraded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four weeks of «Ромашка» until now, with a storm five days ago, counted."""
    path = tmp_path_factory.mktemp("storm") / "nabat.db"
    path.write_bytes(upgraded_sqlite.read_bytes())
    database, now = Database(f"sqlite:///{path}"), clock.now()
    world = World(database, now)
    world.quiet_weeks(now)
    crisis(world, now - 5 * DAY, stories=20)
    run(world, now)
    database.close()
    return path


@pytest.fixture
def stormy(storm: Path, written: Written, tmp_path: Path) -> Path:
    """A config over a copy of that history."""
    (tmp_path / "nabat.db").write_bytes(storm.read_bytes())
    return written()


def _records(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_backtest_shows_what_would_have_been_alerted(nabat: Command, stormy: Path) -> None:
    """A chart of days, then the alerts, beside what chance alone may bring."""
    shown = nabat("backtest", "-c", stormy, "--days", 14)

    assert (shown.code, shown.err) == (0, "")
    assert "Ромашка, budget 1 a month: 1 alert in 14 days" in shown.out
    (alert,) = [line for line in shown.out.splitlines() if "  level " in line]
    assert f"{clock.now() - 5 * DAY:%Y-%m}" in alert
    chart = [line for line in shown.out.splitlines() if line.endswith(" !")]
    assert len(chart) == 1
    assert "! an alert; ? blind: too few sources answered" in shown.out


def test_another_budget_is_tried_beside_the_configured_one(nabat: Command, stormy: Path) -> None:
    """So that the operator can choose; programs read the same as lines of JSON."""
    told = nabat("backtest", "-c", stormy, "--days", 14, "--budget", "2/week", "--json")

    totals = [one for one in _records(told.out) if "by_chance" in one]
    alerts = [one for one in _records(told.out) if "reason" in one]
    assert told.code == 0
    assert [one["budget"] for one in totals] == pytest.approx([1.0, 8.7], abs=0.1)
    assert sum(int(str(one["alerts"])) for one in totals) == len(alerts) >= 2
    assert {one["brand"] for one in alerts + totals} == {"Ромашка"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--brand", "Лютик"], 1, "no brand is named 'Лютик'; known: Ромашка"),
        (["--budget", "often"], 2, "cannot read the budget 'often'; write 1/month"),
        (["--budget", "0/month"], 2, "budget"),
        (["--days", "0"], 2, "--days"),
    ],
    ids=["brand", "budget", "never", "days"],
)
def test_a_backtest_that_cannot_be_is_explained(
    nabat: Command, stormy: Path, words: list[str], code: int, said: str
) -> None:
    """On standard error alone."""
    outcome = nabat("backtest", "-c", stormy, *words)

    assert (outcome.code, outcome.out) == (code, "")
    assert said in outcome.said


def test_a_brand_without_a_past_is_shown_as_such(
    nabat: Command, written: Written, sqlite_database: Database
) -> None:
    """No brand at all is nothing found; a new one has no alerts, and no error."""
    config = written()
    nothing = nabat("backtest", "-c", config)
    with sqlite_database.begin() as tx:
        tx.brands.sync(["Ромашка"], clock.now())
    new = nabat("backtest", "-c", config, "--days", 5)

    assert (nothing.code, nothing.out) == (0, "nothing found\n")
    assert nabat("backtest", "-c", written(whole=config.read_text("utf-8"), name="b.toml"),
                 "--json").code == 0  # fmt: skip
    assert new.code == 0
    assert "Ромашка, budget 1 a month: 0 alerts" in new.out


@pytest.mark.parametrize("words", [["backtest"], ["tone", "retrain"]], ids=" ".join)
def test_looking_back_before_the_first_pass_says_what_to_run(
    nabat: Command, written: Written, words: list[str]
) -> None:
    """Looking does not make a database."""
    outcome = nabat(*words, "-c", written())

    assert outcome.code == 1
    assert "run `nabat upgrade`" in outcome.said


@pytest.fixture
def taught(
    sqlite_database: Database, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], Path]:
    """A config with so many labelled mentions behind it, in a folder for what they teach."""
    monkeypatch.chdir(tmp_path)

    def make(marks: int) -> Path:
        now = clock.now()
        fill(sqlite_database, [(PRAISE, BLAME)[n % 2].format(n) for n in range(marks)], now)
        mark(sqlite_database, now)
        return written()

    return make


def test_what_labels_teach_is_kept_only_where_it_is_better(
    nabat: Command, taught: Callable[[int], Path], tmp_path: Path
) -> None:
    """With the figures before and after; taken, the next judgement is by the taught model."""
    config = taught(100)
    line = json.dumps({"id": 1, "text": PRAISE.format(1), "target": "Кедр"}).encode()
    before = nabat("tone", "-c", config, stdin=line)

    (told,) = _records(nabat("tone", "retrain", "-c", config, "--json").out)
    after = nabat("tone", "-c", config, stdin=line)

    assert (told["marks"], told["newest"], told["accepted"]) == (100, 20, True), told
    assert int(str(told["right_after"])) >= int(str(told["right_before"])) + 4
    assert float(str(told["check_after"])) >= float(str(told["check_before"])) - 0.0101
    assert float(str(told["error_after"])) <= float(str(told["error_before"])) + 0.0201
    assert told["file"] == str(tmp_path / CORRECTION)
    models = {_records(one.out)[0]["model"] for one in (before, after)}
    assert len(models) == 2


def test_what_was_taught_is_shown_and_undone(
    nabat: Command, taught: Callable[[int], Path], tmp_path: Path
) -> None:
    """An earlier one comes back, then the shipped model, then there is nothing more."""
    config, file = taught(100), tmp_path / CORRECTION
    store_correction(str(file), correction(1.0))

    shown = nabat("tone", "retrain", "-c", config).out
    back, gone, none = (nabat("tone", "retrain", "--undo", "-c", config) for _ in range(3))

    assert shown.startswith("taken: better on the newest marks")
    assert "fitted on 80 of 100 marks, judged on the newest 20" in shown
    assert shown.endswith(f"written: {file}\nundo:    nabat tone retrain --undo\n")
    assert f"undone: the correction before the last one is back in {file}" in back.out
    assert f"{file} is removed, the shipped model judges alone" in gone.out
    assert (none.code, none.out) == (1, "")
    assert "there is nothing to undo" in none.said


def test_undoing_speaks_json_too(nabat: Command, written: Written, tmp_path: Path) -> None:
    """For programs: whether an earlier correction is in force."""
    file = tmp_path / "tone.npz"
    file.touch()
    config = written(f'[tone]\ncorrection = "{file}"')

    (said,) = _records(nabat("tone", "retrain", "--undo", "--json", "-c", config).out)

    assert said == {"undone": True, "earlier_correction": False, "file": str(file)}


def test_a_folder_that_is_not_there_is_said_before_the_work(
    nabat: Command, written: Written, sqlite_database: Database, tmp_path: Path
) -> None:
    """With the path and the mend."""
    file = tmp_path / "none" / "tone.npz"
    outcome = nabat("tone", "retrain", "-c", written(f'[tone]\ncorrection = "{file}"'))

    assert (outcome.code, outcome.out) == (1, "")
    assert f"{file} cannot be written (No such file or directory)" in " ".join(outcome.said.split())
    with sqlite_database.read() as tx:
        assert tx.mentions.views(MentionFilter()) == []


def test_too_few_labels_are_refused_with_the_reason(
    nabat: Command, taught: Callable[[int], Path], tmp_path: Path
) -> None:
    """No failure: there is just nothing better to take."""
    config = taught(2)

    for words in (["tone", "retrain", "-c", config], ["tone", "-c", config, "retrain"]):
        outcome = nabat(*words)
        assert outcome.code == 0
        assert outcome.out == "refused: 2 marks, different stories 2; 30 are needed\n"
    (told,) = _records(nabat("tone", "retrain", "--json", "-c", config).out)
    assert (told["accepted"], told["marks"], told["before"], told["file"]) == (False, 2, None, None)
    assert not (tmp_path / CORRECTION).exists()


@pytest.mark.parametrize(
    ("tone", "code", "said"),
    [
        ('[tone]\ncorrection = ""', 1, f'set correction = "{CORRECTION}" under [tone]'),
        ('[tone]\nbackend = "linear"', 2, 'tone.backend: only "embedded" can be taught'),
    ],
    ids=["no file", "another model"],
)
def test_a_model_that_cannot_be_taught_says_why(
    nabat: Command, written: Written, sqlite_database: Database, tone: str, code: int, said: str
) -> None:
    """And what to write in the configuration."""
    outcome = nabat("tone", "retrain", "-c", written(tone))

    assert (outcome.code, outcome.out) == (code, "")
    assert said in outcome.said
    with sqlite_database.read() as tx:
        assert tx.mentions.views(MentionFilter()) == []


def test_tone_names_what_it_can_do(nabat: Command) -> None:
    """Trying lines out, and learning."""
    said = nabat("tone", "--help").said

    assert "retrain" in said
    assert "label and probabilities out" in said
