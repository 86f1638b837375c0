# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
cmd_lint() {
    # shellcheck disable=SC2086
    need $packages_build $packages_lint
    python3 tests/lint/lint.py "$@"
}
