/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic doctor`: what it looks at on Linux, and how files of the kernel are read. */
#include "cli_doctor_linux.h"

#include <stdio.h>
#include <stdlib.h>

static const struct cli_check linux_checks[] = {{"kernel", cli_check_kernel},
                                                {"device_node", cli_check_node},
                                                {"driver", cli_check_module},
                                                {"container", cli_check_container},
                                                {"capability", cli_check_capability},
                                                {"user_namespaces", cli_check_user_namespaces},
                                                {"create_here", cli_check_create_here},
                                                {"create_private_tun", cli_check_create_tun},
                                                {"create_private_tap", cli_check_create_tap},
                                                {"ipv6", cli_check_ipv6},
                                                {"rp_filter", cli_check_rp_filter},
                                                {"network_managers", cli_check_managers},
                                                {"limits", cli_check_limits},
                                                {"tools", cli_check_tools}};

const struct cli_doctor cli_doctor = {linux_checks, sizeof linux_checks / sizeof linux_checks[0],
                                      "demo"};

int cli_read_file(const char *path, char *buf, int cap)
{
    FILE *file = fopen(path, "re");
    size_t n;

    buf[0] = '\0';
    if (file == NULL) {
        return -1;
    }
    n = fread(buf, 1, (size_t)cap - 1, file);
    buf[n] = '\0';
    (void)fclose(file);
    if (n > 0 && buf[n - 1] == '\n') {
        buf[--n] = '\0';
    }
    return (int)n;
}

long cli_read_sysctl(const char *path, long missing)
{
    char text[64];
    char *end;
    long value;

    if (cli_read_file(path, text, sizeof text) <= 0) {
        return missing;
    }
    value = strtol(text, &end, 10);
    return end == text ? missing : value;
}
