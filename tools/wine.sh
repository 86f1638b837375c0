#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run a Windows program under Wine, in a prefix inside build/.
#   wine.sh --prepare               make the prefix
#   wine.sh --drivers FOLDER        take the test TAP driver that is built there into the prefix
#   wine.sh --end                   end what runs in it
#   wine.sh --inside COMMAND…       run a command in a network namespace of its own, in which the prefix's
#                                   server and driver host start too; they end with the command
#   wine.sh PROGRAM ARGUMENT…       run a Windows program
# VNIC_WINE_PREFIX names another prefix than build/wine: those who work side by side need one each.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export WINEPREFIX=${VNIC_WINE_PREFIX:-$top/build/wine} WINEDEBUG=${WINEDEBUG:--all}
# Without the debugger of Wine a crash is an exit code; with it, it was seen to be 0.
export WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-"mscoree=;mshtml=;winedbg.exe="}
# How iphlpapi.dll is loaded: "n" is the one beside the program, else Wine's own.
[ -n "${VNIC_WINE_IPHLPAPI:-}" ] && WINEDLLOVERRIDES="iphlpapi=$VNIC_WINE_IPHLPAPI;$WINEDLLOVERRIDES"
unset DISPLAY
wine=/usr/lib/wine/wine64
server=/usr/lib/wine/wineserver64

# Only the server of this prefix ends; Wine's other users are not disturbed.
end() {
    if [ -d "$WINEPREFIX/drive_c" ]; then timeout 30 "$server" -k || true; fi
}

prepare() {
    [ -e "$WINEPREFIX/vnic-is-prepared" ] && return
    rm -rf "$WINEPREFIX"
    mkdir -p "$WINEPREFIX"
    timeout 120 "$wine" wineboot -i && timeout 60 "$wine" winecfg -v win10 || return
    # Wine starts no driver before it was started once more.
    end
    : >"$WINEPREFIX/vnic-is-prepared"
}

case $1 in
--prepare) prepare ;;
--drivers)
    # Wine has no class for network adapters. Those that a killed program left in the prefix are forgotten.
    class='HKLM\System\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}'
    timeout 60 "$wine" reg add "$class" /v Class /d Net /f >/dev/null 2>&1
    timeout 60 "$wine" reg delete 'HKLM\System\CurrentControlSet\Enum\Root\NET' /f >/dev/null 2>&1 &&
        timeout 60 "$wine" sc stop vnictap >/dev/null 2>&1
    cp "$2/vnictap.sys" "$WINEPREFIX/drive_c/windows/system32/drivers/" &&
        cp "$2/vnictap.inf" "$WINEPREFIX/drive_c/windows/inf/"
    ;;
--end) end ;;
--inside)
    shift
    # One at a time in a prefix: the next one would end the server of this one.
    mkdir -p "${WINEPREFIX%/*}"
    exec 9>"$WINEPREFIX.lock"
    flock 9
    # A server that is running already would do its work in another network.
    end
    export VNIC_WINE_INSIDE=1
    enter=(unshare -n)
    [ "$(id -u)" = 0 ] || enter=(unshare -Urn)
    # shellcheck disable=SC2016
    "${enter[@]}" bash -c '
        ip link set lo up
        # IPv6 speaks unasked (MLD, router solicitations), which would be taken for packets of a test: not
        # without a link-local address.
        echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode
        "$0" --prepare || exit
        # Between two programs the server would end, and its services begin anew with the next one. This one
        # stays for a minute, should nobody end it.
        "$1" -p60
        shift
        exec "$@"' "${BASH_SOURCE[0]}" "$server" "$@" 9>&-
    result=$?
    end
    exit $result
    ;;
*)
    # A Windows program takes a path without a drive for a relative one; Wine shows / as Z:.
    arguments=("${@/#--gtest_output=xml:\//--gtest_output=xml:Z:/}")
    # An unimplemented function can print without end: the output is cut, the time is limited.
    timeout "${VNIC_WINE_SECONDS:-120}" "$wine" "${arguments[@]}" </dev/null 2>&1 | head -c 1000000
    result=${PIPESTATUS[0]}
    # A test program that ended early has no report, whatever it says.
    for argument in "$@"; do
        [[ $argument != --gtest_output=xml:/* || -e ${argument#--gtest_output=xml:} || $result != 0 ]] || result=1
    done
    exit "$result"
    ;;
esac
