# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Everything that `./run test` does not run. Jobs run two at a time; each writes build/run/check/logs/JOB.log.

# The same build counts lines, so that one run of all tests serves both: of every compiled file of src/, but
# for what tests/coverage_excluded.txt names.
job_asan() {
    export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
    build_preset asan asan || return
    find "$build/asan" -name '*.gcda' -delete
    run_ctest asan "$build/asan" -j4
    VNIC_TOOL=$build/asan/vnic run_pytest asan tests/cli
    mkdir -p "$build/asan/report"
    step asan "at least 90 % of the lines" python3 tools/coverage.py --build "$build/asan" \
        --out "$build/asan/report" --minimum 90
    cp "$build/asan/report/summary.txt" "$run_dir/logs/coverage-files.txt" 2>/dev/null
}

job_tsan() {
    export TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1"
    build_preset tsan tsan && run_ctest tsan "$build/tsan" -j4
}

# Valgrind on the programs of the dev build. Stress and fault tests run under ASan already.
job_valgrind() {
    build_preset valgrind dev || return
    mkdir -p "$run_dir/valgrind"
    python3 tools/valgrind.py --build "$build/dev" --labels unit contract live --out "$run_dir/valgrind" \
        >>"$run_dir/logs/valgrind.log" 2>&1 </dev/null || record valgrind valgrind failed 0 "tools/valgrind.py failed"
}

# Transfers through every mode over the real kernel: all combinations, of which `./run test` has a choice.
job_wire() {
    build_preset wire dev && VNIC_WIRE=all run_ctest wire "$build/dev" -L wire -j2
}

# The portable tests on other machines: big-endian, 32-bit, arm. The live ones where qemu-user can.
qemu_machine() { # NAME COMPILER-PREFIX QEMU LABEL…
    local folder=$build/qemu-$1 labels=("${@:4}")
    quietly "qemu-$1" cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE= \
        -DCMAKE_TOOLCHAIN_FILE="$top/cmake/toolchains/linux-gcc.cmake" -DVNIC_MACHINE="$2" -DVNIC_QEMU="$3" \
        -DVNIC_TESTS_TOGETHER=ON -DVNIC_BUILD_TOOL=OFF -DVNIC_BUILD_EXAMPLES=OFF -DVNIC_BUILD_BENCH=OFF &&
        quietly "qemu-$1" cmake --build "$folder" -j2 --target "${labels[@]/#/tests_}" &&
        run_ctest "qemu-$1" "$folder" -L "$(IFS='|' && echo "${labels[*]}")"
}

# qemu-user does not turn the numbers in rtnetlink requests round, so the kernel is tested where it need not.
job_qemu-s390x() { GTEST_FILTER='-*/linux_*' qemu_machine s390x s390x-linux-gnu qemu-s390x-static unit contract fuzz; }
job_qemu-armhf() { GTEST_FILTER='-*/linux_*' qemu_machine armhf arm-linux-gnueabihf qemu-arm-static unit contract fuzz; }
job_qemu-aarch64() { qemu_machine aarch64 aarch64-linux-gnu qemu-aarch64-static unit contract fuzz live; }

# Processors that lack what this one has: the right checksum loop is chosen, and no instruction is illegal.
job_cpu() {
    local folder=$build/cpu model
    if [ "$(uname -m)" != x86_64 ]; then
        record cpu "checksum loops" skipped 0 "this processor has no AVX that an emulator could leave out"
        return
    fi
    quietly cpu cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DVNIC_BUILD_TOOL=OFF -DVNIC_BUILD_EXAMPLES=OFF -DVNIC_BUILD_BENCH=OFF &&
        quietly cpu cmake --build "$folder" -j2 --target unit_checksum unit_packet || return
    # Without AVX; with it and without AVX2; with AVX2; with AVX2 whose registers the system does not save.
    for model in qemu64:sse2 Nehalem:sse2 SandyBridge:sse2 Haswell:avx2 Haswell,-xsave:sse2 max:avx2; do
        step cpu "unit_checksum on ${model%:*}" env VNIC_TEST_CHECKSUM="${model##*:}" \
            qemu-x86_64-static -cpu "${model%:*}" "$folder/tests/unit_checksum"
        step cpu "unit_packet on ${model%:*}" qemu-x86_64-static -cpu "${model%:*}" "$folder/tests/unit_packet"
    done
}

# job_wine
# shellcheck source=tools/sh/windows.sh
. tools/sh/windows.sh

# Fifteen seconds of fuzzing for each target, starting from its corpus.
job_fuzz() {
    local target name
    build_preset fuzz fuzz || return
    for target in "$build"/fuzz/fuzz/fuzz_*; do
        [ -x "$target" ] || { record fuzz "fuzz targets" failed 0 "there are none"; return; }
        name=${target##*/fuzz_}
        mkdir -p "$build/fuzz/found/$name"
        step fuzz "$name, 15 s" "$target" -max_total_time=15 -timeout=10 -rss_limit_mb=1024 \
            -artifact_prefix="$build/fuzz/found/$name/" -print_final_stats=1 "$build/fuzz/found/$name" \
            "$top/tests/fuzz/corpus/$name"
    done
}

job_lint() {
    mkdir -p "$run_dir/lint"
    python3 tests/lint/lint.py --junit "$run_dir/lint/lint.xml" >>"$run_dir/logs/lint.log" 2>&1 </dev/null
    run_pytest lint tests/lint/selftest.py tests/lint/results_test.py
}

job_docs() { step docs "reference and guide without a warning" ./run docs; }
job_cross() { python3 tools/cross.py --venv "$build/venv-zig" --record "$run_dir/steps.tsv" >>"$run_dir/logs/cross.log" 2>&1 </dev/null; }

job_consume() {
    local line
    bash tests/consume/consume.sh "$build/consume" >"$run_dir/logs/consume.log" 2>&1 </dev/null
    while read -r line; do
        case $line in
        "ok "*) record consume "${line#ok }" passed 0 ;;
        "FAILED "*) record consume "${line#FAILED }" failed 0 "see $run_dir/logs/consume.log" ;;
        esac
    done <"$run_dir/logs/consume.log"
}

job_bench() {
    step bench "bench --quick: counts hold, nothing is missing" ./run bench --quick
    step bench "bench wine --quick: counts hold, nothing is missing" ./run bench wine --quick
}

job_platforms() {
    if [ ! -e "$build/run/test/steps.tsv" ]; then
        record platforms "PLATFORMS.md" failed 0 "./run test has not run: it shows what is live"
        return
    fi
    step platforms "PLATFORMS.md says what the run showed" \
        python3 tools/platforms.py --check "$build/run/test" "$run_dir"
}

cmd_check() {
    # shellcheck disable=SC2086
    need $packages_build $packages_tool $packages_demo $packages_test $packages_clang $packages_lint \
        $packages_docs $packages_qemu $packages_wine $packages_cross valgrind gcovr
    need_python pytest
    begin_run check
    local start=$SECONDS
    if [ $# -gt 0 ]; then
        in_pairs "$@"
    else
        # The longest first, so that the end is short, and what keeps one processor busy beside what takes both.
        in_pairs asan valgrind tsan wine cross fuzz lint wire qemu-aarch64 qemu-armhf qemu-s390x cpu consume docs
        # Alone: it measures.
        job bench
        # What the page claims is compared with what this run and the last ./run test saw.
        job platforms
    fi
    echo "check: $((SECONDS - start)) s; logs in build/run/check/logs"
    end_run check
}
