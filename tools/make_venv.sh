#!/bin/sh
# Make .venv with a Python of 3.11 or newer; on a bare Debian install what venv needs.
set -eu
python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "nabat needs Python 3.11 or newer; set PYTHON=/path/to/python3.11 and run again" >&2
    exit 1
fi
[ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && exit 0
rm -rf .venv
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -qq -y python3-venv
    else
        echo "Python's venv is missing; on Debian run: sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
"$python" -m venv .venv
