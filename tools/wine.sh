#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run a Windows program under Wine, in a prefix inside build/.
# wine.sh --prepare | --end | PROGRAM ARGUMENT…
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export WINEPREFIX=$top/build/wine WINEDEBUG=-all WINEDLLOVERRIDES="mscoree=;mshtml="
unset DISPLAY
wine=/usr/lib/wine/wine64
case $1 in
--prepare)
    [ -d "$WINEPREFIX/drive_c/windows" ] && exit 0
    mkdir -p "$WINEPREFIX"
    timeout 120 "$wine" wineboot -i && timeout 60 "$wine" winecfg -v win10
    ;;
--end) # Only the server of this prefix ends; Wine's other users are not disturbed.
    if [ -d "$WINEPREFIX/drive_c" ]; then timeout 30 /usr/lib/wine/wineserver64 -k || true; fi
    ;;
*)
    # A Windows program takes a path without a drive for a relative one; Wine shows / as Z:.
    arguments=("${@/#--gtest_output=xml:\//--gtest_output=xml:Z:/}")
    # An unimplemented function can print without end: the output is cut, the time is limited.
    timeout 120 "$wine" "${arguments[@]}" </dev/null 2>&1 | head -c 1000000
    exit "${PIPESTATUS[0]}"
    ;;
esac
