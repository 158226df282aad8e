#!/bin/sh
# Checks for the system libraries that PyQt6 needs on Linux, even where nothing is shown, and
# installs them where that is possible (as root on Debian and Ubuntu); else says which are missing.
set -eu

[ "$(uname -s)" = Linux ] || exit 0

# Library and Debian's package of it.
needed='libEGL.so.1 libegl1
libGL.so.1 libgl1
libxkbcommon.so.0 libxkbcommon0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libglib-2.0.so.0 libglib2.0-0
libgssapi_krb5.so.2 libgssapi-krb5-2
libXext.so.6 libxext6
libXrandr.so.2 libxrandr2
libpulse.so.0 libpulse0'

PATH=$PATH:/sbin:/usr/sbin
known=$(ldconfig -p)

libraries= packages=
while read -r library package; do
    case $known in
    *"$library "*) ;;
    *) libraries="$libraries $library" packages="$packages $package" ;;
    esac
done <<END
$needed
END
if [ -z "$(find /usr/share/fonts /usr/local/share/fonts -name '*.[to]tf' 2>/dev/null | head -1)" ]
then
    libraries="$libraries (a font)" packages="$packages fonts-dejavu-core"
fi
[ -n "$packages" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    printf 'Installing what the panel needs:%s ...\n' "$packages"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # names, to be split
    if { apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages; } >/dev/null
    then
        exit 0
    fi
fi
printf '\nThe panel needs system libraries that are missing:%s.
Install them (Debian, Ubuntu: sudo apt-get install%s) and run the same command again.\n' \
    "$libraries" "$packages" >&2
exit 1
