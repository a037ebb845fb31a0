# make demo   the whole path, sources to alert, on a loopback web
# make test   the tests, on SQLite and on a PostgreSQL of their own
# make check  what CI runs: formatting, lint, types, import contracts, tests
# make faults every crash point of the alert path, all of them (a quarter of an hour)
# make fuzz   the tests that invent their input, with new inventions; N=20 rounds of them
# make reference writes the reference pages from the code
# make loud   the tests at DEBUG; fails when a bot's token appears in anything they write
# make ner    the second look at doubtful names with its real weights (fetches 130 MB)
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1

.PHONY: setup demo test check faults fuzz loud ner format lock reference

setup: .venv/ready

.venv/ready: requirements/dev.txt pyproject.toml
	PYTHON="$(PYTHON)" sh tools/make_venv.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch .venv/ready

demo: setup
	$(BIN)/nabat demo

test: setup
	$(BIN)/pytest -n 2 --dist worksteal

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

faults: setup
	NABAT_FAULTS=all $(BIN)/pytest -n 2 --dist worksteal tests/faults

N ?= 20
fuzz: setup
	for round in $$(seq $(N)); do \
		$(BIN)/pytest -q -m hypothesis --hypothesis-profile=new || exit 1; done

loud: setup
	$(BIN)/pytest -n 2 --dist worksteal --log-level=DEBUG

ner: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[ner]"
	$(BIN)/pytest -n0 tests/crawler/test_entities.py

lock: setup
	sh tools/lock.sh

reference: setup
	$(BIN)/python -m tools.reference
