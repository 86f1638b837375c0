# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of vnic(1) for bash. Installed as share/bash-completion/completions/vnic.

_vnic_words() {
    # shellcheck disable=SC2207 # words of this file hold no spaces
    COMPREPLY=($(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}"))
}

_vnic_interfaces() {
    # The name is the first column; the line above the first interface is a heading.
    _vnic_words "$("${COMP_WORDS[0]}" list --quiet 2>/dev/null | awk 'NR > 1 { print $1 }')"
}

_vnic_namespaces() {
    local names=() path
    for path in /run/netns/*; do
        [[ -e $path ]] && names+=("${path##*/}")
    done
    _vnic_words "${names[*]}"
}

# The value of the option before the cursor. Fails if that takes none.
_vnic_value() {
    case $1 in
    --netns) _vnic_namespaces ;;
    --backend) _vnic_words "$("${COMP_WORDS[0]}" --version 2>/dev/null | sed -n 's/^backends: //p')" ;;
    --color) _vnic_words "auto always never" ;;
    --offload) _vnic_words "split none" ;;
    --owner) _vnic_words "$(compgen -u)" ;;
    --group) _vnic_words "$(compgen -g)" ;;
    -w | --write | --wintun-path)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
        ;;
    --metric | --dns | --description | --adapter-guid | --ring-capacity | --hardware-id) COMPREPLY=() ;;
    --mtu | --mac | --alias | --tx-queue-len | --if-index | --queues | --tcp-port | --fd | -c | --count | \
        -s | --snaplen | -t | --timeout | --listen | --peer | --connect | --keep-alive | --seconds) COMPREPLY=() ;;
    *) return 1 ;;
    esac
}

_vnic_options() {
    local basic="--help --quiet --verbose --netns --backend"
    local device="$basic --json --tun --tap --mtu --mac --alias --multi-queue --vnet-hdr --exclusive \
--keep-state --no-link-local --tx-queue-len --if-index --metric --dns --description --wintun-path \
--adapter-guid --ring-capacity --hardware-id"
    case $1 in
    demo) echo "--help --json" ;;
    up) echo "$device --persist --owner --group --queues --down --no-carrier --" ;;
    down) echo "$basic" ;;
    echo) echo "$device --tcp-port --no-tcp --count" ;;
    dump) echo "$device --fd --write --count --snaplen --timeout --hex --color" ;;
    tunnel) echo "$device --listen --peer --connect --keep-alive --offload" ;;
    list | info) echo "$basic --json" ;;
    doctor) echo "--help --json --quiet" ;;
    bench) echo "--help --json --seconds" ;;
    esac
}

_vnic() {
    local i command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]}
    if ((COMP_CWORD == 1)); then
        _vnic_words "demo up down echo dump tunnel list info doctor bench --help --version"
        return
    fi
    for ((i = 2; i < COMP_CWORD; i++)); do
        if [[ $command == up && ${COMP_WORDS[i]} == -- ]]; then
            # Behind it stands another command with its own completion.
            if declare -F _command_offset >/dev/null; then
                _command_offset $((i + 1))
            else
                mapfile -t COMPREPLY < <(compgen -c -- "$current")
            fi
            return
        fi
    done
    _vnic_value "${COMP_WORDS[COMP_CWORD - 1]}" && return
    if [[ $current == -* ]]; then
        _vnic_words "$(_vnic_options "$command")"
    elif [[ $command == info || $command == down || $command == dump ]] && ((COMP_CWORD == 2)); then
        _vnic_interfaces
    fi
}

complete -F _vnic vnic
