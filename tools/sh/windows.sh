# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The Windows build, run by Wine: the portable tests, the backends against models and against the test
# drivers of tests/wine, and traffic of the Linux kernel through Windows programs.
wine_folder=$build/wine-build

# Whether Linux system calls of Windows code get through, on which the test drivers rest. What does not need
# them is run either way.
wine_probe() {
    local said
    said=$(tools/wine.sh "$wine_folder/tests/raw_calls.exe" 2>/dev/null) && return 0
    export VNIC_WINE_REFUSES=1
    record wine "test drivers" skipped 0 "this Wine does not let raw system calls through: ${said//[$'\t\r\n']/ }"
    return 1
}

# Inside the namespace.
wine_tests() {
    local labels='unit|contract|model|wine'
    tools/wine.sh --drivers "$wine_folder/tests" >>"$run_dir/logs/wine.log" 2>&1
    export VNIC_WINE_SECONDS=280
    wine_probe || labels='unit|contract|model'
    # More than one at a time: those that need the network wait for each other.
    run_ctest wine "$wine_folder" -L "$labels" -j3
    if [ "$labels" != 'unit|contract|model' ]; then
        export VNIC_TOOL=$wine_folder/vnic.exe VNIC_WINE_BUILD=$wine_folder
        run_pytest wine tests/wine
    fi
}

job_wine() {
    quietly wine cmake -S . -B "$wine_folder" -G Ninja -DCMAKE_BUILD_TYPE= \
        -DCMAKE_TOOLCHAIN_FILE="$top/cmake/toolchains/mingw.cmake" \
        -DVNIC_BUILD_EXAMPLES=OFF -DVNIC_BUILD_BENCH=OFF &&
        quietly wine cmake --build "$wine_folder" -j2 --target vnic_tool tests_unit tests_contract tests_model tests_wine ||
        return
    export run_dir wine_folder build top venv
    export -f record run_ctest second_look run_pytest wine_probe wine_tests
    # Outside the namespace, which has no way to a registry.
    quietly wine tools/real_wintun.sh
    quietly wine tools/wine.sh --inside bash -c 'launcher=(); wine_tests'
}

cmd_wine() {
    # shellcheck disable=SC2086
    need $packages_build $packages_wine $packages_demo googletest python3-venv python3-pip
    need_python pytest
    begin_run wine
    job wine
    end_run wine
}
