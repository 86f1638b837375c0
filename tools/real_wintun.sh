#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Put the real, signed wintun.dll 0.14.1 into build/real-wintun, for the tests that load it. Its licence lets
# it be used and passed on unchanged, but it is no part of this repository: it comes out of the Rust
# crate wintun, which carries it. Where that cannot be had, the reason is left in its place.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=$top/build/real-wintun
crate=0.5.1
sum=e5da8447dc2c320edc0fc52fa01885c103de8c118481f683643cacc3220dafce

give_up() {
    echo "$1" >"$dir/reason"
    echo "no real wintun.dll: $1"
    exit 0
}

[ -s "$dir/wintun.dll" ] && exit 0
mkdir -p "$dir/fetch/src"
command -v cargo >/dev/null || give_up "cargo is not installed"
printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\nwintun = "=%s"\n' "$crate" \
    >"$dir/fetch/Cargo.toml"
: >"$dir/fetch/src/lib.rs"
(cd "$dir/fetch" && timeout 300 cargo vendor --quiet vendor >/dev/null 2>"$dir/log") ||
    give_up "cargo could not fetch the crate wintun $crate"
found=$dir/fetch/vendor/wintun/wintun/bin
[ -s "$found/amd64/wintun.dll" ] || give_up "the crate wintun $crate does not carry it"
[ "$(sha256sum <"$found/amd64/wintun.dll" | cut -d' ' -f1)" = "$sum" ] ||
    give_up "its checksum is not that of version 0.14.1"
# Those of other processors are there to be refused.
for other in x86 arm64; do
    mkdir -p "$dir/$other" && cp "$found/$other/wintun.dll" "$dir/$other/"
done
cp "$found/amd64/wintun.dll" "$dir/wintun.dll"
rm -rf "$dir/fetch" "$dir/reason" "$dir/log"
