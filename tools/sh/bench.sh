# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Measurements; bench/run.py builds on build/release.
bench_build() {
    mkdir -p "$build/bench"
    if ! { cmake --preset release && cmake --build build/release -j2; } >"$build/bench/build.log" 2>&1 </dev/null; then
        tail -n 30 "$build/bench/build.log" >&2
        return 1
    fi
}

bench_peers() { python3 bench/peers.py --build build/release --out build/bench/results-peers.json "$@"; }

bench_plots() {
    need python3-venv python3-pip
    need_python matplotlib==3.9.4 &&
        "$venv/bin/python" bench/plots.py --results build/bench --docs docs "$@"
}

# The rings of Wintun, whose measurement runs under Wine.
bench_wine() {
    local folder=build/wine-release result
    # shellcheck disable=SC2086
    need $packages_wine
    mkdir -p "$build/bench"
    if ! { cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_TOOLCHAIN_FILE="$top/cmake/toolchains/mingw.cmake" \
        -DVNIC_BUILD_TOOL=OFF -DVNIC_BUILD_EXAMPLES=OFF -DVNIC_BUILD_TESTS=OFF &&
        cmake --build "$folder" -j2 --target bench_rings &&
        tools/wine.sh --prepare; } >"$build/bench/build-wine.log" 2>&1 </dev/null; then
        tail -n 30 "$build/bench/build-wine.log" >&2
        return 1
    fi
    python3 bench/rings.py --build "$folder" --out build/bench/results-wine.json "$@"
    result=$?
    tools/wine.sh --end >/dev/null 2>&1
    return $result
}

cmd_bench() {
    local what=${1:-}
    # shellcheck disable=SC2086
    need $packages_build $packages_tool iproute2 util-linux
    case $what in
    peers)
        shift
        bench_build && bench_peers "$@"
        ;;
    wine)
        shift
        bench_wine "$@"
        ;;
    plots)
        shift
        bench_plots "$@"
        ;;
    all)
        # One after the other, so that nothing else of ours runs beside a measurement. The only options are
        # those that both know: --rounds N.
        local failed=0
        shift
        bench_build || return 1
        python3 bench/run.py --build build/release --out build/bench/results.json "$@" || failed=1
        bench_peers "$@" && bench_plots && return $failed
        ;;
    *)
        bench_build && python3 bench/run.py --build build/release --out build/bench/results.json "$@"
        ;;
    esac
}
