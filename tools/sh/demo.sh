# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The tool in release form, showing itself.
cmd_demo() {
    # shellcheck disable=SC2086
    need $packages_build $packages_tool $packages_demo
    local start=$SECONDS log=$build/demo.log
    mkdir -p "$build"
    echo "building the tool in build/release (log: build/demo.log)"
    if ! { cmake --preset release && cmake --build build/release -j2 --target vnic_tool; } >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        return 1
    fi
    echo "built in $((SECONDS - start)) s"
    build/release/vnic demo "$@"
}
