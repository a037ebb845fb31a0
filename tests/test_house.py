"""The house rules that lint cannot see: sizes, headers, a test beside every module, clean files."""

import ast
import logging
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("alerts", "crawler", "monitor", "nabat", "storage")
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
FORBIDDEN_NAMES = {
    "utils", "helpers", "common", "misc", "base", "manager", "handler", "service", "core",
}  # fmt: skip
# Where one test file covers several modules, through the one by whose name it goes.
COVERED_BY = {
    "alerts/actions.py": "tests/alerts/test_replies.py",
    "alerts/cases.py": "tests/alerts/test_plan.py",
    "alerts/chat_commands.py": "tests/alerts/test_replies.py",
    "alerts/folding.py": "tests/alerts/test_deliver.py",
    "alerts/hand_over.py": "tests/alerts/test_deliver.py",
    "alerts/mail_html.py": "tests/alerts/test_email.py",
    "alerts/payload.py": "tests/alerts/test_deliver.py",
    "alerts/presses.py": "tests/alerts/test_replies.py",
    "alerts/recognise.py": "tests/alerts/test_playbook.py",
    "alerts/situations.py": "tests/alerts/test_playbook.py",
    "alerts/telegram_answers.py": "tests/alerts/test_telegram.py",
    "alerts/telegram_html.py": "tests/alerts/test_telegram.py",
    "alerts/trial.py": "tests/nabat/test_setup.py",
    "crawler/connect.py": "tests/crawler/test_fetch.py",
    "crawler/dictionary.py": "tests/crawler/test_word_forms.py",
    "crawler/names.py": "tests/crawler/test_matching.py",
    "crawler/occurrences.py": "tests/crawler/test_matching.py",
    "crawler/persons.py": "tests/crawler/test_matching.py",
    "crawler/shingles.py": "tests/crawler/test_identity.py",
    "crawler/spiders/resolver.py": "tests/crawler/sources/test_site.py",
    "crawler/surnames_ru.py": "tests/crawler/test_word_forms.py",
    "crawler/surnames_uk.py": "tests/crawler/test_word_forms.py",
    "crawler/transliteration.py": "tests/crawler/test_word_forms.py",
    "crawler/watch_terms.py": "tests/crawler/test_watch_query.py",
    "nabat/__main__.py": "tests/nabat/test_cli.py",
    "nabat/commands/arguments.py": "tests/nabat/test_cli.py",
    "nabat/commands/backtest.py": "tests/nabat/test_reflect.py",
    "nabat/commands/extract.py": "tests/nabat/test_tryout.py",
    "nabat/commands/fold.py": "tests/nabat/test_match_and_fold.py",
    "nabat/commands/match.py": "tests/nabat/test_match_and_fold.py",
    "nabat/commands/text_lines.py": "tests/nabat/test_match_and_fold.py",
    "nabat/commands/tone.py": "tests/monitor/test_tone_lines.py",
    "nabat/demo/mailbox.py": "tests/nabat/test_demo.py",
    "nabat/demo/press.py": "tests/nabat/test_demo.py",
    "nabat/demo/web.py": "tests/nabat/test_demo.py",
    "storage/codec.py": "tests/storage/test_mentions.py",
}
_REGISTRIES = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|conda\.anaconda", re.I)
_MACHINE = re.compile(r"(?<![\w.\"'/])/(?:work|root|home/\w+)/|(?<![\w.])/tmp/")


def _modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _is_covered(path: Path) -> bool:
    """Whether a test file goes by the module's name, its package's before it where that helps."""
    name = _name(path)
    if name in COVERED_BY:
        return (ROOT / COVERED_BY[name]).exists()
    package, folder = path.relative_to(ROOT).parts[0], path.parent.name
    names = {f"test_{path.stem}.py", f"test_{folder}_{path.stem}.py"}
    there = {test.name for test in (ROOT / "tests" / package).rglob("test_*.py")}
    if names & there:
        return True
    own = f"{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}"
    tests = (ROOT / "tests" / package).rglob("test_*.py")
    return any(re.search(rf"from {re.escape(own)} import", one.read_text("utf-8")) for one in tests)


def test_modules_are_short() -> None:
    """A limit reached is a sign to cut along a word of the glossary."""
    lengths = {_name(path): len(path.read_text("utf-8").splitlines()) for path in _modules()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    """Twenty-five lines are the aim, sixty the end."""
    long = {
        f"{_name(path)}:{node.name}": length
        for path in _modules()
        if "migrations" not in path.parts  # a migration is one list, never changed again
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }

    assert long == {}


def test_every_module_says_what_it_answers_for() -> None:
    """The first thing in the file is a docstring that is a sentence."""
    silent = [
        _name(path)
        for path in _modules()
        if len((ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split()) < 3
    ]

    assert silent == []


def test_every_module_has_a_test() -> None:
    """By its name, by an import in a test of its package, or by the map above."""
    alone = [
        _name(path)
        for path in _modules()
        if path.name != "__init__.py" and "migrations" not in path.parts and not _is_covered(path)
    ]

    assert sorted(set(alone)) == []


def test_the_map_names_files_that_are_there() -> None:
    """Nothing is excused by a test that is gone, or a module that is."""
    assert [
        name for pair in COVERED_BY.items() for name in pair if not (ROOT / name).exists()
    ] == []


def test_no_module_is_named_for_nothing() -> None:
    """Utils, helpers and the like say nothing of what is in them."""
    assert [_name(path) for path in _modules() if path.stem in FORBIDDEN_NAMES] == []


def test_no_field_of_a_log_line_is_named_as_the_library_names_its_own() -> None:
    """`extra={"name": …}` raises at the call, in the middle of a job."""
    taken = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
    found = [
        f"{_name(path)}:{node.lineno}"
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == "extra"
        and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant) and key.value in taken
    ]

    assert found == []


@pytest.mark.parametrize("rule", [_REGISTRIES, _MACHINE], ids=["registries", "machine paths"])
def test_no_tracked_file_names_a_registry_or_a_place_of_one_machine(rule: re.Pattern[str]) -> None:
    """What is here works anywhere, with whatever registry the user has."""
    found = []
    for path in _tracked():
        if path == Path(__file__) or not path.is_file():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if hit := rule.search(text):
            found.append(f"{_name(path)}: {hit[0]}")

    assert found == []
