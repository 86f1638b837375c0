# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Measurements; bench/run.py builds on build/release.
cmd_bench() {
    # shellcheck disable=SC2086
    need $packages_build $packages_tool iproute2 util-linux
    mkdir -p "$build/bench"
    if ! { cmake --preset release && cmake --build build/release -j2; } >"$build/bench/build.log" 2>&1 </dev/null; then
        tail -n 30 "$build/bench/build.log" >&2
        return 1
    fi
    python3 bench/run.py --build build/release --out build/bench/results.json "$@"
}
