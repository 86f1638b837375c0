# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The reference from the headers and the guide, as HTML in build/docs/html. A warning is an error.
cmd_docs() {
    # shellcheck disable=SC2086
    need $packages_docs
    local version
    version=$(sed -nE 's/^#define VNIC_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+).*/\2/p' include/vnic/version.h | paste -sd.)
    rm -rf "$build/docs"
    mkdir -p "$build/docs"
    sed -e "s|@VERSION@|$version|" -e "s|@TOP@|$top|g" -e "s|@OUTPUT@|$build/docs|" \
        docs/Doxyfile.in >"$build/docs/Doxyfile"
    doxygen "$build/docs/Doxyfile" </dev/null || return 1
    python3 tests/lint/lint.py --only snippets --only links --only error_table || return 1
    echo "docs: build/docs/html/index.html"
}
