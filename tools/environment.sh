#!/bin/sh
# Makes or updates .venv: the package itself, in place, with the extras named as arguments.
#
#     tools/environment.sh                    what running needs
#     tools/environment.sh panel train test   what `make test` needs besides
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

# Prints the first candidate of a fitting version that can run the statement. It is tried, not looked
# up, since a version manager's shim may exist and yet not run.
find_python() {
    for candidate in $candidates; do
        if "$candidate" -c "import sys
if not (3, 11) <= sys.version_info < (3, 14): sys.exit(1)
$1" 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

# Debian and Ubuntu keep what makes environments in a package of its own.
install_venv_module() {
    python=$(find_python pass) || fail \
        "none of these is a Python 3.11, 3.12 or 3.13 that runs: $candidates.
Install one (Debian, Ubuntu: apt-get install python3-venv; macOS: brew install python@3.12), or name
the one to use: make PYTHON=/path/to/python3.12 ..."
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        fail "$python has no venv module. Install it (Debian, Ubuntu: sudo apt-get install $package)
and run the same command again, or name another Python: make PYTHON=/path/to/python3.12 ..."
    fi
    printf 'Installing %s ...\n' "$package"
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -qq && apt-get install -y -qq "$package"; } >/dev/null; then
        fail "apt-get could not install $package (its reason stands above)."
    fi
}

needed='import ensurepip, venv'
python=$(find_python "$needed") || {
    install_venv_module
    "$python" -c "$needed" || fail "$python still has no venv module; name another: make PYTHON=..."
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
[ -t 1 ] || export PIP_QUIET=1
$venv/bin/python -m pip install --disable-pip-version-check \
    --editable ".${extras:+[$extras]}" ||
    fail "pip could not install the packages (its reason stands above).
Look at the network and the free disk space (about 1 GB; 6 GB for make test) and run the same
command again."
printf '%s\n' "$sum" >"$stamp"
rm $unfinished
