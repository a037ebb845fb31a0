#!/bin/sh
# Pin every requirement with its hashes, for all platforms, naming no index.
set -eu
.venv/bin/python -m pip install --quiet uv
pin() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade "$@"
}
pin -o requirements/base.txt pyproject.toml
pin --extra charts --extra postgres --extra dev -o requirements/dev.txt pyproject.toml
