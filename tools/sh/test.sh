# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Every level of tests, natively, in the debugging build with raw system calls: what is shipped. More at a
# time than there are processors: most of their time they wait for the kernel to end a namespace.
job_native() {
    run_ctest native "$build/dev" -j4
}

# The examples once more as the root of a user namespace, who owns nothing outside it. (The live tests do
# that by themselves, as live_*_userns.)
job_userns() {
    if ! unshare -Urn true 2>/dev/null; then
        record userns examples skipped 0 "the kernel of this machine lacks user namespaces for this user"
        return
    fi
    local launcher=(unshare -Urn)
    run_ctest userns "$build/dev" -L examples
}

# The tool end to end, and the tests of the tests' own machinery.
job_cli() {
    local paths=(tests/fault)
    [ -d tests/cli ] && paths+=(tests/cli)
    VNIC_TOOL=$build/dev/vnic run_pytest cli "${paths[@]}"
}

cmd_test() {
    # shellcheck disable=SC2086
    need $packages_build $packages_tool $packages_demo $packages_test
    need_python pytest
    begin_run test
    local start=$SECONDS name
    # Without a build there is nothing to test: one failure, not hundreds.
    if build_preset build dev; then
        echo "built in $((SECONDS - start)) s"
        if [ $# -gt 0 ]; then
            for name in "$@"; do job "$name"; done
        else
            in_pairs native cli
            # It reports where the first one does.
            job userns
        fi
    else
        grep -aE 'error:|Error at' "$run_dir/logs/build.log" | tail -n 20
    fi
    echo "test: $((SECONDS - start)) s; logs in build/run/test/logs"
    end_run test
}
