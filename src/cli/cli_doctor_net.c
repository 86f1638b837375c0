/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic doctor`: settings of the network, and programs that manage interfaces by themselves. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli_doctor_linux.h"

void cli_check_ipv6(struct cli_finding *f)
{
    /* Linux Documentation/networking/ip-sysctl.rst. */
    long all = cli_read_sysctl("/proc/sys/net/ipv6/conf/all/disable_ipv6", -1);
    long fresh = cli_read_sysctl("/proc/sys/net/ipv6/conf/default/disable_ipv6", -1);

    if (all < 0) {
        cli_find(f, CLI_HEALTH_NOTE, "start the kernel without ipv6.disable=1",
                 "there is no IPv6 on this machine: only IPv4 addresses can be set");
    } else if (all != 0 || fresh != 0) {
        cli_find(f, CLI_HEALTH_NOTE,
                 "sysctl -w net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0",
                 "IPv6 is switched off for new interfaces: only IPv4 addresses can be set");
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "IPv6 is on");
    }
}

void cli_check_rp_filter(struct cli_finding *f)
{
    long all = cli_read_sysctl("/proc/sys/net/ipv4/conf/all/rp_filter", 0);
    long fresh = cli_read_sysctl("/proc/sys/net/ipv4/conf/default/rp_filter", 0);

    /* The larger of "all" and the interface's own value counts; 1 is strict (RFC 3704). */
    if (all == 1 || fresh == 1) {
        cli_find(f, CLI_HEALTH_NOTE, "sysctl -w net.ipv4.conf.all.rp_filter=2",
                 "rp_filter is strict: packets whose source is not routed to the interface are "
                 "dropped without a word");
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "rp_filter does not drop what comes in by another way");
    }
}

/* Whether a process of this name (at most 15 characters are kept) runs. */
static int check_process(const char *name)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    char path[300];
    char comm[64];
    int found = 0;

    while (proc != NULL && !found && (entry = readdir(proc)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0])) {
            (void)snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
            found = cli_read_file(path, comm, sizeof comm) > 0 && strncmp(comm, name, 15) == 0;
        }
    }
    if (proc != NULL) {
        (void)closedir(proc);
    }
    return found;
}

void cli_check_managers(struct cli_finding *f)
{
    if (check_process("NetworkManager")) {
        cli_find(
            f, CLI_HEALTH_NOTE,
            "printf '[keyfile]\\nunmanaged-devices=interface-name:tun*,interface-name:tap*\\n' > "
            "/etc/NetworkManager/conf.d/90-vnic.conf; nmcli general reload",
            "NetworkManager runs: it may touch interfaces that appear; tell it not to");
    } else if (check_process("systemd-network")) {
        cli_find(f, CLI_HEALTH_NOTE,
                 "printf '[Match]\\nKind=tun tap\\n[Link]\\nUnmanaged=yes\\n' > "
                 "/etc/systemd/network/10-vnic.network; networkctl reload",
                 "systemd-networkd runs: it may touch interfaces that match its files");
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "neither NetworkManager nor systemd-networkd runs");
    }
}
