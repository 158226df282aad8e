#!/bin/sh
# Makes .venv-bpy-4.5, .venv-bpy-5.0 and .venv-bpy-5.2: Blenders without a window for tests/blender.
#
# The first two need Python 3.11, the third 3.13 (they are what Blender itself has). What cannot be
# had is named and left out: its tests are then skipped. Each is 0.4 GB to download, 1 GB on disk.
# PYTHON_3_11=... and PYTHON_3_13=... name the interpreters.
set -u
cd "$(dirname "$0")/.."

# Prints the first candidate that is of the version and runs (a version manager's shim may not).
find_python() {
    version=$1
    shift
    for candidate in "$@"; do
        if "$candidate" -c "import ensurepip, sys, venv
sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

has_bpy() {
    "$1/bin/python" -c "import importlib.metadata, sys
sys.exit(importlib.metadata.version('bpy') != '$2')" 2>/dev/null && [ ! -e "$1/unfinished" ]
}

set_up() {
    blender=$1 bpy=$2 version=$3
    shift 3
    venv=.venv-bpy-$blender
    if has_bpy "$venv" "$bpy"; then return; fi
    python=$(find_python "$version" "$@") || {
        printf 'No Python %s with its venv module: the tests in Blender %s will be skipped.\n' \
            "$version" "$blender"
        return
    }
    printf 'Installing Blender %s for its tests into %s; this takes minutes ...\n' "$bpy" "$venv"
    rm -rf "$venv"
    if "$python" -m venv "$venv" && : >"$venv/unfinished" && "$venv/bin/python" -m pip install \
        --quiet --disable-pip-version-check "bpy==$bpy"; then
        rm "$venv/unfinished"
    else
        rm -rf "$venv"
        printf 'Blender %s could not be installed (the reason stands above): its tests will be %s\n' \
            "$bpy" "skipped."
    fi
}

python_3_11=${PYTHON_3_11:-python3.11 ${PYTHON:-} .venv/bin/python}
python_3_13=${PYTHON_3_13:-python3.13 ${PYTHON:-} .venv/bin/python}
set_up 4.5 4.5.15 3.11 $python_3_11
set_up 5.0 5.0.1 3.11 $python_3_11
set_up 5.2 5.2.3 3.13 $python_3_13
