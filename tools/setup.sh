#!/bin/sh
# Bring .venv to one of the locked sets in requirements/ (run, fast, dev or bench), with the project
# itself installed in place. Where that is already so, nothing is done, in well under a second.
#
# Needs Python 3.11 or later with its venv module. uv is used where it is found, because it is
# faster, and pip otherwise. What is missing is said in one sentence.
set -eu
cd "$(dirname "$0")/.."
wanted=${1:-dev}
venv=.venv

say() { echo "keepclear: $*" >&2; }
stop() {
    say "$*"
    exit 1
}

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    if [ -n "${KEEPCLEAR_PYTHON:-}" ]; then
        recent "$KEEPCLEAR_PYTHON" ||
            stop "KEEPCLEAR_PYTHON says '$KEEPCLEAR_PYTHON', which is not Python 3.11 or later."
        echo "$KEEPCLEAR_PYTHON"
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if recent "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found=$(python3 -V 2>/dev/null || echo "no python3")
    stop "Python 3.11 or later is needed, found $found; install one, or say where it is with" \
        "KEEPCLEAR_PYTHON=/path/to/python3."
}

has_uv() { uv --version >/dev/null 2>&1; }

# What the folder was built from is kept in it and compared whole: no clock and no file time decides.
home() { # both paths are written into the scripts of the folder, so a moved one is built anew
    pwd
    "$python" -c 'import sys; print(sys.version, sys.base_prefix)'
}
locks() { cat "requirements/$1.txt" requirements/build.txt pyproject.toml; }

right_home() {
    "$venv/bin/python" -c '' 2>/dev/null && home | cmp -s - "$venv/.stamp-home"
}
built() { # a larger set serves as well as the one wanted
    larger=no
    for name in run fast dev bench; do
        if [ "$name" = "$wanted" ]; then larger=yes; fi
        if [ "$larger" = yes ] && locks "$name" | cmp -s - "$venv/.stamp-$name"; then return 0; fi
    done
    return 1
}

make_venv() {
    if has_uv; then
        uv venv --quiet --clear --python "$python" "$venv"
    elif "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv --clear "$venv"
    else
        stop "$("$python" -V) has no venv module; install it (Debian and Ubuntu call the package" \
            "python3-venv), or name another Python with KEEPCLEAR_PYTHON=/path/to/python3."
    fi
    home >"$venv/.stamp-home"
}

install() {
    if has_uv; then
        uv pip install --quiet --python "$venv/bin/python" "$@"
    else
        # A folder that uv made holds no pip.
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 ||
            "$venv/bin/python" -m ensurepip >/dev/null
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@"
    fi
}

[ -f "requirements/$wanted.txt" ] || stop "there is no requirements/$wanted.txt."
python=$(find_python)
if right_home && built; then exit 0; fi

say "setting up $venv from requirements/$wanted.txt, once"
right_home || make_venv
# Wheels only: nothing here needs a compiler, and a missing wheel is better named than half built.
install --require-hashes --only-binary :all: \
    --requirement "requirements/$wanted.txt" --requirement requirements/build.txt
install --no-deps --no-build-isolation --editable .
locks "$wanted" >"$venv/.stamp-$wanted"
