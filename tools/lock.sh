#!/bin/sh
# Write requirements/*.txt anew from pyproject.toml: exact versions and hashes, for every platform
# and every Python from 3.11 on, and no address to fetch them from. Needs uv.
#
# Each set holds everything of the one before it (build and run are the two smallest), and bench,
# the largest, is solved first, so that one package never stands in two versions.
#
#   tools/lock.sh             keep the versions that are locked already, where they still fit
#   tools/lock.sh --upgrade   take the newest
set -eu
cd "$(dirname "$0")/.."

lock() {
    name=$1
    shift
    uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        "$@" --output-file "requirements/$name.txt"
    echo "requirements/$name.txt: $(grep -c '==' "requirements/$name.txt") packages"
}

lock bench pyproject.toml requirements/build.in --extra fast --extra pg --group test --group lint \
    --group bench "$@"
lock dev pyproject.toml requirements/build.in --extra fast --extra pg --group test --group lint \
    --constraint requirements/bench.txt
lock fast pyproject.toml --extra fast --constraint requirements/bench.txt
lock pg pyproject.toml --extra fast --extra pg --constraint requirements/bench.txt
lock run pyproject.toml --constraint requirements/bench.txt
lock build requirements/build.in --constraint requirements/bench.txt

if grep -nE '://|^--' requirements/*.txt; then
    echo "these lines name where packages come from; a lock file must not" >&2
    exit 1
fi
