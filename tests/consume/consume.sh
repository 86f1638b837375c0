#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The ways to use vnic in another project, each compiled and run, in a prefix that is moved once:
# find_package (shared, static), add_subdirectory, pkg-config (shared, static).
# Usage: consume.sh WORKDIR; prints one line "ok WAY" or "FAILED WAY" each and ends with 1 on a failure.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${1:?usage: consume.sh WORKDIR}
rm -rf "$work"
mkdir -p "$work"
work=$(cd "$work" && pwd)
source_dir=$top/tests/consume/src
prefix=$work/moved
failed=0

# way NAME COMMAND…: run a step with its output in a file, shown only when it fails.
way() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok $name"
    else
        echo "FAILED $name"
        tail -n 40 "$work/log"
        failed=1
    fi
}

install_and_move() {
    cmake -S "$top" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
        -DVNIC_BUILD_BOTH=ON -DVNIC_BUILD_TESTS=OFF -DVNIC_BUILD_EXAMPLES=OFF -DVNIC_BUILD_BENCH=OFF \
        -DCMAKE_INSTALL_PREFIX="$work/first" &&
        cmake --build "$work/build" && cmake --install "$work/build" && mv "$work/first" "$prefix" &&
        ! grep -rqs --include='*.cmake' --include='*.pc' "$work/first" "$prefix"
}

# Every file that a package of vnic must have, and none that only the build needs.
installed_files() {
    local file
    for file in include/vnic/vnic.h include/vnic/version.h lib/libvnic.so lib/libvnic.a \
        lib/pkgconfig/vnic.pc lib/cmake/vnic/vnic-config.cmake lib/cmake/vnic/vnic-config-version.cmake; do
        [ -e "$prefix/$file" ] || { echo "missing: $file"; return 1; }
    done
    ! find "$prefix" -path '*core*' -o -name '*gtest*' | grep .
}

with_cmake() { # BUILD OPTION…
    local build=$work/$1
    shift
    cmake -S "$source_dir" -B "$build" -G Ninja "$@" && cmake --build "$build" && "$build/consumer"
}

# The other minor version must be refused: before 1.0 each one may change the ABI.
refuses_other_version() {
    ! cmake -S "$source_dir" -B "$work/v" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DVNIC_WANTED_VERSION=0.99
}

with_pkg_config() { # NAME PKG-CONFIG-OPTION CC-OPTION
    local flags
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    flags=$(pkg-config ${2:+"$2"} --cflags --libs vnic) || return 1
    # shellcheck disable=SC2086
    cc -std=c99 ${3:+"$3"} -o "$work/$1" "$source_dir/main.c" $flags || return 1
    if [ -n "$3" ]; then
        "$work/$1"
    else
        LD_LIBRARY_PATH=$prefix/lib "$work/$1" && ldd "$work/$1" | grep -q libvnic
    fi
}

moved_tool() {
    [ ! -e "$prefix/bin/vnic" ] || "$prefix/bin/vnic" --version
}

way "install, then move the prefix" install_and_move
way "installed files" installed_files
way "find_package, shared" with_cmake shared -DCMAKE_PREFIX_PATH="$prefix"
way "find_package, static" with_cmake static -DCMAKE_PREFIX_PATH="$prefix" -DVNIC_TARGET=vnic::vnic_static
way "find_package refuses another version" refuses_other_version
way "add_subdirectory, static" with_cmake embed -DVNIC_EMBED="$top"
way "add_subdirectory, shared" with_cmake embed_so -DVNIC_EMBED="$top" -DBUILD_SHARED_LIBS=ON
way "pkg-config, shared" with_pkg_config pc_shared "" ""
way "pkg-config, static" with_pkg_config pc_static --static -static
way "tool in the moved prefix" moved_tool
[ "$failed" = 0 ] && rm -rf "$work"
exit "$failed"
