# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
cmd_cross() {
    # shellcheck disable=SC2086
    need $packages_build $packages_cross
    python3 tools/cross.py --venv "$build/venv-zig" "$@"
}
