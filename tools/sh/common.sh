# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the commands of ./run share: packages, a Python environment, timed steps, the record of results.
# The current directory is the top of the repository.
top=$PWD
build=$top/build
venv=$build/venv
export CTEST_OUTPUT_ON_FAILURE=1 PYTHONDONTWRITEBYTECODE=1 PYTEST_ADDOPTS="-p no:cacheprovider"
# A terminal or a locale of the caller must not change what programs print.
export LC_ALL=C.UTF-8

# The packages of Debian 12 for each purpose.
packages_build="cmake ninja-build gcc libc6-dev python3 liburing-dev"
packages_tool="libjson-c-dev liblwip-dev pkg-config"
packages_demo="iproute2 iputils-ping util-linux"
packages_test="g++ googletest python3-venv python3-pip procps tcpdump tshark mandoc"
packages_clang="clang-19 libclang-rt-19-dev llvm-19"
packages_lint="mingw-w64-x86-64-dev clang-format-19 clang-tidy-19 clang-19 shellcheck binutils g++"
packages_docs="doxygen"
packages_qemu="qemu-user-static g++-s390x-linux-gnu g++-arm-linux-gnueabihf g++-aarch64-linux-gnu"
packages_wine="g++-mingw-w64-x86-64-posix wine64 wine"
packages_cross="clang-19 lld-19 python3-venv python3-pip g++-mingw-w64-x86-64-posix"

# need PACKAGE…: install what is missing, or say how and end with 3.
need() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null; then
        echo "not a Debian system: please see that these are installed: $*" >&2
        return 0
    fi
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local line="apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        echo "packages are missing; install them with:" >&2
        echo "    sudo $line" >&2
        exit 3
    fi
    echo "installing: $line"
    mkdir -p "$build"
    {
        # One user of apt at a time: two jobs may ask at once.
        flock 9
        export DEBIAN_FRONTEND=noninteractive
        if ! $line >"$build/apt.log" 2>&1 </dev/null; then
            apt-get update >"$build/apt.log" 2>&1 </dev/null &&
                $line >>"$build/apt.log" 2>&1 </dev/null || {
                tail -n 20 "$build/apt.log" >&2
                echo "this failed: apt-get update && $line" >&2
                exit 3
            }
        fi
    } 9>"$build/apt.lock" || exit 3
}

# need_python PACKAGE…: a virtual environment in build/venv with these packages.
need_python() {
    local package missing=()
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv" || exit 3
    for package in "$@"; do
        [ -n "$("$venv/bin/python" -c "import importlib.metadata as m; print(m.version('${package%%=*}'))" 2>/dev/null)" ] ||
            missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "installing into build/venv: ${missing[*]}"
    "$venv/bin/pip" --quiet --disable-pip-version-check install "${missing[@]}" || exit 3
}

# ---- Results -------------------------------------------------------------------------------------
# Each command gathers its results in build/run/COMMAND: JUnit files of test programs in a folder for
# each job, and steps.tsv for what is not a test program: job, case, result, seconds, reason.

begin_run() { # COMMAND
    run_dir=$build/run/$1
    rm -rf "$run_dir"
    mkdir -p "$run_dir/logs"
    : >"$run_dir/steps.tsv"
}

record() { # JOB CASE passed|failed|skipped SECONDS [REASON]
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "${5:-}" >>"$run_dir/steps.tsv"
}

# step JOB CASE COMMAND…: run a command as one counted case; its output goes to the job's log.
step() {
    local job=$1 name=$2 start=$SECONDS
    shift 2
    if "$@" >>"$run_dir/logs/$job.log" 2>&1 </dev/null; then
        record "$job" "$name" passed $((SECONDS - start))
        return 0
    fi
    record "$job" "$name" failed $((SECONDS - start)) "see $run_dir/logs/$job.log"
    return 1
}

# quietly JOB COMMAND…: as step, but it is preparation and counts only when it fails.
quietly() {
    local job=$1 start=$SECONDS
    shift
    "$@" >>"$run_dir/logs/$job.log" 2>&1 </dev/null && return 0
    record "$job" "${*:1:4}" failed $((SECONDS - start)) "see $run_dir/logs/$job.log"
    return 1
}

# build_preset JOB PRESET [TARGET…]: two jobs may want the same build, but only one may make it.
build_preset() {
    local job=$1 preset=$2
    shift 2
    mkdir -p "$build"
    {
        flock 8
        quietly "$job" cmake --preset "$preset" && quietly "$job" cmake --build "$build/$preset" -j2 ${1:+--target} "$@"
    } 8>"$build/$preset.lock"
}

# run_ctest JOB BUILD-DIRECTORY [CTEST-OPTION…]: run the tests and take their reports into the run.
launcher=()
run_ctest() {
    local job=$1 folder=$2
    shift 2
    rm -rf "$folder/results"
    mkdir -p "$folder/results" "$run_dir/$job"
    "${launcher[@]}" ctest --test-dir "$folder" --output-junit "$folder/results/ctest.junit" "$@" \
        >>"$run_dir/logs/$job.log" 2>&1 </dev/null || second_look "$@" >>"$run_dir/logs/$job.log" 2>&1 </dev/null
    cp -r "$folder/results/." "$run_dir/$job/"
}

# What failed by an assertion alone is run once more; see tools/second_look.py. Uses run_ctest's variables.
second_look() { # [CTEST-OPTION…]
    local names
    names=$(python3 tools/second_look.py "$folder/results") || return 0
    echo "a second look at $names"
    "${launcher[@]}" ctest --test-dir "$folder" --output-junit "$folder/results/second.junit" "$@" -R "$names" -j1
}

# run_pytest JOB PATH…: the tests written in Python.
run_pytest() {
    local job=$1
    shift
    mkdir -p "$run_dir/$job" "$build/tmp"
    "${launcher[@]}" "$venv/bin/python" -m pytest -q -rs --basetemp="$build/tmp/$job" \
        --junitxml="$run_dir/$job/pytest.xml" -o junit_suite_name="$job" "$@" \
        >>"$run_dir/logs/$job.log" 2>&1 </dev/null
    # 0 passed, 1 failures (they are in the report), 5 nothing collected; anything else is trouble.
    case $? in 0 | 1) ;; *) record "$job" pytest failed 0 "see $run_dir/logs/$job.log" ;; esac
}

# job NAME: run the function job_NAME; one line with its result and time.
job() {
    local name=$1 start=$SECONDS
    "job_$name"
    python3 tools/summary.py --job "$name" --seconds $((SECONDS - start)) "$run_dir"
}

# end_run COMMAND…: the reasons of skips, what failed, and the total as the last line.
end_run() {
    python3 tools/summary.py "${@/#/$build/run/}"
}

# in_pairs JOB…: run jobs two at a time; a job that takes long does not hold the next ones up.
in_pairs() {
    local name running=0
    for name in "$@"; do
        if [ "$running" -ge 2 ]; then
            wait -n
            running=$((running - 1))
        fi
        job "$name" &
        running=$((running + 1))
    done
    wait
}
