#!/bin/sh
# VENV → a virtual environment with the locked dependencies and this project, editable, as VENV/bin/tripo. Run from the project's root.
set -eu
venv=$1
python=$2
if [ -x "$venv/bin/python" ] && ! "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "$venv is broken or too old; making it anew" >&2
    rm -rf "$venv"
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip="$venv/bin/python -m pip --disable-pip-version-check --quiet"
$pip install --require-hashes -r requirements.lock
[ "${TRIPO_SENTENCES:-on}" = off ] || $pip install --no-deps --require-hashes -r ops/setup/sentences.txt
$pip install --no-deps --no-build-isolation --editable .
