#!/bin/sh
# Checks for melt, which renders timelines in the tests independently of us, and installs it where
# that is possible (as root on Debian and Ubuntu; 0.1 GB to download). Where it cannot be had, that is
# said, and its tests are skipped.
set -u

if command -v melt >/dev/null; then exit 0; fi
if [ "$(uname -s)" = Linux ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    printf 'Installing melt, which renders timelines in the tests ...\n'
    export DEBIAN_FRONTEND=noninteractive
    if { apt-get update -qq && apt-get install -y -qq --no-install-recommends melt; } >/dev/null
    then
        exit 0
    fi
fi
printf 'melt is missing (Debian, Ubuntu: sudo apt-get install melt; macOS: brew install mlt):\n'
printf 'the tests that render timelines with it will be skipped.\n'
