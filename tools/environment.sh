#!/bin/sh
# Makes or updates .venv: the package itself, in place, with the extras named as arguments.
#
#     tools/environment.sh              what running needs
#     tools/environment.sh train test   what `make test` needs besides
#
# Does nothing when .venv is up to date. Starts over when the interpreter or the folder has changed,
# or when an earlier set-up was cut off. PYTHON=... picks the interpreter.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
unfinished=$venv/unfinished
# Oldest first: it is the version for which ready wheels of everything exist on every machine.
candidates=${PYTHON:-python3.11 python3.12 python3.13 python3}

fail() {
    printf '\nSet-up failed: %s\n' "$1" >&2
    exit 1
}

# Runs each candidate, since a version manager's shim may exist and yet not run.
find_python() {
    for candidate in $candidates; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
            2>/dev/null && "$candidate" -c "$1" 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

# Debian and Ubuntu keep the part of Python that makes environments in a package of its own.
install_venv_module() {
    if python=$(find_python pass); then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    elif [ -n "${PYTHON:-}" ]; then
        fail "$PYTHON is not a Python 3.11, 3.12 or 3.13 that runs. Name another with PYTHON=..."
    else
        package=python3-venv
    fi
    command -v apt-get >/dev/null || fail \
        "no Python 3.11, 3.12 or 3.13 with the modules venv and ensurepip was found.
Install one (macOS: brew install python@3.12) or name it: make PYTHON=/path/to/python3.12 ..."
    [ "$(id -u)" -eq 0 ] || fail "Python's venv module is missing. Install it with:

    sudo apt-get install $package

and run the same command again, or name another Python 3.11 to 3.13 with PYTHON=..."
    printf 'Installing %s ...\n' "$package"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" ||
        fail "apt-get could not install $package (its reason stands above)."
}

python=$(find_python 'import ensurepip, venv') || {
    install_venv_module
    python=$(find_python 'import ensurepip, venv') || fail \
        "this system's Python is not 3.11, 3.12 or 3.13. Install one of these and name it:
    make PYTHON=/path/to/python3.12 ..."
}

origin="$PWD $("$python" -c 'import sys; print(sys.base_prefix, sys.version)' | tr '\n' ' ')"
if [ -e "$unfinished" ] || [ "$origin" != "$(cat $venv/origin 2>/dev/null)" ]; then
    printf 'Making %s with %s ...\n' "$venv" "$("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv" || fail "$python could not make $venv (its reason stands above)."
    printf '%s\n' "$origin" >$venv/origin
fi

extras=$(printf '%s' "$*" | tr ' ' ',')
stamp=$venv/installed-${extras:-run}
sum=$(cksum <pyproject.toml)
[ "$sum" != "$(cat "$stamp" 2>/dev/null)" ] || exit 0

printf 'Installing Lumiphone%s into %s; the first time this takes minutes ...\n' \
    "${extras:+ with its extras $extras}" "$venv"
: >$unfinished
[ -t 1 ] && quiet= || quiet=--quiet
$venv/bin/python -m pip install $quiet --disable-pip-version-check \
    --editable ".${extras:+[$extras]}" ||
    fail "pip could not install the packages (its reason stands above).
Look at the network and the free disk space (about 1 GB; 3 GB for make test) and run the same
command again."
printf '%s\n' "$sum" >"$stamp"
rm $unfinished
